"""Every table has a time after which its rows go, and the documentation says the same as the code."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from meta.source_tree import ROOT
from noshowd.config.service import Privacy
from noshowd.store import calendars, health, people, retention
from noshowd.store.database import Database
from noshowd.store.mirror_schema import calendar, quarantine, watch
from noshowd.store.retention import KEPT, Cut
from noshowd.store.schema import metadata
from store.samples import NINE

DAY = timedelta(days=1)
PERIODS = {key: value for key, value in Privacy() if isinstance(value, timedelta)}


def test_no_table_is_forgotten() -> None:
    assert set(KEPT) == set(metadata.tables)
    assert {kept for kept in KEPT.values() if " " not in kept} == set(PERIODS)


def test_operations_has_the_table_of_the_code() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) days \| .+ \| ([\w, ]+) \|$", page, re.MULTILINE)
    assert {key: timedelta(days=int(days)) for key, days, _ in rows} == PERIODS
    told = {table: key for key, _, tables in rows for table in tables.split(", ")}
    assert told == {table: key for table, key in KEPT.items() if key in PERIODS}
    rest = page.partition("What has no period:")[2].partition("\n\n")[0]
    assert all(table in rest for table in KEPT.keys() - told.keys())


@pytest.mark.parametrize("page", ["data-protection.md", "de/datenschutz.md"])
def test_the_page_for_the_data_protection_officer_has_the_defaults(page: str) -> None:
    said = re.findall(
        r"(\d+) (?:days|Tage)[^|]*?\(`privacy\.(\w+)`\)", (ROOT / "docs" / page).read_text(encoding="utf-8")
    )
    assert {key: timedelta(days=int(days)) for days, key in said} == PERIODS


def test_what_belongs_to_nobody_goes(database: Database) -> None:
    """A calendar that is no longer watched, what could not be understood in it, and a worker that died."""

    def fill(conn: sa.Connection) -> None:
        calendars.register(conn, [("google", "left@ours.example")], now=NINE)
        calendars.register(conn, [("google", "anna@ours.example")], now=NINE)
        here = {"account": "google", "calendar": "left@ours.example"}
        conn.execute(sa.insert(quarantine).values(**here, entry_id="e", reason="no start", since=NINE))
        conn.execute(sa.insert(watch).values(**here, channel="c", opened_at=NINE, until=NINE, deaf=False))
        people.learn(conn, "meet:1", "guest@theirs.example", now=NINE)
        for name, at in (("dead", NINE), ("alive", NINE + 20 * DAY)):
            health.beat(conn, name, version="1", started_at=NINE, now=at)

    database.run_sync(fill)
    assert database.run_sync(lambda conn: retention.clear_strays(conn, Cut(before=NINE, limit=9))) == 1, "never read"
    assert database.run_sync(lambda conn: retention.clear_strays(conn, Cut(before=NINE + 14 * DAY, limit=9))) == 4
    left = database.run_sync(lambda conn: conn.scalars(sa.select(calendar.c.calendar)).all())
    assert left == ["anna@ours.example"]
    assert [one.name for one in database.run_sync(health.workers)] == ["alive"]
