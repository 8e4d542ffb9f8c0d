"""A wrong clock of this machine is measured against the servers', told of, and set right for noshowd."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from noshowd.config.model import Config
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.runtime.bench import Bench
from noshowd.runtime.clock import SystemClock
from noshowd.runtime.timekeeping import Timekeeping
from noshowd.store import health
from noshowd.store.database import Database, open_database
from noshowd.store.health import Condition

ADDRESS = "anna@us.example"
#: As exact as a header with whole seconds and a busy machine let it be.
A_WHILE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[str]:
    """Whatever is asked, the answer has the true time in its Date header."""
    with LoopbackServer(Starlette()) as running:
        yield running.url


class OffClock(SystemClock):
    """The clock of a machine that is off by so much; a step of it changes `off`."""

    def __init__(self, off: timedelta) -> None:
        super().__init__()
        self.off = off

    def machine(self) -> datetime:
        return super().machine() + self.off


def timekeeping(url: str, folder: Path, database: Database, clock: SystemClock) -> Timekeeping:
    source = {"kind": "sipgate", "token_id": "token-1", "token": {"env": "X"}, "url": url}
    config = Config.model_validate({"person": [{"address": ADDRESS}], "presence": [source]})
    return Timekeeping(Bench(config, folder=folder, state=folder, clock=clock, signing_key=b"key"), clock, database)


def error_of(clock: SystemClock) -> timedelta:
    return abs(clock.now() - SystemClock().now())


@pytest.mark.parametrize(("minutes", "word"), [(3, "ahead of"), (-3, "behind")])
async def test_a_wrong_clock_is_told_and_the_vendors_time_is_taken(
    server: str, tmp_path: Path, minutes: int, word: str
) -> None:
    clock = OffClock(timedelta(minutes=minutes))
    with open_database("sqlite://") as database:
        time = timekeeping(server, tmp_path, database, clock)
        await time.measure()
        [found] = database.read_sync(health.read)
        assert found.state is Condition.STOPPED, "told at once"
        assert f" s {word} the vendors" in str(found.last_error)
        assert error_of(clock) < A_WHILE
        clock.off = timedelta(0)  # stepped by NTP in the middle: nobody notices but the next measurement
        assert error_of(clock) < A_WHILE
        await time.measure()
        [found] = database.read_sync(health.read)
    assert found.state is Condition.WELL
    assert clock.now() - clock.machine() < timedelta(seconds=1), "the machine's clock is believed again"


async def test_where_nobody_tells_the_time_nothing_is_concluded(tmp_path: Path) -> None:
    clock = OffClock(timedelta(minutes=3))
    with open_database("sqlite://") as database:
        time = timekeeping("http://127.0.0.1:9/v2", tmp_path, database, clock)
        await time.measure()
        assert error_of(clock) > timedelta(minutes=2)
        assert database.read_sync(health.read) == []
