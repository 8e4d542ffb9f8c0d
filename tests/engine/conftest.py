"""The engine's tests keep SQLite in memory: what the disk has to prove is proved by the store's own tests and by the
crash tests.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import structlog

from databases import BACKENDS, postgres_database
from noshowd.store.database import Database, open_database
from noshowd.store.schema import metadata


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An open database without rows, on each backend in turn."""
    if request.param == "sqlite":
        with open_database("sqlite://") as opened:
            yield opened
        return
    template = request.getfixturevalue("migrated_postgres")
    with postgres_database(request.getfixturevalue("postgres"), like=template) as url, open_database(url) as opened:
        yield opened


@pytest.fixture(autouse=True)
def log() -> Iterator[list[structlog.typing.EventDict]]:
    """What is logged, kept instead of printed: a traceback made readable takes longer than the test."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture(scope="module")
def opened() -> Iterator[Database]:
    with open_database("sqlite://") as opened:
        yield opened


@pytest.fixture
def memory(opened: Database) -> Database:
    """A database without rows; one for all tests of this module."""
    opened.run_sync(lambda conn: [conn.execute(sa.delete(table)) for table in reversed(metadata.sorted_tables)])
    return opened
