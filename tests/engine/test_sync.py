"""A listing becomes part of the mirror wholly or not at all, and a vendor's bad day calls nothing off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog

from engine.feed import Feed, Listing, entry, page
from engine.house import ANNA, BEN, GUS, House, at
from noshowd.domain.entry import Attendee, EntryRef, EntryStatus
from noshowd.domain.spans import Span
from noshowd.engine.calendars.sync import sync_due
from noshowd.ports.calendar import Gone, ListingEnd, Page, Quarantined
from noshowd.ports.errors import CredentialsLost, CursorExpired, Permanent, Temporary, VendorError
from noshowd.store import calendars, entries, health
from noshowd.store.calendars import CalendarState
from noshowd.store.database import Database
from noshowd.store.health import Condition
from noshowd.story.format import ACCOUNT


def watched(house: House) -> list[str]:
    """The entries behind the meetings that are watched."""
    return sorted(one.meeting.copies[0].entry_id for one in house.meetings() if one.meeting.watched)


def state(house: House) -> CalendarState:
    [found] = house.run(calendars.states)
    return found


async def list_again(house: House, minutes: float) -> None:
    """The calendar falls due at that minute, and is listed."""
    house.pass_time(minutes)
    house.run(lambda conn: calendars.look_now(conn, ACCOUNT, ANNA, now=house.clock.now()))
    await sync_due(house.parts)


async def test_what_a_listing_names_is_watched(database: Database):
    house = House(database, calendar=Feed((page(entry("a"), entry("b", start=at(60))), "1")))
    await sync_due(house.parts)
    assert watched(house) == ["a", "b"]


async def test_the_next_listing_asks_only_for_changes(database: Database):
    feed = Feed((page(entry("a")), "1"), (page(entry("b", start=at(60))), "2"), ((), "3"))
    house = House(database, calendar=feed)
    await sync_due(house.parts)
    await list_again(house, 0)
    await list_again(house, 5)
    assert feed.asked == [None, "1", "2"]
    assert watched(house) == ["a", "b"]


async def test_an_expired_cursor_leads_to_one_whole_listing_in_the_same_run(database: Database):
    both = page(entry("a"), entry("b", start=at(60)))
    feed = Feed((page(entry("a")), "1"), ((), CursorExpired("too old")), (both, "9"))
    house = House(database, calendar=feed)
    await sync_due(house.parts)
    await list_again(house, 0)
    assert feed.asked == [None, "1", None]
    assert watched(house) == ["a", "b"]


async def test_a_cursor_that_expires_twice_is_an_error_like_any_other(database: Database):
    feed = Feed((page(entry("a")), "1"), ((), CursorExpired("too old")))
    house = House(database, calendar=feed)
    await sync_due(house.parts)
    await list_again(house, 0)
    assert feed.asked == [None, "1", None]
    assert watched(house) == ["a"]
    assert state(house).last_error == "too old"


async def test_a_listing_that_breaks_off_changes_nothing(database: Database):
    for end in (None, Temporary("a page is missing")):
        feed = Feed((page(entry("a")), "1"), ((Page(gone=(Gone(ref=entry("a").ref),)), *page(entry("b"))), end))
        house = House(database, calendar=feed)
        await sync_due(house.parts)
        await list_again(house, 0)
        assert watched(house) == ["a"]


async def test_a_vendors_wish_when_to_come_back_is_honoured(database: Database):
    house = House(database, calendar=Feed(((), Temporary("429", retry_after=timedelta(minutes=20)))))
    await sync_due(house.parts)
    assert state(house).next_look_at == at(-6 + 20)


async def test_failures_wait_longer_and_longer_up_to_a_quarter_of_an_hour(database: Database):
    house = House(database, calendar=Feed(((), Temporary("down"))))
    waits = []
    for _ in range(9):
        began = house.clock.now()
        await sync_due(house.parts)
        due = state(house).next_look_at
        assert due is not None
        waits.append(due - began)
        house.clock.set(due)
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=15)
    assert waits[-1] == timedelta(minutes=15)


async def test_a_lost_sign_in_is_known_to_need_a_person(database: Database):
    for error in (CredentialsLost("revoked"), Permanent("no right to read")):
        house = House(database, calendar=Feed(((), error)))
        await sync_due(house.parts)
        known = {part.part: part.state for part in house.run(health.read)}
        assert known[f"account:{ACCOUNT}"] is Condition.STOPPED


class TwoCalendars(Feed):
    """Anna's calendar is as laid down; Ben's says what it is told to."""

    def __init__(self, *listings: Listing) -> None:
        super().__init__(*listings)
        self.bens: VendorError | None = None

    async def changes(self, calendar: str, *, cursor: str | None, window: Span) -> AsyncIterator[Page | ListingEnd]:
        if calendar == ANNA:
            async for part in super().changes(calendar, cursor=cursor, window=window):
                yield part
        elif self.bens is not None:
            raise self.bens
        else:
            yield ListingEnd(complete=True, window=window, cursor="b")

    def charged(self, calendar: str) -> str:
        return calendar


def two(database: Database) -> tuple[House, TwoCalendars]:
    feed = TwoCalendars((page(entry("a")), "1"), ((), "2"))
    house = House(database, calendar=feed)
    house.run(lambda conn: calendars.register(conn, [(ACCOUNT, ANNA), (ACCOUNT, BEN)], now=house.clock.now()))
    return house, feed


async def read_both(house: House, minute: float) -> dict[str, Condition]:
    house.pass_time(minute)
    for name in (ANNA, BEN):
        house.run(partial(calendars.look_now, account=ACCOUNT, name=name, now=house.clock.now()))
    await sync_due(house.parts)
    return {part.part: part.state for part in house.run(health.read)}


async def test_one_calendar_that_cannot_be_read_leaves_its_account_well(database: Database):
    house, feed = two(database)
    await read_both(house, -6)
    feed.bens = Permanent("calendar not shared any more")
    account, bens = f"account:{ACCOUNT}", f"calendar:{ACCOUNT}/{BEN}"
    for minute in (0, 20, 40):
        assert await read_both(house, minute) == {account: Condition.WELL, bens: Condition.STOPPED}
        assert house.keep_house() == (1 if minute == 0 else 0)
    feed.bens = None
    assert await read_both(house, 60) == {account: Condition.WELL, bens: Condition.WELL}
    assert house.keep_house() == 1


async def test_when_no_calendar_can_be_read_it_is_the_account_and_one_notice(database: Database):
    house, feed = two(database)
    await read_both(house, -6)
    feed.bens = CredentialsLost("revoked")
    feed.listings = [((), CredentialsLost("revoked"))]
    await read_both(house, 0)
    known = await read_both(house, 1)
    assert known[f"account:{ACCOUNT}"] is Condition.STOPPED
    assert house.keep_house() == 1
    house.pass_time(24 * 60 + 5)
    assert house.keep_house() == 1


async def test_a_calendar_that_is_watched_no_more_is_no_trouble_any_more(database: Database):
    house, feed = two(database)
    await read_both(house, -6)
    feed.bens = Permanent("gone")
    await read_both(house, 0)
    house.open("after the configuration was changed")
    assert {part.part for part in house.run(health.read)} == {f"account:{ACCOUNT}"}


async def test_a_user_whose_calls_are_spent_waits_for_the_next_minute_and_others_are_read(database: Database):
    house, feed = two(database)
    parts = replace(house.parts, pace=replace(house.parts.pace, user_calls_a_minute=2))
    await sync_due(parts)
    await read_both(house, 0.1)
    feed.charged = lambda calendar: "one mailbox"  # type: ignore[method-assign]  # all are read by one mailbox
    asked = len(feed.asked)
    house.pass_time(5)
    for name in (ANNA, BEN):
        house.run(partial(calendars.look_now, account=ACCOUNT, name=name, now=house.clock.now()))
    assert await sync_due(replace(parts, pace=replace(parts.pace, user_calls_a_minute=1))) == 1
    assert len(feed.asked) <= asked + 1
    assert min(one.next_look_at for one in house.run(calendars.states)) == at(6)


async def test_an_event_nobody_understands_is_put_aside_and_the_others_are_read(database: Database):
    bad = Quarantined(ref=EntryRef(account=ACCOUNT, calendar=ANNA, entry_id="bad"), reason="it ends before it starts")
    house = House(database, calendar=Feed(((Page(entries=(entry("a"),), quarantined=(bad,)),), "1")))
    await sync_due(house.parts)
    assert watched(house) == ["a"]
    [kept] = house.run(entries.quarantined)
    assert kept.reason == "it ends before it starts"


async def test_an_event_with_characters_that_are_no_text_is_put_aside(database: Database):
    house = House(database, calendar=Feed((page(entry("a"), entry("b", title="\ud800")), "1")))
    await sync_due(house.parts)
    assert watched(house) == ["a"]
    assert len(house.run(entries.quarantined)) == 1


async def test_an_entry_that_is_gone_calls_its_meeting_off(database: Database):
    three = page(entry("a"), entry("b", start=at(60)), entry("c", start=at(90)))
    house = House(database, calendar=Feed((three, "1"), ((Page(gone=(Gone(ref=entry("a").ref),)),), "2")))
    await sync_due(house.parts)
    await list_again(house, 0)
    assert watched(house) == ["b", "c"]


async def test_a_source_that_lost_more_than_half_is_believed_only_when_it_says_so_twice(database: Database):
    many = [entry(name, start=at(60 * n)) for n, name in enumerate("abcde")]
    feed = Feed((page(*many), ""), (page(many[0]), ""))
    house = House(database, calendar=feed)
    await sync_due(house.parts)
    for minute in (0, 2):
        await list_again(house, minute)
        assert watched(house) == list("abcde")
    await list_again(house, 5.1)
    assert watched(house) == ["a"]


async def test_a_source_that_finds_its_entries_again_has_lost_nothing(database: Database):
    many = [entry(name, start=at(60 * n)) for n, name in enumerate("abcde")]
    feed = Feed((page(*many), ""), (page(many[0]), ""), (page(*many), ""), (page(many[0]), ""))
    house = House(database, calendar=feed)
    await sync_due(house.parts)
    for minute in (0, 5.1, 20):
        await list_again(house, minute)
        assert watched(house) == list("abcde")


async def test_another_worker_that_took_over_the_listing_is_not_overruled(
    database: Database, log: list[structlog.typing.EventDict]
):
    feed = Feed((page(entry("a")), "1"))
    house = House(database, calendar=feed)
    other = house.open("second")
    claims = await database.run(
        lambda conn: calendars.claim_due(conn, now=at(-6), lease=house.parts.lease, limit=9, worker="slow")
    )
    assert len(claims) == 1
    house.pass_time(0)
    assert await sync_due(other) == 1
    house.parts.calendars[ACCOUNT].listings[:] = [((), "stale")]  # type: ignore[attr-defined]  # a Feed
    assert watched(house) == ["a"]
    assert not [line for line in log if line["log_level"] == "error"]


async def test_a_cancelled_entry_calls_its_meeting_off(database: Database):
    off = entry("a", status=EntryStatus.CANCELLED)
    house = House(database, calendar=Feed((page(entry("a")), "1"), (page(off), "2")))
    await sync_due(house.parts)
    await list_again(house, 0)
    assert watched(house) == []


async def test_a_source_that_raises_what_nobody_foresaw_is_tried_again_and_stops_no_other(database: Database):
    class Broken(Feed):
        async def changes(self, calendar, *, cursor, window):
            if calendar == ANNA:
                raise KeyError("items")
            async for part in super().changes(calendar, cursor=cursor, window=window):
                yield part

    feed = Broken((page(entry("x", ref=EntryRef(account=ACCOUNT, calendar=GUS, entry_id="x"))), "1"))
    house = House(database, calendar=feed)
    house.run(lambda conn: calendars.register(conn, [(ACCOUNT, ANNA), (ACCOUNT, GUS)], now=at(-6)))
    await sync_due(house.parts)
    states = {one.calendar: one for one in house.run(calendars.states)}
    assert states[ANNA].failures == 1
    assert states[GUS].last_success is not None


def test_the_entries_of_these_tests_are_what_they_say():
    assert entry().attendees[1] == Attendee(address=GUS, response=entry().attendees[1].response)
