"""What every keeper of installation marks promises, run by each vendor against its simulated counterpart.

A vendor subclasses `MarkSuite` as `Test...` and gives a `world` fixture: a `MarkWorld`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract.calendar_world import CalendarWorld, Mirror, at
from noshowd.domain.installation import Mark
from noshowd.ports.errors import Permanent, Temporary
from noshowd.ports.marks import MarkKeeper

NOW = datetime(2026, 3, 23, 7, tzinfo=UTC)
OURS = Mark(installation="3f9a1c2e" * 4, left=NOW)
THEIRS = Mark(installation="77aa00bb" * 4, left=NOW - timedelta(hours=3), rank=NOW - timedelta(days=1))


class MarkWorld(ABC):
    """One vendor's calendar, listed and marked by the real client, and levers on its simulated server."""

    keeper: MarkKeeper
    listed: CalendarWorld

    @property
    def calendar(self) -> str:
        return self.listed.calendar

    @abstractmethod
    def mailed(self) -> Sequence[object]:
        """Whatever left the house for anybody."""

    @abstractmethod
    def tidy_up(self) -> None:
        """The owner of the calendar deletes everything of the year 2000 that stands in it."""

    @abstractmethod
    def forbid(self) -> None:
        """From now on the calendar can only be read."""

    def throttle(self) -> None:
        self.listed.throttle(30)


class MarkSuite:
    """Subclass it, give a fixture `world`."""

    async def test_where_nobody_left_one_there_is_none(self, world: MarkWorld) -> None:
        world.listed.add("call", at(24, 9), at(24, 10))
        assert await world.keeper.marks(world.calendar) == ()

    async def test_a_mark_is_read_as_it_was_left(self, world: MarkWorld) -> None:
        await world.keeper.leave(world.calendar, OURS)
        assert await world.keeper.marks(world.calendar) == (OURS,)

    async def test_a_mark_left_again_takes_the_place_of_the_one_before(self, world: MarkWorld) -> None:
        later = replace(OURS, left=NOW + timedelta(days=2), rank=NOW)
        await world.keeper.leave(world.calendar, OURS)
        await world.keeper.leave(world.calendar, later)
        assert await world.keeper.marks(world.calendar) == (later,)

    async def test_marks_of_two_installations_stand_beside_one_another(self, world: MarkWorld) -> None:
        await world.keeper.leave(world.calendar, OURS)
        await world.keeper.leave(world.calendar, THEIRS)
        assert set(await world.keeper.marks(world.calendar)) == {OURS, THEIRS}
        await world.keeper.take_away(world.calendar, THEIRS.installation)
        await world.keeper.take_away(world.calendar, THEIRS.installation)
        assert await world.keeper.marks(world.calendar) == (OURS,)

    async def test_a_mark_that_a_person_deleted_can_be_left_again(self, world: MarkWorld) -> None:
        await world.keeper.leave(world.calendar, OURS)
        world.tidy_up()
        assert await world.keeper.marks(world.calendar) == ()
        await world.keeper.leave(world.calendar, OURS)
        assert await world.keeper.marks(world.calendar) == (OURS,)

    async def test_nobody_is_written_to_and_no_meeting_changes(self, world: MarkWorld) -> None:
        world.listed.add("call", at(24, 9), at(24, 10))
        mirror = Mirror()
        await mirror.follow(world.listed)
        before = dict(mirror.entries)
        await world.keeper.leave(world.calendar, OURS)
        await world.keeper.leave(world.calendar, OURS)
        await mirror.follow(world.listed)
        await world.keeper.take_away(world.calendar, OURS.installation)
        await mirror.follow(world.listed)
        assert mirror.entries == before
        assert not mirror.quarantined
        assert not world.mailed()

    async def test_where_nothing_may_be_written_no_mark_is_left(self, world: MarkWorld) -> None:
        await world.keeper.leave(world.calendar, THEIRS)
        world.forbid()
        with pytest.raises(Permanent):
            await world.keeper.leave(world.calendar, OURS)

    async def test_a_vendor_that_asks_for_patience_is_temporary(self, world: MarkWorld) -> None:
        world.throttle()
        with pytest.raises(Temporary):
            await world.keeper.marks(world.calendar)
