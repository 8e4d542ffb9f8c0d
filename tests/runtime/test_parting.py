"""Told to stop while the database cannot be written, noshowd takes leave in a file, and the next start knows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noshowd.config.load import load
from noshowd.config.model import Config
from noshowd.runtime import parting
from noshowd.runtime.clock import SystemClock
from noshowd.runtime.daemon import Daemon
from noshowd.store import health
from noshowd.store.database import open_database
from runtime.minimal import written


@pytest.mark.parametrize(("noted", "left_over"), [(["one"], []), ([], ["one"]), (["other"], ["one"])])
def test_the_next_start_knows_who_took_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: list[str], left_over: list[str]
) -> None:
    monkeypatch.setenv("NOSHOWD_TEST_PASSWORD", "x")
    config, now = load(written(tmp_path)), SystemClock().now()
    assert isinstance(config, Config)
    with open_database(config.store.url) as database:
        database.run_sync(lambda conn: health.beat(conn, "one", version="0", started_at=now, now=now))
    for name in noted:
        parting.note(tmp_path, name)
    Daemon(config, folder=tmp_path, clock=SystemClock()).close()
    with closing(sqlite3.connect(tmp_path / "noshowd.db")) as kept:
        assert [name for (name,) in kept.execute("SELECT name FROM worker")] == left_over
    assert not list(tmp_path.glob("left-*"))


def test_who_could_take_leave_in_the_database_leaves_no_file(tmp_path: Path) -> None:
    parting.note(tmp_path, "one")
    parting.note(tmp_path, "two")
    parting.settled(tmp_path, "one")
    assert [one.name for one in tmp_path.glob("left-*")] == ["left-two"]
