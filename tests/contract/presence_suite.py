"""What a source promises that sees who is in a room: stays with times, raw identities, one conference.

Subclass `PresenceSuite`, give a fixture `world` that returns a `RoomWorld` of the vendor, and nothing else:

    class TestMeetPresence(PresenceSuite):
        @pytest.fixture
        def world(self) -> Iterator[MeetWorld]: ...
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import timedelta

from contract.source_suite import END, MINUTE, OPENING, START, SourceSuite, SourceWorld
from noshowd.domain.evidence import Blind, Identity, Observation, Sighting, Where

#: The shortest stay that counts; a look covers no more than this if the source shows only the moment.
SHORTEST_STAY = timedelta(seconds=60)

__all__ = ["END", "MINUTE", "OPENING", "START", "PresenceSuite", "RoomWorld"]


class RoomWorld(SourceWorld):
    """A vendor's room. `who` is `host` (ours, signed in), `guest` (theirs, signed in) or a `stranger`."""

    #: What a person types who is not signed in; the source must hand it on as it is.
    typed_name = "  JÖRG   (Gast) 🙂"

    @abstractmethod
    async def join(self, who: str, device: str = "laptop") -> None:
        """`who` enters the room now; `stranger` is not signed in and types `typed_name`."""

    @abstractmethod
    async def leave(self, who: str, device: str = "laptop") -> None:
        """`who` leaves the room now."""

    @abstractmethod
    def is_identified(self, identity: Identity, who: str) -> bool:
        """Whether `identity` is what this source knows a signed-in `who` by (its id, or their address)."""

    @abstractmethod
    async def earlier_session(self) -> None:
        """Yesterday somebody (not `host`, not `guest`) met under the same link. May be put in afterwards."""

    async def wait_in_lobby(self, who: str) -> bool:
        """`who` waits to be admitted; override it and return True where the vendor has a lobby."""
        return False

    async def record_not_made_yet(self) -> bool:
        """The vendor will say "no such conference" although people join; override it and return True."""
        return False

    async def appear(self) -> None:
        await self.join("host")


