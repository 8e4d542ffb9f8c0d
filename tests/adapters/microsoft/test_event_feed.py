"""The live roster fed by an Event Hub: what is asked of Graph, what is believed, and what a feed that lags is worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.microsoft.hub_world import NOTIFY, HubWorld
from adapters.microsoft.live_world import Doorstep
from adapters.microsoft.tenant import ANNA, GUEST, Tenant
from contract.presence_suite import MINUTE, OPENING, START, PresenceSuite
from noshowd.adapters.microsoft.live import LiveRoster
from noshowd.ports.errors import Temporary


class Shelf:
    """A hub in memory: bodies lie there until they are fetched, for every worker on its own."""

    def __init__(self, world: HubWorld, live: LiveRoster) -> None:
        self.world = world
        self.live = live
        self.lying: list[bytes] = []
        self.reached = True

    async def caught_up(self) -> None:
        if not self.reached:
            raise Temporary("the event hub is not reached")
        while self.lying:
            self.live.receive(self.lying.pop(0), self.world.now)


@pytest.fixture
async def world(tenant: Tenant, door: Doorstep, tmp_path: Path, seals: Path) -> HubWorld:
    world = HubWorld(tenant, door, tmp_path, seals)
    world.shelf = Shelf(world, world.live)
    world.live.feed = world.shelf
    world.told.hub = world.shelf.lying.append
    await world.pass_to(OPENING)
    await world.look(OPENING)
    return world


class TestLiveRosterFromAHub(PresenceSuite):
    pass


async def test_the_subscription_names_the_vault_and_nobody_is_posted_to(world: HubWorld) -> None:
    assert world.subscribed.asked["notificationUrl"] == NOTIFY
    assert world.subscribed.asked["lifecycleNotificationUrl"] == NOTIFY
    await world.pass_to(START)
    await world.join("host")
    await world.pass_to(START + 6 * MINUTE)
    seen = await world.look(OPENING)
    assert [one.identity.address for one in seen.sightings] == [ANNA]
    assert len(seen.coverages) == 1
    assert not world.told.answered


async def test_a_hub_that_is_not_reached_proves_nothing_and_what_lies_there_is_fetched_later(world: HubWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    world.shelf.reached = False
    await world.join("guest")
    await world.pass_to(START + 6 * MINUTE)
    with pytest.raises(Temporary):
        await world.look(OPENING)
    world.shelf.reached = True
    assert {one.identity.address for one in (await world.look(OPENING)).sightings} == {ANNA, GUEST}


async def test_what_lies_in_a_hub_of_another_worker_is_no_hole(world: HubWorld, tmp_path: Path) -> None:
    """Every worker reads all of it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = world.started(elsewhere)
    other.feed = shelf = Shelf(world, other)

    def lay_down(body: bytes) -> None:
        for one in (world.shelf, shelf):
            one.lying.append(body)

    world.told.hub = lay_down
    await world.pass_to(START)
    await world.join("host")
    await world.pass_to(START + 6 * MINUTE)
    assert not (await other.look(world.meeting, since=OPENING, now=world.now)).sightings
    assert (await world.look(OPENING)).coverages


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b'{"value": 1}', b'{"value": [1]}', b'{"other": []}'])
async def test_what_else_lies_in_the_hub_is_passed_over(world: HubWorld, body: bytes) -> None:
    world.shelf.lying.append(body)
    await world.pass_to(START)
    await world.join("host")
    await world.pass_to(START + 6 * MINUTE)
    assert (await world.look(OPENING)).coverages


async def test_without_our_secret_nothing_is_believed_there_either(world: HubWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    content = {"eventType": "callEnded", "eventDateTime": START.isoformat()}
    world.told.post(world.subscribed, [world.told.item(world.subscribed, content, clientState="guessed")])
    await world.pass_to(START + 6 * MINUTE)
    seen = await world.look(OPENING)
    assert seen.sightings[0].open
    assert world.live.refused["client state"] == 1
