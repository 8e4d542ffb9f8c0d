"""Two workers, one meeting: what only the other one was told never becomes an absence."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from adapters.microsoft.live_world import LiveWorld
from adapters.microsoft.tenant import GUEST
from contract.presence_suite import MINUTE, OPENING, START
from noshowd.adapters.microsoft.live import LiveRoster
from noshowd.demo.vendors.microsoft.faults import Fault
from noshowd.domain.evidence import Observation


async def until_quiet(world: LiveWorld) -> None:
    """Let the worker that was just told something act on it."""
    await asyncio.sleep(0)
    for worker in (world.live, world.other):
        await asyncio.gather(*worker._ending)


@pytest.fixture
async def world(live_world: LiveWorld, tmp_path: Path) -> LiveWorld:
    """Anna's meeting, watched by a worker that is subscribed; a second one, on another machine, has just come up."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    live_world.other = live_world.started(elsewhere)
    await look(live_world, live_world.other)
    live_world.receives(live_world.live)
    return live_world


async def look(world: LiveWorld, worker: LiveRoster) -> Observation:
    return await worker.look(world.meeting, since=OPENING, now=world.now)


async def test_a_word_that_reaches_the_other_worker_is_a_hole(world: LiveWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    world.receives(world.other)
    await world.join("guest")
    await until_quiet(world)
    world.receives(world.live)
    await world.pass_to(START + 6 * MINUTE)
    seen = await look(world, world.live)
    assert not seen.coverages
    assert not any(one.identity.address == GUEST for one in seen.sightings)


async def test_if_the_hole_cannot_be_made_at_once_the_next_look_makes_it(world: LiveWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    world.receives(world.other)
    world.tenant.sim.faults.order(*[Fault(path="/subscriptions", status=503)] * 5)
    await world.join("guest")
    await until_quiet(world)
    world.tenant.sim.faults.waiting.clear()
    await look(world, world.other)
    world.receives(world.live)
    await world.pass_to(START + 6 * MINUTE)
    assert not (await look(world, world.live)).coverages


async def test_where_all_reaches_one_worker_the_other_one_leaves_it_its_subscription(world: LiveWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    assert await look(world, world.other) == Observation()
    await world.pass_to(START + 6 * MINUTE)
    assert (await look(world, world.live)).coverages
    assert await look(world, world.other) == Observation()
    assert len(world.told.living) == 1


async def test_two_workers_of_one_machine_take_it_from_each_other_and_prove_nothing(
    world: LiveWorld, tmp_path: Path
) -> None:
    same = tmp_path / "same"
    same.mkdir()
    shutil.copy(world.folder / "seals.json", same)
    world.other = world.started(same)
    world.receives(world.live)
    await world.pass_to(START)
    await world.join("host")
    await look(world, world.other)
    await world.pass_to(START + 6 * MINUTE)
    assert not (await look(world, world.live)).coverages
    assert not (await look(world, world.other)).coverages


async def test_a_restart_between_two_words_is_a_gap(world: LiveWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    await world.join("guest")
    world.use(world.started())
    await world.pass_to(START + 2 * MINUTE)
    assert not (await world.look(OPENING)).sightings
    await world.pass_to(START + 8 * MINUTE)
    assert not (await world.look(OPENING)).coverages


async def test_a_subscription_in_the_making_is_not_taken_for_somebody_elses(world: LiveWorld) -> None:
    """Word of it comes before Microsoft's answer that it exists."""
    known = world.live._subscriptions
    async with world.live._subscribing:
        made = dict(known._of)
        known._of.clear()
        await world.join("host")
        await asyncio.sleep(0)
        known._of.update(made)
    await until_quiet(world)
    assert len(world.told.living) == 1
