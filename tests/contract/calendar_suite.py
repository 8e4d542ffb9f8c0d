"""What every calendar source promises, run by each vendor against its simulated counterpart.

A vendor subclasses `CalendarSuite` as `Test...` and gives a `world` fixture: a `CalendarWorld` that holds the real
source and can change, break and slow its simulated vendor. Events are told apart by their titles.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contract.calendar_world import BERLIN, WINDOW, CalendarWorld, Mirror, at
from noshowd.domain.entry import CalendarEntry, EntryRef, EntryStatus
from noshowd.ports.calendar import Gone
from noshowd.ports.errors import CredentialsLost, CursorExpired, Temporary

__all__ = ["BERLIN", "WINDOW", "CalendarSuite", "CalendarWorld", "Mirror", "at"]


class CalendarSuite:
    """Subclass it, give a fixture `world`."""

    async def test_a_full_listing_names_everything_in_the_window(self, world: CalendarWorld) -> None:
        world.short_pages(2)
        for number in range(5):
            world.add(f"call {number}", at(24, 9 + number), at(24, 10 + number))
        world.add("last week", at(18, 9), at(18, 10))
        world.add("next month", at(31, 9), at(31, 10))
        world.add("already running", at(23, 0, 30), at(23, 2))
        mirror = Mirror()
        await mirror.follow(world)
        assert mirror.complete
        assert {e.title for e in mirror.entries.values()} == {f"call {n}" for n in range(5)} | {"already running"}
        assert all(e.ref.account == world.source.account for e in mirror.entries.values())
        assert all(e.ref.calendar == world.calendar for e in mirror.entries.values())

    async def test_an_empty_calendar_is_a_full_listing_of_nothing(self, world: CalendarWorld) -> None:
        mirror = Mirror()
        await mirror.follow(world)
        assert mirror.complete
        assert not mirror.entries

    async def test_only_changes_come_after_the_cursor(self, world: CalendarWorld) -> None:
        world.add("old", at(24, 9), at(24, 10))
        mirror = Mirror()
        await mirror.follow(world)
        await mirror.follow(world)
        assert [e.title for e in mirror.entries.values()] == ["old"]
        world.add("new", at(25, 9), at(25, 10))
        await mirror.follow(world)
        assert {e.title for e in mirror.entries.values()} == {"old", "new"}

    async def test_a_moved_event_keeps_its_id(self, world: CalendarWorld) -> None:
        handle = world.add("call", at(24, 9), at(24, 10))
        mirror = Mirror()
        await mirror.follow(world)
        (before,) = mirror.named("call")
        world.move(handle, at(26, 14), at(26, 15))
        await mirror.follow(world)
        (after,) = mirror.named("call")
        assert after.ref == before.ref
        assert (after.start, after.end) == (at(26, 14), at(26, 15))

    async def test_an_event_moved_out_of_the_window_no_longer_stands_in_it(self, world: CalendarWorld) -> None:
        handle = world.add("call", at(24, 9), at(24, 10))
        mirror = Mirror()
        await mirror.follow(world)
        world.move(handle, at(31, 14), at(31, 15))
        await mirror.follow(world)
        assert all(entry.start >= WINDOW.end for entry in mirror.named("call"))

    async def test_a_deleted_event_is_gone(self, world: CalendarWorld) -> None:
        handle = world.add("call", at(24, 9), at(24, 10))
        world.add("other", at(24, 11), at(24, 12))
        mirror = Mirror()
        await mirror.follow(world)
        world.cancel(handle)
        await mirror.follow(world)
        assert [e.title for e in mirror.entries.values()] == ["other"]

    async def test_a_series_comes_as_occurrences_at_their_wall_clock_time(self, world: CalendarWorld) -> None:
        world.add_daily("daily", at(27, 9), at(27, 9, 30), times=10)
        mirror = Mirror()
        await mirror.follow(world)
        found = mirror.named("daily")
        # Friday to Sunday; summer time begins on Sunday
        assert [e.start for e in found] == [at(27, 9), at(28, 9), at(29, 9)]
        assert len({e.ref.entry_id for e in found}) == 3
        assert len({e.series_id for e in found}) == 1
        assert [e.original_start for e in found] == [e.start for e in found]

    async def test_a_moved_occurrence_keeps_its_identity(self, world: CalendarWorld) -> None:
        handle = world.add_daily("daily", at(24, 9), at(24, 10), times=3)
        mirror = Mirror()
        await mirror.follow(world)
        before = mirror.named("daily")[1]
        world.move_occurrence(handle, at(25, 9), at(25, 16), at(25, 17))
        await mirror.follow(world)
        found = mirror.named("daily")
        assert [e.start for e in found] == [at(24, 9), at(25, 16), at(26, 9)]
        assert (found[1].series_id, found[1].original_start) == (before.series_id, at(25, 9))

    async def test_a_cancelled_occurrence_is_gone_and_the_others_stay(self, world: CalendarWorld) -> None:
        handle = world.add_daily("daily", at(24, 9), at(24, 10), times=3)
        mirror = Mirror()
        await mirror.follow(world)
        world.cancel_occurrence(handle, at(25, 9))
        await mirror.follow(world)
        assert [e.start for e in mirror.named("daily")] == [at(24, 9), at(26, 9)]

    async def test_a_cancelled_series_is_gone_with_all_its_occurrences(self, world: CalendarWorld) -> None:
        handle = world.add_daily("daily", at(24, 9), at(24, 10), times=5)
        world.move_occurrence(handle, at(25, 9), at(25, 16), at(25, 17))
        mirror = Mirror()
        await mirror.follow(world)
        assert len(mirror.named("daily")) == 5
        world.cancel(handle)
        await mirror.follow(world)
        assert not mirror.named("daily")

    async def test_following_the_changes_ends_where_a_full_listing_would(self, world: CalendarWorld) -> None:
        world.short_pages(3)
        series = world.add_daily("daily", at(23, 9), at(23, 10), times=6)
        single = world.add("call", at(24, 11), at(24, 12))
        followed = Mirror()
        await followed.follow(world)
        world.move_occurrence(series, at(24, 9), at(24, 15), at(24, 16))
        await followed.follow(world)
        world.cancel_occurrence(series, at(26, 9))
        world.move(single, at(27, 11), at(27, 12))
        world.add("third", at(28, 8), at(28, 9))
        await followed.follow(world)
        fresh = Mirror()
        await fresh.follow(world)
        assert _pictures(followed) == _pictures(fresh)

    async def test_an_expired_cursor_has_its_own_word(self, world: CalendarWorld) -> None:
        handle = world.add("call", at(24, 9), at(24, 10))
        mirror = Mirror()
        await mirror.follow(world)
        if mirror.cursor is None:  # every listing of this vendor is a full one
            return
        world.expire_cursor()
        world.cancel(handle)
        with pytest.raises(CursorExpired):
            await mirror.follow(world)
        assert mirror.named("call"), "nothing may be forgotten before the full listing has succeeded"
        mirror.cursor = None
        await mirror.follow(world)
        assert mirror.complete
        assert not mirror.named("call")

    async def test_a_cursor_that_is_none_has_expired(self, world: CalendarWorld) -> None:
        mirror = Mirror(cursor="not a cursor")
        with pytest.raises(CursorExpired):
            await mirror.follow(world)

    async def test_a_page_that_fails_leaves_nothing_applied(self, world: CalendarWorld) -> None:
        world.short_pages(2)
        for number in range(5):
            world.add(f"call {number}", at(24, 9 + number), at(24, 10 + number))
        world.fail_page(2)
        mirror = Mirror()
        with pytest.raises(Temporary):
            await mirror.follow(world)
        assert mirror.cursor is None
        await mirror.follow(world)
        assert len(mirror.entries) == 5

    async def test_one_bad_event_is_quarantined_and_the_others_come(self, world: CalendarWorld) -> None:
        bad = world.add("Secret Plan", at(24, 9), at(24, 10))
        world.add("good", at(24, 11), at(24, 12))
        world.spoil(bad)
        mirror = Mirror()
        await mirror.follow(world)
        assert [e.title for e in mirror.entries.values()] == ["good"]
        (quarantined,) = mirror.quarantined
        assert quarantined.ref.calendar == world.calendar
        assert quarantined.ref.entry_id
        assert quarantined.reason
        assert "Secret" not in quarantined.reason

    async def test_an_all_day_event_starts_at_local_midnight(self, world: CalendarWorld) -> None:
        world.add_all_day("holiday", date(2026, 3, 25))
        mirror = Mirror()
        await mirror.follow(world)
        (entry,) = mirror.named("holiday")
        assert entry.all_day
        assert (entry.start, entry.end) == (at(25, 0), at(26, 0))

    async def test_an_unknown_zone_costs_the_zone_and_not_the_event(self, world: CalendarWorld) -> None:
        handle = world.add("call", at(24, 9), at(24, 10))
        world.name_unknown_zone(handle)
        mirror = Mirror()
        await mirror.follow(world)
        (entry,) = mirror.named("call")
        assert entry.start == at(24, 9)
        assert entry.zone is None or ZoneInfo(entry.zone)

    async def test_reading_one_event_tells_how_it_is_now(self, world: CalendarWorld) -> None:
        handle = world.add("call", at(24, 9), at(24, 10))
        mirror = Mirror()
        await mirror.follow(world)
        (listed,) = mirror.named("call")
        world.move(handle, at(24, 15), at(24, 16))
        now = await _standing(world, listed.ref)
        assert now is not None
        assert now.start == at(24, 15)
        world.cancel(handle)
        assert await _standing(world, listed.ref) is None

    async def test_reading_one_occurrence_tells_of_that_one(self, world: CalendarWorld) -> None:
        handle = world.add_daily("daily", at(24, 9), at(24, 10), times=3)
        mirror = Mirror()
        await mirror.follow(world)
        listed = mirror.named("daily")[1]
        now = await _standing(world, listed.ref)
        assert now is not None
        assert (now.start, now.original_start) == (at(25, 9), at(25, 9))
        world.cancel_occurrence(handle, at(25, 9))
        assert await _standing(world, listed.ref) is None

    async def test_put_off_is_temporary_with_the_vendors_own_wish(self, world: CalendarWorld) -> None:
        world.throttle(37)
        with pytest.raises(Temporary) as caught:
            await Mirror().follow(world)
        assert caught.value.retry_after == timedelta(seconds=37)
        world.wait(timedelta(seconds=37))
        await Mirror().follow(world)

    async def test_lost_credentials_have_their_own_word(self, world: CalendarWorld) -> None:
        world.add("call", at(24, 9), at(24, 10))
        mirror = Mirror()
        await mirror.follow(world)
        world.revoke()
        with pytest.raises(CredentialsLost):
            await mirror.follow(world)
        assert mirror.named("call")


async def _standing(world: CalendarWorld, ref: EntryRef) -> CalendarEntry | None:
    """The event if it still stands: gone and cancelled are the same to the caller."""
    found = await world.source.read(ref)
    return None if isinstance(found, Gone) or found.status is EntryStatus.CANCELLED else found


def _pictures(mirror: Mirror) -> set[tuple[str, str, datetime, datetime]]:
    standing = (e for e in mirror.entries.values() if e.status is not EntryStatus.CANCELLED)
    return {(e.ref.entry_id, e.title, e.start, e.end) for e in standing}
