"""What a running daemon takes over from a changed configuration, and what keeps its old rules."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noshowd.config.load import load
from noshowd.config.model import Config
from noshowd.domain.meeting import Kind, Meeting, Place
from noshowd.domain.policy import Policy
from noshowd.runtime.clock import SystemClock
from noshowd.runtime.daemon import Daemon
from noshowd.runtime.rules import Choose, Rules
from noshowd.store.errors import StoreUnavailable
from runtime.minimal import written

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _config(folder: Path, **changes: str) -> Config:
    loaded = load(written(folder, **changes))
    assert isinstance(loaded, Config), loaded
    return loaded


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    monkeypatch.setenv("NOSHOWD_TEST_PASSWORD", "x")
    return Daemon(_config(tmp_path), folder=tmp_path, clock=SystemClock())


async def test_another_mode_holds_at_once(daemon: Daemon, tmp_path: Path) -> None:
    with daemon:
        assert daemon.reload(_config(tmp_path, mode="live")) == []
        assert daemon.parts.shadow is False


async def test_another_mailbox_needs_a_restart_and_changes_nothing(daemon: Daemon, tmp_path: Path) -> None:
    with daemon:
        assert daemon.reload(_config(tmp_path, mode="live", mailbox="ben@example.org")) == ["account"]
        assert daemon.parts.shadow is True


async def test_a_second_daemon_on_the_file_is_refused(daemon: Daemon, tmp_path: Path) -> None:
    with daemon, pytest.raises(StoreUnavailable, match="another noshowd runs"):
        await asyncio.to_thread(Daemon, _config(tmp_path), folder=tmp_path, clock=SystemClock())


def _meeting(start: datetime) -> Meeting:
    return Meeting(
        key="m",
        round=1,
        start=start,
        end=start + timedelta(minutes=30),
        title="",
        people=(),
        place=Place(kind=Kind.VIDEO),
    )


def _always(name: str) -> Choose:
    return lambda _: Policy(name=name)


def test_a_meeting_keeps_the_rules_under_which_it_began() -> None:
    rules = Rules(_always("first")).followed_by(_always("second"), T0).followed_by(_always("third"), T0 + DAY)
    began = {"first": T0 - HOUR, "second": T0 + HOUR, "third": T0 + DAY + HOUR}
    assert {name: _name(rules, start) for name, start in began.items()} == {name: name for name in began}


def test_rules_of_long_ago_are_let_go() -> None:
    rules = Rules(_always("0"))
    for day in range(1, 100):
        rules = rules.followed_by(_always(str(day)), T0 + day * DAY)
    assert _name(rules, T0) == "84"


def _name(rules: Rules, start: datetime) -> str:
    policy = rules(_meeting(start))
    assert policy is not None
    return policy.name


async def test_observing_ends_at_once_and_begins_with_a_start(daemon: Daemon, tmp_path: Path) -> None:
    with daemon:
        begun = _meeting(SystemClock().now() - HOUR)
        off = _config(tmp_path, mode='shadow"\nobserve = "off')
        assert daemon.reload(off) == []
        assert daemon.parts.observes is False
        assert daemon.parts.policy_for(begun) is None, "also a meeting that has begun is let be"
        assert daemon.reload(_config(tmp_path)) == ["observe"]
