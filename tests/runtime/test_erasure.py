"""The daemon itself lets go of what is older than [privacy] allows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from contract.channel_clock import SteppingClock
from noshowd.config.load import load
from noshowd.config.model import Config
from noshowd.engine.erasure import clear
from noshowd.runtime.daemon import Daemon
from noshowd.store import entries
from runtime.minimal import written
from store.samples import NINE, entry

DAY = timedelta(days=1)


@pytest.mark.parametrize(("days", "left"), [(1, ["now", "yesterday"]), (4, ["now", "yesterday", "lately"])])
async def test_each_period_is_the_configured_one_but_never_under_two_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, left: list[str]
) -> None:
    monkeypatch.setenv("NOSHOWD_TEST_PASSWORD", "x")
    config = load(written(tmp_path, more=f'[privacy]\nevidence = "{days} d"\n'))
    assert isinstance(config, Config), config
    ages = {"now": 0, "yesterday": 1, "lately": 3, "long ago": 30}
    with Daemon(config, folder=tmp_path, clock=SteppingClock(NINE)) as daemon:
        stored = [entry(name, start=NINE - age * DAY) for name, age in ages.items()]
        await daemon.parts.database.run(lambda conn: entries.put(conn, stored))
        assert await clear(daemon.parts) is False, "there is nothing more to do"
        kept = await daemon.parts.database.read(lambda conn: entries.between(conn, NINE - 99 * DAY, NINE + DAY))
    assert {one.ref.entry_id for one in kept} == set(left)
