"""In one process: noshowd dies at any step of sending and comes back; each message ends as it should."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from engine.deaths import die, die_alone
from noshowd.ports.channel import Recovery


@pytest.mark.parametrize("recovery", Recovery)
async def test_some_restarts(recovery: Recovery, soak_seed: int):
    await die(recovery, 33, soak_seed)


@pytest.mark.soak
def test_a_hundred_thousand_restarts(soak_rounds: int, soak_seed: int):
    """Five hundred in each round that is asked for, a third for each way of recovery, side by side."""
    each = -(-soak_rounds * 500 // len(Recovery))
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for ended in [pool.submit(die_alone, recovery, each, soak_seed) for recovery in Recovery]:
            ended.result()
