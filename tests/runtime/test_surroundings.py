"""What doctor says of the house noshowd stands in, and status of what waits."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from noshowd.config.model import Config
from noshowd.config.service import Web
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.followup import Approval, Cause, FollowUp, FollowUpKey, FollowUpKind, State
from noshowd.ports.check import Grade
from noshowd.runtime import surroundings
from noshowd.runtime.bench import Bench
from noshowd.runtime.clock import SystemClock
from noshowd.runtime.standing import read_status
from noshowd.store import outbox, sqlite
from noshowd.store.database import Database, open_database
from noshowd.store.judged import NewRow
from store.samples import NINE, at

ANNA = "anna@ours.example"


def test_a_damaged_row_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/noshowd.db"
    with open_database(url) as opened:
        damage = sa.text("INSERT INTO answer (answer_id, payload, stored_at) VALUES ('a', 'no answer', 1)")
        opened.run_sync(lambda conn: conn.execute(damage))
    assert [one.grade for one in surroundings.database(url, NINE)] == [Grade.BAD]


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert [one.grade for one in surroundings.database(f"sqlite:///{tmp_path}/none/noshowd.db", NINE)] == [
        Grade.UNREACHED
    ]


def test_a_database_that_somebody_else_holds_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)  # nobody waits in a test
    url = f"sqlite:///{tmp_path}/noshowd.db"
    open_database(url).close()
    with closing(sqlite3.connect(tmp_path / "noshowd.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        (found,) = surroundings.database(url, NINE)
    assert found.grade is Grade.UNREACHED
    assert "is locked by another program" in found.says


def test_there_is_room_and_the_zones_are_of_this_time(tmp_path: Path) -> None:
    assert "MB free" in surroundings.disk(tmp_path).says
    assert surroundings.zones(datetime(2026, 3, 1, tzinfo=UTC)).grade is Grade.GOOD
    assert surroundings.zones(datetime(2040, 3, 1, tzinfo=UTC)).grade is Grade.GAP


async def _pages(url: str | None, folder: Path) -> list[Grade]:
    config = Config(web=Web(public_url=url))
    bench = Bench(config, folder=folder, state=folder, clock=SystemClock(), signing_key=b"key")
    return [one.grade for one in await surroundings.web_address(bench)]


async def test_the_web_address_has_to_be_ours(tmp_path: Path) -> None:
    assert await _pages(None, tmp_path) == []
    assert await _pages("http://127.0.0.1:9", tmp_path) == [Grade.BAD]
    with SimulatedGoogle(lambda: NINE) as somebody_else:
        assert await _pages(somebody_else.url, tmp_path) == [Grade.BAD]


def _followup(kind: FollowUpKind, concerns: str | None = None) -> FollowUp:
    key = FollowUpKey(meeting="m", round=1, person=ANNA, kind=kind, step="s")
    return FollowUp(
        key=key,
        cause=Cause.THEY_ARE_MISSING,
        approval=Approval.ASK,
        not_before=NINE,
        not_after=NINE + timedelta(hours=2),
        concerns=concerns,
    )


def test_status_says_what_waits_for_whom_and_names_nobody(database: Database) -> None:
    offer = _followup(FollowUpKind.RESCHEDULE_OFFER)
    asks = _followup(FollowUpKind.APPROVAL, concerns=str(offer.key))
    rows = [
        NewRow(followup=offer, state=State.AWAITING, next_try_at=None),
        NewRow(followup=asks, state=State.QUEUED, next_try_at=NINE),
    ]
    database.run_sync(lambda conn: outbox.add(conn, rows, now=NINE))
    status = database.read_sync(lambda conn: read_status(conn, Config(), at(10)))
    assert status["waiting"] == ["1 awaiting", "1 queued"]
    assert status["asked"] == ["1 for colleague 1"]
    assert status["budgets"] == ["guests: 0 of 20 messages within an hour"]
    revealed = database.read_sync(lambda conn: read_status(conn, Config(), at(10), reveal=True))
    assert revealed["asked"] == [f"1 for {ANNA}"]
