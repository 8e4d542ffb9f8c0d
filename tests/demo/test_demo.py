"""The demo keeps what it promises, notices when it does not, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest
from rich.console import Console

import noshowd
from noshowd.config.load import load
from noshowd.config.model import Config
from noshowd.demo.configuration import write_configuration
from noshowd.demo.promises import PROMISES, Evidence, broken
from noshowd.demo.summary import summarise
from noshowd.demo.town import Town
from noshowd.demo.view import Line, View
from noshowd.demo.watch import Story

SOURCE = Path(noshowd.__file__).parents[1]
NOON = datetime(2026, 6, 16, 12, 0, tzinfo=UTC)


def demo(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "noshowd", "demo", "--plain", *arguments],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.05)


def daemons_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process.pid).children(recursive=True)
    return []


def test_a_day_keeps_every_promise(tmp_path):
    process = demo("--keep", str(tmp_path / "kept"))
    said, _ = process.communicate(timeout=150)
    assert process.returncode == 0, said
    assert said.count("\nkept ") == len(PROMISES)
    assert "Guten Tag Frank Fuchs," in said
    kept = {path.name for path in (tmp_path / "kept").iterdir()}
    assert {"noshowd.toml", "noshowd.db", "journal.jsonl"} <= kept


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_whoever_has_seen_enough_leaves_no_process_behind(number):
    process = demo()
    wait_for(lambda: bool(daemons_of(process)))
    daemons = daemons_of(process)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert not [daemon for daemon in daemons if daemon.is_running()]


def test_a_daemon_that_dies_by_itself_ends_the_day_with_a_word():
    process = demo()
    wait_for(lambda: bool(daemons_of(process)))
    time.sleep(1)
    daemons_of(process)[0].kill()
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "the daemon ended" in said
    assert "Traceback" not in said


def test_a_folder_that_is_in_use_is_left_alone(tmp_path):
    (tmp_path / "noshowd.db").write_text("somebody's")
    process = demo("--keep", str(tmp_path))
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "is not empty" in said


def test_a_day_on_which_nothing_happened_breaks_the_promises(tmp_path):
    with Town(lambda: NOON, tmp_path) as town:
        empty = Story(meetings=(), transitions={}, followups=(), booked={})
        evidence = Evidence(story=empty, town=town, journal="Traceback (most recent call last)", first=NOON)
        unkept = broken(evidence)
        told = StringIO()
        summarise(View(ZoneInfo("UTC"), console=Console(file=told)), evidence, unkept)
    assert [promise.says for promise in PROMISES if promise not in unkept] == [
        "At most three interruptions in eight calls."
    ]
    assert "noshowd demo --speed 140" in told.getvalue()


def test_the_configuration_is_one_that_noshowd_takes(tmp_path):
    with Town(lambda: NOON, tmp_path) as town:
        assert isinstance(load(write_configuration(town, tmp_path, 8642)), Config)


def test_news_that_comes_late_is_told_in_order():
    told = StringIO()
    view = View(ZoneInfo("UTC"), console=Console(file=told))
    view.note(
        Line(at=NOON.replace(minute=5), did="later", why="because"), Line(at=NOON.replace(minute=9), did="not yet")
    )
    view.world(NOON, "earlier")
    view.show(NOON.replace(minute=6))
    assert told.getvalue() == "12:00  earlier\n12:05      noshowd: later -- because\n"


def test_a_terminal_shows_columns():
    told = StringIO()
    with View(ZoneInfo("UTC"), console=Console(file=told, force_terminal=True, width=120)) as view:
        view.note(Line(at=NOON, did="did this", why="for that"))
        view.show(NOON)
    line = next(line for line in told.getvalue().splitlines() if "did this" in line)
    assert line.index("did this") < line.index("for that")


def test_a_narrow_terminal_wraps_within_its_width_and_keeps_the_margin():
    told = StringIO()
    with View(ZoneInfo("UTC"), console=Console(file=told, force_terminal=True, width=80, color_system=None)) as view:
        view.world(NOON, "somebody joins")
        view.note(Line(at=NOON, did="did this", why="because " * 20))
        view.show(NOON)
    lines = [re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", line).rstrip() for line in told.getvalue().splitlines()]
    assert [line for line in lines if line][:2] == ["12:00  somebody joins", "12:00    did this"]
    assert [line[:9] for line in lines if "because" in line] == [" " * 9] * 3
    assert max(map(len, lines)) <= 80
