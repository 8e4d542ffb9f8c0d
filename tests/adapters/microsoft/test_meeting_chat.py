"""System messages of the meeting's chat: they prove presence, and their absence proves nothing."""

from __future__ import annotations

import pytest

from adapters.microsoft.teams_world import TeamsWorld, meeting_at
from adapters.microsoft.tenant import ANNA, GUEST, Tenant
from contract.presence_suite import MINUTE, OPENING, START
from contract.source_suite import SourceSuite
from noshowd.adapters.microsoft.conference import organizer_id, thread_id
from noshowd.adapters.microsoft.presence import MeetingChat
from noshowd.ports.errors import Permanent


@pytest.fixture
def world(tenant: Tenant) -> TeamsWorld:
    return TeamsWorld(tenant).use(MeetingChat(tenant.graph()))


class TestMeetingChat(SourceSuite):
    """Not a roster of the room: it knows who opened the call, and afterwards who took part."""

    @pytest.fixture
    def world(self, world: TeamsWorld) -> TeamsWorld:
        return world


async def test_whoever_opens_the_call_is_seen_while_it_runs(world: TeamsWorld) -> None:
    await world.pass_to(START + MINUTE)
    await world.join("guest")
    await world.join("host")
    await world.pass_to(START + 5 * MINUTE)
    (seen,) = (await world.look()).sightings
    assert (seen.identity.address, seen.began, seen.until) == (GUEST, START + MINUTE, START + MINUTE)
    assert not seen.open


async def test_afterwards_everybody_who_took_part_is_seen(world: TeamsWorld) -> None:
    await world.pass_to(START)
    for who in ("host", "guest", "stranger"):
        await world.join(who)
    await world.pass_to(START + 10 * MINUTE)
    for who in ("host", "guest", "stranger"):
        await world.leave(who)
    seen = (await world.look()).sightings
    assert {s.identity.address for s in seen} == {ANNA, GUEST, None}
    assert {(s.began, s.until) for s in seen} == {(START, START + 10 * MINUTE)}
    (stranger,) = (s for s in seen if s.identity.address is None)
    assert stranger.identity.name == world.typed_name
    assert not stranger.identity.verified


async def test_a_lost_message_is_no_absence(world: TeamsWorld) -> None:
    world.teams.loses_end = True
    await world.pass_to(START)
    await world.join("host")
    await world.join("guest")
    await world.pass_to(START + 10 * MINUTE)
    await world.leave("host")
    await world.leave("guest")
    seen = await world.look()
    assert [s.identity.address for s in seen.sightings] == [ANNA]
    assert seen.coverages == ()


async def test_what_people_write_is_passed_over(world: TeamsWorld) -> None:
    await world.pass_to(START)
    for _ in range(60):
        world.teams.say(world.room.join_url, "confidential")
    await world.join("host")
    for _ in range(60):
        world.teams.say(world.room.join_url, "confidential")
    seen = await world.look()
    assert len(seen.sightings) == 1
    assert "confidential" not in repr(seen)


async def test_an_earlier_call_under_the_same_link_is_not_mixed_in(world: TeamsWorld) -> None:
    await world.earlier_session()
    await world.pass_to(START + MINUTE)
    assert (await world.look(OPENING)).sightings == ()


async def test_without_the_right_to_look_the_meeting_up_ids_stay_ids(world: TeamsWorld) -> None:
    world.tenant.application.roles.discard("OnlineMeetings.Read.All")
    await world.pass_to(START)
    await world.join("host")
    (seen,) = (await world.look()).sightings
    assert seen.identity.provider_id
    assert (seen.identity.address, seen.identity.verified) == (None, False)


async def test_without_the_right_to_read_chats_it_is_permanent(world: TeamsWorld) -> None:
    world.tenant.application.roles.discard("Chat.Read.All")
    with pytest.raises(Permanent, match="403"):
        await world.look()


async def test_a_short_join_address_names_no_chat(world: TeamsWorld) -> None:
    assert not world.source.sees(meeting_at("https://teams.microsoft.com/meet/123?p=x"))


def test_what_a_join_address_tells() -> None:
    url = (
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_MDg-x_1%40thread.v2/0"
        "?context=%7b%22Tid%22%3a%22t%22%2c%22Oid%22%3a%22o-1%22%7d"
    )
    assert thread_id(url) == "19:meeting_MDg-x_1@thread.v2"
    assert organizer_id(url) == "o-1"
    assert organizer_id("https://teams.microsoft.com/l/meetup-join/x/0?context=%7b") is None
    assert thread_id(None) is None
