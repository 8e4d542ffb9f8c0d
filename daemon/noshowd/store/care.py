"""Looking after the database: is it whole, and a copy of it while it is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from noshowd.store import switches
from noshowd.store.errors import StoreUnavailable, Unreadable
from noshowd.store.schema import metadata
from noshowd.store.texts import micros

_HOLD = "INSERT OR REPLACE INTO switch (name, value, changed_at, changed_by) VALUES (?, ?, ?, ?)"

#: The database is only read meanwhile: these are about the copy (sqlite.org/rescode.html).
_OF_THE_COPY = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
    }
)
_TRIAL = "trial of doctor"


def problems(conn: sa.Connection) -> list[str]:
    """What is damaged or cannot be read; reads everything that is stored."""
    found = []
    if conn.dialect.name == "sqlite":
        found = [line for line in conn.exec_driver_sql("PRAGMA integrity_check").scalars() if line != "ok"]
    for table in metadata.sorted_tables:
        try:
            for _ in conn.execute(sa.select(table)):
                pass
        except Unreadable as error:
            found.append(f"{table.name}: {error}")
    return found


def try_to_write(conn: sa.Connection, *, now: datetime) -> None:
    """Write something and take it away again. Raises what stands in the way once it is committed."""
    switches.turn(conn, _TRIAL, now.isoformat(), by="noshowd", now=now)
    switches.clear(conn, _TRIAL)


def be_impatient(conn: sa.Connection) -> None:
    """From now on this connection tells at once that somebody else writes, instead of waiting."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA busy_timeout = 0")


def back_up(conn: sa.Connection, target: Path, *, now: datetime) -> None:
    """Copy the SQLite file while it is in use, at one instant; the copy holds sending to guests once it is put back.

    Raises `StoreUnavailable` where that cannot be done; then there is no new file.
    """
    if conn.dialect.name != "sqlite":
        raise StoreUnavailable("PostgreSQL is backed up with its own pg_dump")
    if target.exists():
        raise StoreUnavailable(f"{target} exists already: name a new file")
    fresh = target.with_name(f".{target.name}.new")
    try:
        fresh.touch(mode=0o600)
        with closing(sqlite3.connect(fresh)) as copy:
            source: Any = conn.connection.driver_connection
            source.backup(copy)
            held = (switches.SENDING_HELD, "this database was restored from a backup", micros(now), "noshowd db backup")
            copy.execute(_HOLD, held)
            copy.commit()
        fresh.rename(target)
    except OSError as error:
        raise StoreUnavailable(f"{target} cannot be written: {error.strerror}") from None
    except sqlite3.Error as error:
        if error.sqlite_errorcode not in _OF_THE_COPY:
            raise
        raise StoreUnavailable(f"{target} cannot be written: {error}; there is no copy, name another place") from None
    finally:
        fresh.unlink(missing_ok=True)
