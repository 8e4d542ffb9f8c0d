"""Live evidence from Teams: what is proved, what is not, and whom it believes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.microsoft.live_world import Doorstep, LiveWorld
from adapters.microsoft.tenant import ANNA, GUEST, Tenant
from contract.presence_suite import END, MINUTE, OPENING, START, PresenceSuite
from noshowd.adapters.microsoft.sealing import Seals, Unopened
from noshowd.domain.evidence import Coverage, Observation, Where
from noshowd.ports.errors import Permanent
from noshowd.ports.presence import Stir


@pytest.fixture
def world(live_world: LiveWorld) -> LiveWorld:
    return live_world


class TestLiveRoster(PresenceSuite):
    pass


async def both_met_until(world: LiveWorld, minutes: int, *, guest: bool = True) -> None:
    await world.pass_to(START)
    await world.join("host")
    if guest:
        await world.join("guest")
    await world.pass_to(START + minutes * MINUTE)


def absence_may_rest_on(seen: Observation) -> list[Coverage]:
    return [one for one in seen.coverages if not one.presence_only]


async def test_absence_is_provable_while_the_call_runs(world: LiveWorld) -> None:
    await both_met_until(world, 6, guest=False)
    seen = await world.look(OPENING)
    (coverage,) = absence_may_rest_on(seen)
    assert (coverage.span.start, coverage.span.end) == (START, START + 5 * MINUTE)
    (host,) = seen.sightings
    assert (host.identity.address, host.open, host.identity.verified) == (ANNA, True, True)


async def test_who_has_just_come_is_seen_at_once_and_who_has_just_gone_a_little_later(world: LiveWorld) -> None:
    """Nobody is written to who came while the message was on its way."""
    await both_met_until(world, 6, guest=False)
    await world.join("guest")
    arrived = START + 6 * MINUTE
    await world.pass_to(arrived + timedelta(seconds=5))
    stays = {one.identity.address: one for one in (await world.look(OPENING)).sightings}
    assert (stays[GUEST].began, stays[GUEST].open) == (arrived, True)
    await world.pass_to(START + 8 * MINUTE)
    await world.leave("guest")
    await world.pass_to(START + 8 * MINUTE + timedelta(seconds=5))
    stays = {one.identity.address: one for one in (await world.look(OPENING)).sightings}
    assert stays[GUEST].open
    await world.pass_to(START + 10 * MINUTE)
    stays = {one.identity.address: one for one in (await world.look(OPENING)).sightings}
    assert (stays[GUEST].until, stays[GUEST].open) == (START + 8 * MINUTE, False)


async def test_whoever_comes_brings_the_next_look_forward(world: LiveWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    assert set(world.stirs) == {Stir(source="teams_live", organizers=frozenset({ANNA}))}


async def test_what_is_not_ours_brings_no_look_forward(world: LiveWorld) -> None:
    content = {"eventType": "callStarted", "eventDateTime": START.isoformat()}
    world.told.post(world.subscribed, [world.told.item(world.subscribed, content, clientState="guessed")])
    assert not world.stirs


async def test_silence_is_unknown(world: LiveWorld) -> None:
    await world.pass_to(START + 10 * MINUTE)
    assert await world.look(OPENING) == Observation()


async def test_without_one_of_ours_seen_nothing_is_proved(world: LiveWorld) -> None:
    await world.pass_to(START)
    await world.join("guest")
    await world.pass_to(START + 10 * MINUTE)
    seen = await world.look(OPENING)
    assert len(seen.sightings) == 1
    assert not seen.coverages


async def test_a_beginning_that_was_not_told_proves_no_absence(world: LiveWorld) -> None:
    world.told.way.lost = 1
    await both_met_until(world, 6, guest=False)
    seen = await world.look(OPENING)
    assert [one.identity.address for one in seen.sightings] == [ANNA]
    assert not seen.coverages


async def test_somebody_who_left_without_having_come_shows_that_something_was_lost(world: LiveWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    world.told.way.lost = 1
    await world.join("guest")
    await world.pass_to(START + 4 * MINUTE)
    await world.leave("guest")
    await world.pass_to(START + 8 * MINUTE)
    seen = await world.look(OPENING)
    assert {one.identity.address for one in seen.sightings} == {ANNA, GUEST}
    assert not seen.coverages


async def test_a_call_that_ran_before_the_subscription_is_not_told(
    tenant: Tenant, door: Doorstep, tmp_path: Path
) -> None:
    world = LiveWorld(tenant, door, tmp_path)
    await world.pass_to(START)
    await world.join("host")
    await world.look(OPENING)
    await world.join("guest")
    await world.pass_to(START + 6 * MINUTE)
    assert not (await world.look(OPENING)).coverages


async def test_before_the_call_began_another_one_may_have_run(tenant: Tenant, door: Doorstep, tmp_path: Path) -> None:
    """The guest came early, waited in a call that began before we listened, and gave up before the host came."""
    world = LiveWorld(tenant, door, tmp_path)
    await world.pass_to(START - 2 * MINUTE)
    await world.join("guest")
    await world.pass_to(START - MINUTE)
    await world.look(OPENING)
    await world.pass_to(START + 4 * MINUTE)
    await world.leave("guest")
    await world.pass_to(START + 5 * MINUTE)
    await world.join("host")
    await world.pass_to(START + 9 * MINUTE)
    (coverage,) = (await world.look(OPENING)).coverages
    assert coverage.span.start == START + 5 * MINUTE


async def test_waiting_to_be_let_in_is_arrived(world: LiveWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    await world.wait_in_lobby("guest")
    await world.pass_to(START + 3 * MINUTE)
    places = {one.identity.address: one.where for one in (await world.look(OPENING)).sightings}
    assert places == {ANNA: Where.ROOM, GUEST: Where.LOBBY}


async def test_notifications_twice_and_in_the_wrong_order_tell_the_same(world: LiveWorld) -> None:
    world.told.way.held = []
    await world.pass_to(START)
    await world.join("host")
    await world.pass_to(START + 2 * MINUTE)
    await world.join("guest")
    await world.pass_to(START + 4 * MINUTE)
    await world.leave("guest")
    await world.pass_to(START + 8 * MINUTE)
    held = list(world.told.way.held)
    world.told.release()
    for subscribed, content in held:
        world.told.post(subscribed, [world.told.item(subscribed, content)])
    seen = await world.look(OPENING)
    stays = {one.identity.address: (one.began, one.until, one.open) for one in seen.sightings}
    assert stays == {
        ANNA: (START, START + 7 * MINUTE, True),
        GUEST: (START + 2 * MINUTE, START + 4 * MINUTE, False),
    }
    assert len(seen.coverages) == 1


async def test_one_request_may_hold_several_items(world: LiveWorld) -> None:
    world.told.way.held = []
    await both_met_until(world, 3)
    held, world.told.way.held = world.told.way.held, None
    world.told.post(world.subscribed, [world.told.item(one, content) for one, content in held])
    assert len((await world.look(OPENING)).sightings) == 2


async def test_it_is_made_before_the_start_and_prolonged_while_the_call_goes_on(world: LiveWorld) -> None:
    assert world.subscribed.since == OPENING
    assert world.subscribed.until == END + timedelta(minutes=90)
    await both_met_until(world, 1)
    await world.look(OPENING)
    await world.pass_to(END + timedelta(minutes=80))
    await world.look(OPENING)
    assert world.subscribed.until == END + timedelta(minutes=170)
    assert {call.method for call in world.tenant.sim.calls if "subscription-" in call.path} == {"GET", "PATCH"}


async def test_a_look_at_what_is_long_over_subscribes_to_nothing(world: LiveWorld) -> None:
    """Before an offer goes, days later, every source is asked again."""
    await world.pass_to(END + timedelta(days=1))
    world.told.end_all()
    assert await world.look(OPENING) == Observation()
    assert not world.told.living


async def test_a_subscription_that_ended_unnoticed_is_made_again_and_proves_nothing_of_before(world: LiveWorld) -> None:
    await both_met_until(world, 3, guest=False)
    world.told.end_all()
    await world.join("guest")
    await world.pass_to(START + 8 * MINUTE)
    seen = await world.look(OPENING)
    assert not seen.coverages
    assert world.subscribed.since == START + 8 * MINUTE


@pytest.mark.parametrize("event", ["subscriptionRemoved", "missed"])
async def test_lifecycle_notifications_of_a_hole_are_a_hole(world: LiveWorld, event: str) -> None:
    await both_met_until(world, 6, guest=False)
    assert (await world.look(OPENING)).coverages
    world.told.lifecycle(event)
    await world.pass_to(START + 8 * MINUTE)
    await world.look(OPENING)  # opens the mail
    assert not (await world.look(OPENING)).coverages
    assert len(world.told.living) == 1


async def test_microsoft_wants_to_be_told_again_that_we_may(world: LiveWorld) -> None:
    world.told.lifecycle("reauthorizationRequired")
    await world.look(OPENING)
    await both_met_until(world, 6, guest=False)
    assert (await world.look(OPENING)).coverages
    assert [call.path for call in world.tenant.sim.calls if call.path.endswith("/reauthorize")]


async def test_after_a_restart_only_what_comes_from_then_on_counts(world: LiveWorld) -> None:
    await both_met_until(world, 3, guest=False)
    await world.look(OPENING)
    world.use(world.started())
    await world.look(OPENING)
    await world.pass_to(START + 8 * MINUTE)
    assert not (await world.look(OPENING)).coverages
    assert len(world.told.living) == 1


async def test_a_new_call_after_a_restart_is_proved_again(world: LiveWorld) -> None:
    world.use(world.started())
    await world.look(OPENING)
    await both_met_until(world, 6, guest=False)
    assert len((await world.look(OPENING)).coverages) == 1


async def test_spellings_of_older_documents_are_understood(world: LiveWorld) -> None:
    at = {"eventDateTime": "2026-03-24T09:01:00.0000000Z"}
    who = {"User": {"Id": "somebody", "DisplayName": "Gerd Gast"}}
    old: list[dict[str, Any]] = [
        {"callEventType": "callStarted", **at},
        {
            "eventType": "Microsoft.Communication.CallRosterUpdate",
            "activeParticipants@joined": [{"Id": "p1", "Identity": who}],
            **at,
        },
    ]
    await world.pass_to(START + 5 * MINUTE)
    moved = [one | {"eventDateTime": (START + MINUTE).isoformat()} for one in old]
    world.told.post(world.subscribed, [world.told.item(world.subscribed, one) for one in moved])
    (seen,) = (await world.look(OPENING)).sightings
    assert (seen.identity.name, seen.identity.verified) == ("Gerd Gast", False)


@pytest.mark.parametrize("kind", ["guest", "phone", "applicationInstance", "azureCommunicationServicesUser"])
async def test_whoever_is_not_signed_in_is_not_vouched_for(world: LiveWorld, kind: str) -> None:
    await world.pass_to(START)
    await world.join("host")
    one = {"id": "p9", "info": {"identity": {kind: {"id": "+49301234567", "displayName": None}}}, "isInLobby": False}
    content = {"eventType": "rosterUpdated", "eventDateTime": START.isoformat(), "participants@delta": [one]}
    world.told.post(world.subscribed, [world.told.item(world.subscribed, content)])
    await world.pass_to(START + 3 * MINUTE)
    unknown = next(one for one in (await world.look(OPENING)).sightings if one.identity.address is None)
    assert not unknown.identity.verified
    assert unknown.identity.machine is (kind == "applicationInstance")
    assert (unknown.identity.phone == "+49301234567") is (kind == "phone")


async def test_an_unknown_key_is_asked_for_once_and_not_by_everybody(world: LiveWorld) -> None:
    await both_met_until(world, 6, guest=False)
    await world.look(OPENING)
    world.told.sender.kid = "renewed"
    await world.join("guest")
    await world.pass_to(START + 12 * MINUTE)
    assert len((await world.look(OPENING)).sightings) == 2


async def test_more_than_can_be_kept_is_a_hole(world: LiveWorld) -> None:
    await both_met_until(world, 3, guest=False)
    await world.look(OPENING)
    one = world.told.item(world.subscribed, {"eventType": "callStarted", "eventDateTime": START.isoformat()})
    for _ in range(501):
        world.live.take([one], None, world.now, vouched=True)
    await world.pass_to(START + 6 * MINUTE)
    assert not (await world.look(OPENING)).coverages


async def test_another_program_on_the_same_meeting_is_named(world: LiveWorld) -> None:
    world.told.living[world.subscribed.key].asked["resource"] = "communications/hidden"
    world.use(world.started())
    with pytest.raises(Permanent, match="another program"):
        await world.look(OPENING)


async def test_only_our_own_organisers_meetings_are_seen(world: LiveWorld) -> None:
    assert world.live.traits.prepares == timedelta(minutes=15)
    assert world.live.sees(world.meeting)


def test_a_seal_in_time_is_renewed_and_the_old_one_still_opens(tmp_path: Path, tenant: Tenant) -> None:
    sender = tenant.sim.entra.sender
    seals = Seals(tmp_path / "seals.json")
    old = seals.current(START)
    sealed = sender.seal({"a": 1}, old.as_sent, old.name)
    assert Seals(tmp_path / "seals.json").current(START).name == old.name
    later = Seals(tmp_path / "seals.json")
    assert later.current(START + timedelta(days=3 * 365)).name != old.name
    assert later.open(sealed) == {"a": 1}
    assert (tmp_path / "seals.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Unopened):
        Seals(tmp_path / "none.json").open(sealed)
