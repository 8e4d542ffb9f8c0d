"""What differs between the two databases, behind one shape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from noshowd.store.errors import StoreUnavailable


class Backend(Protocol):
    """One kind of database at one address."""

    #: How many transactions may run at once.
    threads: int
    #: Several processes may write at once.
    shared: bool

    def reading(self) -> Mapping[str, Any]:
        """Execution options of a transaction that only reads."""
        ...

    def engine(self) -> sa.Engine: ...

    def errors(self) -> AbstractContextManager[None]:
        """Turns the driver's errors into `StoreUnavailable` with a sentence a person can act on."""
        ...

    def lock_schema(self, conn: sa.Connection) -> None:
        """Keep other processes from migrating until the transaction ends."""
        ...

    def keep_copy(self, engine: sa.Engine, version: str) -> None:
        """Copy the database aside before it is migrated away from `version`, where that is ours to do."""
        ...

    def lay_out(self, conn: sa.Connection) -> None:
        """Make what lives only as long as the connection, once the schema is the present one."""
        ...

    def hold_alone(self) -> None:
        """Keep other daemons away until `close`, where only one may run. Raises `StoreUnavailable`."""
        ...

    def announce(self, conn: sa.Connection) -> None:
        """Tell other processes, once this transaction is committed, that there is something to do."""
        ...

    def listen(self, loop: asyncio.AbstractEventLoop, heard: Callable[[], None]) -> None:
        """See to it that `heard` is called for every announcement from now on. Called from the store's threads, again
        and again: nothing happens while it is so already.
        """
        ...

    def close(self) -> None:
        """Stop listening, let other daemons in."""
        ...


def backend_for(url: str) -> Backend:
    """The backend of that address. Raises `StoreUnavailable` for an address that is none."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError:
        raise StoreUnavailable(_unknown("what is given")) from None
    if parsed.get_backend_name() == "sqlite":
        from noshowd.store.sqlite import Sqlite

        return Sqlite(parsed)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return _postgres(parsed)
    raise StoreUnavailable(_unknown(repr(parsed.get_backend_name())))


def not_begun(url: str) -> Path | None:
    """The file in which there is no database yet; None where there is one, or a server has it."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    file = Path(str(parsed.database))
    return None if file.exists() else file


def _postgres(parsed: URL) -> Backend:
    try:
        from noshowd.store.postgres import Postgres
    except ImportError:
        raise StoreUnavailable(
            "the database is PostgreSQL but psycopg is not installed: install noshowd[postgres]"
        ) from None
    return Postgres(parsed)


def _unknown(found: str) -> str:
    return (
        f"the address of the database is not understood ({found}): "
        "write sqlite:////path/to/noshowd.db or postgresql://user@host/database"
    )
