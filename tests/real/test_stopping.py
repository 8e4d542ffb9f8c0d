"""Told to stop in the middle of something, the real process ends; what was leaving is asked about afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from noshowd.demo.town import Town
from noshowd.runtime.clock import SystemClock
from runtime.stopping import MOMENTS, Running, Stage, sending

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with Town(SystemClock().now, tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_it_ends_in_the_middle_of(town: Town, tmp_path: Path, moment: str) -> None:
    with MOMENTS[moment](Stage(town, tmp_path)) as running:
        running.stop()


def test_a_mail_that_was_leaving_is_asked_about_afterwards(town: Town, tmp_path: Path) -> None:
    stage = Stage(town, tmp_path)
    with sending(stage) as running:
        running.stop()
    assert ("notice", "sending") in stage.states()
    running = Running(stage.configured())
    running.until(lambda: "uncertain" in [state for _, state in stage.states()])
    running.stop()


def test_a_stop_while_the_database_is_locked_is_told_to_nobody(town: Town, tmp_path: Path) -> None:
    stage = Stage(town, tmp_path)
    with MOMENTS["a database that is locked"](stage) as running:
        running.stop()
    gone = stage.workers()
    assert len(gone) == 1
    running = Running(stage.configured())
    running.until("started")
    assert not gone & stage.workers(), "whoever took leave is not missed"
    assert not list(tmp_path.glob("left-*"))
    running.stop()
