"""PostgreSQL: several workers on several machines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL

from noshowd.store.errors import StoreUnavailable

#: The channel of NOTIFY.
CHANNEL = "noshowd"
#: Any number, the same in every worker: the advisory lock taken while migrating.
SCHEMA_LOCK = 0x6E6F73686F77

#: How long to wait for a connection, in seconds.
PATIENCE = 10

#: Every query of a loop has its index. The planner must use it also while its statistics are still those of an empty
#: table, and must not spend longer on planning in parallel or compiling than such a query takes.
PLANNING = "-c enable_seqscan=off -c max_parallel_workers_per_gather=0 -c jit=off"

#: A worker that stands still in the middle of a transaction (a paused machine, a lost network) must not hold its rows
#: for longer than a lease: the server ends such a session, and nothing of it was saved.
STANDSTILL = "-c idle_in_transaction_session_timeout=20s"
#: The same for one that stands still between the parts of one statement, which only PostgreSQL 17 and later can tell.
LONGEST = "60s"
LIMITED = "SELECT set_config(name, %(limit)s, %(local)s) FROM pg_settings WHERE name = 'transaction_timeout'"

#: SQLSTATE classes (PostgreSQL documentation, appendix A) and what a person can do about them.
SENTENCES = {
    "25P03": "ended a transaction in which this worker stood still; nothing of that step was saved",
    "25P04": "ended a transaction in which this worker stood still; nothing of that step was saved",
    "28": "refuses the user or password: check the address of the database",
    "3D": "does not exist: create it (createdb) or mend the address",
    "42501": "does not let this user do that: grant the right to create and write tables",
    "53": "is out of space, memory or connections",
    "55": "is locked by another process; try again later",
    "57": "is starting up or shutting down; try again later",
}


class Postgres:
    """For whoever has outgrown one file."""

    threads = 4
    shared = True

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._plain = url.set(drivername="postgresql")
        self._ear: psycopg.Connection | None = None
        self._mute: Callable[[], None] = lambda: None
        self._hearing = threading.Lock()

    def engine(self) -> sa.Engine:
        engine = sa.create_engine(
            self._url,
            pool_size=self.threads,
            pool_pre_ping=True,
            hide_parameters=True,  # an error names nobody
            connect_args={"options": f"{PLANNING} {STANDSTILL}", "connect_timeout": PATIENCE},
        )
        sa.event.listen(engine, "connect", _limit)
        return engine

    def reading(self) -> dict[str, Any]:
        return {"postgresql_readonly": True}

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._explained(error.orig) or error from error
        except psycopg.Error as error:
            raise self._explained(error) or error from error

    def lock_schema(self, conn: sa.Connection) -> None:
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))
        # a migration of large tables takes as long as it takes
        conn.exec_driver_sql(LIMITED, {"limit": "0", "local": True})

    def keep_copy(self, engine: sa.Engine, version: str) -> None:
        """Backups of a server are its administrator's."""

    def lay_out(self, conn: sa.Connection) -> None:
        """Nothing: connections come and go."""

    def announce(self, conn: sa.Connection) -> None:
        conn.exec_driver_sql(f"NOTIFY {CHANNEL}")

    def hold_alone(self) -> None:
        """Nobody is kept away: workers share."""

    def listen(self, loop: asyncio.AbstractEventLoop, heard: Callable[[], None]) -> None:
        with self._hearing:
            if self._ear is not None:
                return
            with self.errors():
                address = self._plain.render_as_string(hide_password=False)
                ear = psycopg.connect(address, autocommit=True, connect_timeout=PATIENCE)
                ear.execute(f"LISTEN {CHANNEL}")
            self._ear = ear
            self._mute = partial(_remove_reader, loop, ear.fileno())
        with suppress(RuntimeError):  # that loop has ended
            loop.call_soon_threadsafe(loop.add_reader, ear.fileno(), self._hear, ear, heard)

    def close(self) -> None:
        with self._hearing:
            if self._ear is not None:
                self._mute()
                self._ear.close()
                self._ear = None

    def _hear(self, ear: psycopg.Connection, heard: Callable[[], None]) -> None:
        """The server sent something, or is gone: then the next transaction listens anew."""
        try:
            ear.pgconn.consume_input()
        except psycopg.OperationalError:
            self.close()
            return
        told = False
        while ear.pgconn.notifies() is not None:
            told = True
        if told:
            heard()

    def _explained(self, error: BaseException | None) -> StoreUnavailable | None:
        if not isinstance(error, psycopg.Error):
            return None
        state = error.sqlstate or ""
        where = f"the database {self._plain.database} on {self._plain.host or 'this machine'}"
        sentence = SENTENCES.get(state) or SENTENCES.get(state[:2])
        if sentence is not None:
            return StoreUnavailable(f"{where} {sentence}")
        if isinstance(error, psycopg.OperationalError):
            return StoreUnavailable(f"{where} cannot be reached: {str(error).splitlines()[0]}")
        return None


def _remove_reader(loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
    # The number is kept from better days: a lost connection no longer tells it.
    if not loop.is_closed():
        loop.remove_reader(descriptor)


def _limit(connection: psycopg.Connection, _record: object) -> None:
    connection.execute(LIMITED, {"limit": LONGEST, "local": False})
    connection.commit()