class PresenceSuite(SourceSuite):
    """One suite for every room source."""

    async def seen(self, world: RoomWorld) -> tuple[Sighting, ...]:
        await world.settle()
        return (await world.look()).sightings

    async def test_somebody_there_is_sighted_with_times(self, world: RoomWorld) -> None:
        await world.pass_to(START + MINUTE)
        await world.join("host")
        await world.pass_to(START + 6 * MINUTE)
        if world.source.traits.ended_only:
            await world.leave("host")
        (stay,) = await self.seen(world)
        assert stay.where is Where.ROOM
        # a source that shows only the moment knows no earlier beginning than its look
        assert stay.began >= START + MINUTE
        if world.source.traits.keeps_history:
            assert stay.began - (START + MINUTE) <= timedelta(seconds=1)
        assert stay.until >= START + 6 * MINUTE - world.source.traits.lag
        assert stay.until <= world.now

    async def test_somebody_still_there_is_open(self, world: RoomWorld) -> None:
        if world.source.traits.ended_only:
            return
        await world.pass_to(START)
        await world.join("host")
        (stay,) = await self.seen(world)
        assert stay.open

    async def test_somebody_who_left_is_closed(self, world: RoomWorld) -> None:
        await world.pass_to(START)
        await world.join("host")
        await world.join("guest")
        await world.pass_to(START + 3 * MINUTE)
        before = await world.look(OPENING)
        await world.leave("guest")
        await world.pass_to(START + 8 * MINUTE)
        if world.source.traits.ended_only:
            await world.leave("host")
        after = await self.seen(world)
        (left,) = _of(world, after, "guest") or _of(world, before.sightings, "guest")
        assert left.until <= START + 3 * MINUTE + timedelta(seconds=1)
        if world.source.traits.keeps_history:
            assert not left.open
            assert left.until >= START + 3 * MINUTE - timedelta(seconds=1)

    async def test_a_second_device_has_a_stay_of_its_own(self, world: RoomWorld) -> None:
        await world.pass_to(START)
        await world.join("host", "laptop")
        await world.pass_to(START + 2 * MINUTE)
        await world.join("host", "phone")
        await world.pass_to(START + 4 * MINUTE)
        await world.leave("host", "laptop")
        await world.pass_to(START + 6 * MINUTE)
        if world.source.traits.ended_only:
            await world.leave("host", "phone")
        stays = _of(world, await self.seen(world), "host")
        if world.source.traits.keeps_history:
            assert len({stay.stay for stay in stays}) == 2
        # leaving with one device is not leaving
        assert max(stay.until for stay in stays) >= START + 6 * MINUTE - world.source.traits.lag

    async def test_coming_back_is_a_new_stay_or_the_same_one_reopened(self, world: RoomWorld) -> None:
        await world.pass_to(START)
        await world.join("host")
        await world.pass_to(START + MINUTE)
        await world.leave("host")
        await world.pass_to(START + 4 * MINUTE)
        await world.join("host")
        await world.pass_to(START + 7 * MINUTE)
        if world.source.traits.ended_only:
            await world.leave("host")
        stays = _of(world, await self.seen(world), "host")
        assert max(stay.until for stay in stays) >= START + 7 * MINUTE - world.source.traits.lag

    async def test_our_own_person_is_identified(self, world: RoomWorld) -> None:
        """The positive control: without it no absence may rest on this source."""
        await world.pass_to(START)
        await world.join("host")
        await world.pass_to(START + MINUTE)
        if world.source.traits.ended_only:
            await world.leave("host")
        (stay,) = await self.seen(world)
        assert world.is_identified(stay.identity, "host")
        assert stay.identity.verified

    async def test_a_typed_name_is_handed_on_raw_and_never_verified(self, world: RoomWorld) -> None:
        if Blind.OUTSIDERS in world.source.traits.blind:
            return
        await world.pass_to(START)
        await world.join("stranger")
        await world.pass_to(START + 2 * MINUTE)
        if world.source.traits.ended_only:
            await world.leave("stranger")
        (stay,) = await self.seen(world)
        assert stay.identity.name == world.typed_name
        assert not stay.identity.verified

    async def test_the_lobby_is_told_apart_or_declared_blind(self, world: RoomWorld) -> None:
        await world.pass_to(START)
        await world.join("host")
        if not await world.wait_in_lobby("guest"):
            return
        await world.pass_to(START + 2 * MINUTE)
        if world.source.traits.ended_only:
            await world.leave("host")
        waiting = _of(world, await self.seen(world), "guest")
        if Blind.LOBBY in world.source.traits.blind:
            assert not waiting
        else:
            assert {stay.where for stay in waiting} == {Where.LOBBY}

    async def test_coverage_of_a_source_with_history_reaches_back(self, world: RoomWorld) -> None:
        await world.pass_to(START)
        await world.join("host")
        await world.pass_to(START + 6 * MINUTE)
        if world.source.traits.ended_only:
            await world.leave("host")
        await world.settle()
        seen = await world.look()
        if world.source.traits.presence_only:
            return
        (coverage,) = seen.coverages
        if world.source.traits.keeps_history:
            assert coverage.span.start <= START
        else:
            assert coverage.span.length <= SHORTEST_STAY

    async def test_an_empty_room_is_never_more_than_coverage(self, world: RoomWorld) -> None:
        """Nobody came. The source may say so (it looked) or say nothing; it sights nobody."""
        await world.pass_to(START + 10 * MINUTE)
        await world.settle()
        assert not (await world.look()).sightings

    async def test_a_record_not_made_yet_is_no_coverage(self, world: RoomWorld) -> None:
        await world.pass_to(START)
        if not await world.record_not_made_yet():
            return
        await world.join("host")
        await world.pass_to(START + MINUTE)
        assert not _absence_may_rest_on(await world.look())

    async def test_a_session_of_another_time_under_the_same_link_is_not_mixed_in(self, world: RoomWorld) -> None:
        await world.earlier_session()
        await world.pass_to(START)
        await world.join("host")
        await world.pass_to(START + MINUTE)
        if world.source.traits.ended_only:
            await world.leave("host")
        stays = await self.seen(world)
        assert len(stays) == 1
        assert world.is_identified(stays[0].identity, "host")

    async def test_yesterdays_session_alone_is_nobody(self, world: RoomWorld) -> None:
        await world.earlier_session()
        await world.pass_to(START + 5 * MINUTE)
        await world.settle()
        assert not (await world.look()).sightings

    async def test_sightings_and_coverage_name_the_same_conference(self, world: RoomWorld) -> None:
        await world.pass_to(START)
        await world.join("host")
        await world.pass_to(START + MINUTE)
        if world.source.traits.ended_only:
            await world.leave("host")
        await world.settle()
        seen = await world.look()
        assert {s.conference for s in seen.sightings} >= {c.conference for c in seen.coverages}


def _of(world: RoomWorld, stays: tuple[Sighting, ...], who: str) -> tuple[Sighting, ...]:
    return tuple(stay for stay in stays if world.is_identified(stay.identity, who))


def _absence_may_rest_on(seen: Observation) -> bool:
    return any(not coverage.presence_only and coverage.span.length for coverage in seen.coverages)
