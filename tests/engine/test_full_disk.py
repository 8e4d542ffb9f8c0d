"""A full disk and a database that somebody else locks: sending stops, says so, and goes on afterwards, each once."""

from __future__ import annotations

import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.house import ANNA, House, at
from noshowd.domain.verdict import Outcome
from noshowd.runtime.loops import _of_the_store
from noshowd.store import sqlite
from noshowd.store.database import Database, open_database
from noshowd.store.errors import StoreUnavailable
from noshowd.store.schema import outbox

Trouble = Callable[[Database, Path], AbstractContextManager[None]]


@contextmanager
def full(database: Database, file: Path) -> Iterator[None]:
    """The file may not grow by a single page."""

    def limit(pages: str) -> None:
        database.run_sync(lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}"))

    database.run_sync(lambda conn: conn.exec_driver_sql("CREATE TABLE ballast (b)"))
    limit(str(database.read_sync(lambda conn: conn.exec_driver_sql("PRAGMA page_count").scalar_one())))
    try:
        yield
    finally:
        limit("1073741823")


@contextmanager
def locked(database: Database, file: Path) -> Iterator[None]:
    """Another program writes and does not finish."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)  # nobody waits in a test
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        yield House(database)


async def _until_it_stops(house: House, minute: float) -> Exception:
    for later in range(1, 400):
        try:
            await house.until(minute + later)
        except (StoreUnavailable, ExceptionGroup) as error:
            return error
    pytest.fail("it never had to write anything")


def _sent(conn: sa.Connection) -> set[str]:
    return set(conn.scalars(sa.select(outbox.c.key).where(outbox.c.sent_at.is_not(None))))


@pytest.mark.parametrize("trouble", [full, locked])
@pytest.mark.parametrize("minute", [-5, 4])
async def test_it_stops_and_goes_on(house: House, tmp_path: Path, trouble: Trouble, minute: float) -> None:
    await house.until(-6)
    house.happen(join=ANNA)
    await house.until(minute)
    with trouble(house.database, tmp_path / "noshowd.db"):
        error = await _until_it_stops(house, minute)
        saved = house.database.read_sync(_sent)
    assert isinstance(_of_the_store(error), StoreUnavailable), "a loop says so in one line"
    assert ANNA not in "".join(traceback.format_exception(error)), "nobody is named, not even in our own mistakes"
    unsaved = {post.parcel.key for post in house.posts} - saved
    assert len(unsaved) <= 1, "what leaves is written down before, and so is what left"
    house.pass_time(max(minute + 2, (house.clock.now() - at(0)).total_seconds() / 60))
    await house.until(120)
    keys = Counter((post.channel, post.parcel.key) for post in house.posts)
    assert not [key for key, count in keys.items() if count > 1]
    if minute < 0:
        assert house.meeting.verdict is not None
        assert house.meeting.verdict.outcome in (Outcome.THEY_ARE_MISSING, Outcome.UNKNOWN)
