"""SQLite: one file, one process, one thread."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateColumn

from noshowd.store.errors import StoreUnavailable
from noshowd.store.schema import entry_staging

#: How long a writer waits for another process (the command line beside the daemon), in seconds.
PATIENCE = 10.0

_LOCKED = "is locked by another program, which writes and does not finish (fuser shows which)"
#: SQLite's own names of errors (sqlite.org/rescode.html) and what a person can do about them.
SENTENCES = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; nothing of this step was saved",
    sqlite3.SQLITE_READONLY: "cannot be written: give the user that runs noshowd the right to write it",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its folder exists and may be written",
    sqlite3.SQLITE_NOTADB: "is not a database: name another file, or move this one away",
    sqlite3.SQLITE_CORRUPT: "is damaged: stop noshowd and put a backup in its place",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk is full, or reports an error",
}


class Sqlite:
    """The embedded default."""

    threads = 1
    shared = False

    def __init__(self, url: URL) -> None:
        self._path = Path(url.database) if url.database and url.database != ":memory:" else None
        self._url = url.set(drivername="sqlite+pysqlite")
        self._lock: IO[str] | None = None

    def engine(self) -> sa.Engine:
        if self._path is not None:
            _make_private(self._path)
        # One connection for good: opened by whoever asks first, used only by the store's one thread from then on.
        engine = sa.create_engine(
            self._url,
            poolclass=StaticPool,
            hide_parameters=True,  # an error names nobody
            connect_args={"check_same_thread": False, "timeout": PATIENCE, "cached_statements": 256},
        )
        sa.event.listen(engine, "connect", _prepare)
        sa.event.listen(engine, "begin", _begin)
        return engine

    def reading(self) -> dict[str, Any]:
        return {"begin": "BEGIN"}

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._explained(error.orig) or error from error
        except sqlite3.DatabaseError as error:
            raise self._explained(error) or error from error

    def lock_schema(self, conn: sa.Connection) -> None:
        """Nothing to do: every writing transaction holds the file's one write lock from its beginning."""

    def keep_copy(self, engine: sa.Engine, version: str) -> None:
        if self._path is None:
            return
        copy = self._path.with_name(f"{self._path.name}.version-{version}")
        _make_private(copy)
        with engine.connect() as conn, closing(sqlite3.connect(copy)) as target:
            source: Any = conn.connection.driver_connection
            source.backup(target)

    def lay_out(self, conn: sa.Connection) -> None:
        """Pages of a listing are laid aside in memory: a listing that did not come to its end is worth nothing, and
        the disk is spared writing everything twice. SQLite finds a temporary table before one of the file.
        """
        columns = ", ".join(str(CreateColumn(column).compile(conn)) for column in entry_staging.columns)
        keys = ", ".join(column.name for column in entry_staging.primary_key)
        conn.exec_driver_sql(f"CREATE TEMPORARY TABLE {entry_staging.name} ({columns}, PRIMARY KEY ({keys}))")

    def hold_alone(self) -> None:
        """Through a lock on a file beside the database, which dies with the process, however that dies."""
        if self._path is None or self._lock is not None:
            return
        lock = self._path.with_name(f"{self._path.name}.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise StoreUnavailable(
                f"another noshowd runs on the database {self._path}: stop it first, or give this one its own"
            ) from None
        self._lock = lock

    def announce(self, conn: sa.Connection) -> None:
        """Nobody to tell: the one process rings its own bells."""

    def listen(self, loop: asyncio.AbstractEventLoop, heard: Callable[[], None]) -> None:
        """Nothing to hear."""

    def close(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _explained(self, error: BaseException | None) -> StoreUnavailable | None:
        code = getattr(error, "sqlite_errorcode", None)
        # The low byte is the error, the rest says where it happened.
        sentence = None if code is None else SENTENCES.get(code & 0xFF)
        return None if sentence is None else StoreUnavailable(f"the database {self._path} {sentence}")


def _make_private(path: Path) -> None:
    """Create the file for its owner's eyes only; it holds people's names. SQLite gives its side files the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnavailable(f"the database {path} cannot be opened: {error.strerror}") from None


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, below
    for pragma in (
        # Of a new file; an older one stays as it is. Twice the usual size: a meeting with its verdict fills most of a
        # small page, and each page that is written costs by itself (a crowd of judgements is saved a seventh cheaper).
        "page_size=8192",
        "journal_mode=WAL",
        # A commit is on the disk before it returns. NORMAL would survive the death of the process, but after a power
        # cut could forget a committed `sending`, and the message would go out a second time.
        "synchronous=FULL",
        "temp_store=MEMORY",
        # Pages of about 16 MB lie in the log before they are moved to the file: a page that is written again and
        # again, as in a crowd of judgements, is moved once.
        "wal_autocheckpoint=2000",
        # The log is written over from its beginning and kept at that size; what a crowd took beyond it is given back.
        # Without a limit it would keep the largest size it ever had.
        "journal_size_limit=17000000",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(conn: sa.Connection) -> None:
    # A transaction that reads first and writes later could not wait for its turn; so it takes the lock at once.
    conn.exec_driver_sql(conn.get_execution_options().get("begin", "BEGIN IMMEDIATE"))
