"""What every presence source promises, rooms and telephones alike: honest coverage, errors in four words.

A vendor's test subclasses `PresenceSuite` (rooms) or `CallSuite` (telephones), which both build on
`SourceSuite`, and gives a fixture `world`. Nothing here waits: the world's clock is moved by hand.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest

from noshowd.domain.evidence import Observation
from noshowd.domain.meeting import Meeting
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary
from noshowd.ports.presence import PresenceSource

#: The meeting of every contract test begins here and lasts half an hour.
START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
END = START + timedelta(minutes=30)
#: The window of observation opens here.
OPENING = START - timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


class SourceWorld(ABC):
    """One vendor's simulated world with one meeting, and the real source that looks at it.

    Everything that happens, happens at `now`; the simulated vendor stamps its records from it.
    """

    source: PresenceSource
    #: From `START` to `END`, with one person of ours (`host`) and one of theirs (`guest`).
    meeting: Meeting
    #: A meeting that this source cannot know anything of (another platform, foreign lines).
    foreign_meeting: Meeting
    now: datetime = OPENING

    async def pass_to(self, instant: datetime) -> None:
        """Let time pass; override where the vendor's clock must be told."""
        assert instant >= self.now, "time runs forward only"
        self.now = instant

    async def look(self, since: datetime = OPENING) -> Observation:
        return await self.source.look(self.meeting, since=since, now=self.now)

    async def settle(self) -> None:
        """Let so much time pass that the source can tell everything that has happened up to now."""
        traits = self.source.traits
        late = max(self.now, END) + traits.settles_after if traits.ended_only else self.now
        await self.pass_to(late + traits.lag + timedelta(seconds=1))

    @abstractmethod
    async def appear(self) -> None:
        """Somebody of ours shows up in the way this source sees best (joins the room, is on a call)."""

    @abstractmethod
    async def outage(self) -> None:
        """From now on the vendor fails (503, connection refused, line dropped)."""

    @abstractmethod
    async def recover(self) -> None:
        """The vendor works again."""

    # What follows does not exist everywhere: override it and return True where it does.

    async def nonsense(self) -> bool:
        """The vendor answers, but not in its own format (a proxy's HTML page with status 200)."""
        return False

    async def lost(self) -> bool:
        """The credentials are no longer accepted."""
        return False

    async def withhold_right(self) -> bool:
        """A right is missing, so that an empty answer may be a lie."""
        return False


class SourceSuite:
    """Coverage and errors."""

    async def test_a_foreign_meeting_is_none_of_its_business(self, world: SourceWorld) -> None:
        assert world.source.sees(world.meeting)
        assert not world.source.sees(world.foreign_meeting)

    async def test_everything_bears_the_name_of_the_source(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.settle()
        seen = await world.look()
        names = {s.source for s in seen.sightings} | {c.source for c in seen.calls}
        assert names == {world.source.traits.name}
        assert {c.source for c in seen.coverages} <= names

    async def test_coverage_ends_before_the_look_by_the_lag(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.settle()
        for coverage in (await world.look()).coverages:
            assert coverage.span.end <= world.now - world.source.traits.lag

    async def test_coverage_begins_where_it_was_asked_to(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.settle()
        since = world.now - world.source.traits.lag - MINUTE
        for coverage in (await world.look(since)).coverages:
            assert coverage.span.start >= since - world.source.traits.lag

    async def test_coverage_declares_every_blind_spot_of_the_source(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.settle()
        for coverage in (await world.look()).coverages:
            assert coverage.blind >= world.source.traits.blind

    async def test_a_source_without_coverage_never_writes_any(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.settle()
        traits = world.source.traits
        for coverage in (await world.look()).coverages:
            assert coverage.presence_only or not traits.presence_only

    async def test_a_source_that_may_lose_a_word_says_so_of_whatever_it_covers(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.settle()
        for coverage in (await world.look()).coverages:
            assert coverage.lossy is world.source.traits.lossy

    async def test_an_ended_only_source_never_covers_the_present(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.pass_to(START + 5 * MINUTE)
        traits = world.source.traits
        for coverage in (await world.look()).coverages:
            assert coverage.ended_only or not traits.ended_only

    async def test_an_outage_is_temporary_and_covers_nothing(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.settle()
        await world.outage()
        with pytest.raises(Temporary):
            await world.look()

    async def test_after_an_outage_it_tells_again(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.outage()
        with pytest.raises(Temporary):
            await world.look()
        await world.recover()
        await world.pass_to(START + MINUTE)
        await world.appear()
        await world.settle()
        seen = await world.look()
        assert seen.sightings or seen.calls

    async def test_nonsense_is_an_error_and_covers_nothing(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.settle()
        if not await world.nonsense():
            return
        with pytest.raises((Temporary, Permanent)):
            await world.look()

    async def test_lost_credentials_are_named_as_such(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        if not await world.lost():
            return
        with pytest.raises(CredentialsLost):
            await world.look()

    async def test_an_empty_answer_without_the_right_covers_nothing(self, world: SourceWorld) -> None:
        await world.pass_to(START + 5 * MINUTE)
        if not await world.withhold_right():
            return
        try:
            seen = await world.look()
        except (Permanent, CredentialsLost):
            return
        assert not [coverage for coverage in seen.coverages if not coverage.presence_only]

    async def test_two_looks_tell_the_same(self, world: SourceWorld) -> None:
        await world.pass_to(START)
        await world.appear()
        await world.settle()
        first, second = await world.look(), await world.look()
        assert {s.stay for s in first.sightings} == {s.stay for s in second.sightings}
        assert {c.call for c in first.calls} == {c.call for c in second.calls}
