"""The traps of reading Google calendars, each met by the real client against the simulated Google."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from noshowd.adapters.google.calendar import GoogleCalendar
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.settings import GoogleAccount
from noshowd.demo.vendors.google.faults import (
    INTERNAL,
    QUOTA_EXCEEDED,
    RATE_LIMIT,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Fault,
    Manner,
)
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Gone, ListingEnd, Page
from noshowd.ports.errors import CursorExpired, Permanent, Temporary, VendorError

ANNA, BEN = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de"
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Span(start=datetime(2026, 3, 23, tzinfo=UTC), end=datetime(2026, 3, 30, tzinfo=UTC))
LIST = "calendar.events.list"


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=BERLIN)


@pytest.fixture
def calendar(client: GoogleClient) -> GoogleCalendar:
    return GoogleCalendar(client)


async def collect(listing: AsyncIterator[Page | ListingEnd]) -> tuple[list[CalendarEntry], list[Gone], ListingEnd]:
    parts = [part async for part in listing]
    pages = [p for p in parts if isinstance(p, Page)]
    (end,) = [p for p in parts if isinstance(p, ListingEnd)]
    return [e for p in pages for e in p.entries], [g for p in pages for g in p.gone], end


async def follow(
    calendar: GoogleCalendar, cursor: str | None = None, name: str = ANNA
) -> tuple[list[CalendarEntry], list[Gone], ListingEnd]:
    return await collect(calendar.changes(name, cursor=cursor, window=WEEK))


def queries(google: SimulatedGoogle) -> list[dict]:
    return [a.query for a in google.asked if a.method == LIST]


async def test_an_unchanged_calendar_costs_one_small_request(google: SimulatedGoogle, calendar: GoogleCalendar):
    google.agenda.add_event(ANNA, "Call", at(24, 9), at(24, 10))
    _, _, end = await follow(calendar)
    before = len(queries(google))
    entries, gone, end = await follow(calendar, end.cursor)
    assert (entries, gone, end.complete) == ([], [], False)
    assert len(queries(google)) == before + 1


async def test_every_request_is_masked_and_counted_to_the_person_read(
    google: SimulatedGoogle, calendar: GoogleCalendar
):
    await follow(calendar)
    await follow(calendar, name=BEN)
    asked = google.asked
    assert all("nextPageToken" in a.query["fields"] and "nextSyncToken" in a.query["fields"] for a in asked)
    assert {a.user for a in asked} == {ANNA, BEN}
    assert len({a.query["quotaUser"] for a in asked}) == 2
    assert all(len(a.query["quotaUser"]) <= 40 and "@" not in a.query["quotaUser"] for a in asked)


async def test_a_change_of_one_event_is_told_without_reading_the_window_again(
    google: SimulatedGoogle, calendar: GoogleCalendar
):
    event = google.agenda.add_event(ANNA, "Call", at(24, 9), at(24, 10), guests=("kim@grosskunde.de",))
    _, _, end = await follow(calendar)
    before = len(queries(google))
    google.agenda.respond(event["id"], "kim@grosskunde.de", "declined")
    (entry,), _, end = await follow(calendar, end.cursor)
    assert entry.attendees[1].response.value == "declined"
    assert not end.complete
    assert len(queries(google)) == before + 1


async def test_this_and_following_leaves_no_occurrence_behind(google: SimulatedGoogle, calendar: GoogleCalendar):
    rule = ["RRULE:FREQ=DAILY;INTERVAL=1"]
    series = google.agenda.add_event(ANNA, "Daily", at(23, 9), at(23, 10), recurrence=rule)
    _, _, end = await follow(calendar)
    google.agenda.split(series["id"], at(26, 9), at(26, 14))
    entries, _, end = await follow(calendar, end.cursor)
    assert end.complete
    assert [e.start for e in sorted(entries, key=lambda e: e.start)] == [
        *(at(day, 9) for day in (23, 24, 25)),
        *(at(day, 14) for day in (26, 27, 28, 29)),
    ]
    assert len({e.series_id for e in entries}) == 2


async def test_empty_and_short_pages_end_only_with_the_token(google: SimulatedGoogle, calendar: GoogleCalendar):
    for hour in range(8, 13):
        google.agenda.add_event(ANNA, f"Call {hour}", at(24, hour), at(24, hour + 1))
    google.pager.cap = 2
    google.fail(Fault(manner=Manner.EMPTY_PAGE), on=LIST, times=4)
    entries, _, end = await follow(calendar)
    assert len(entries) == 5
    assert end.complete


async def test_a_cancelled_series_from_years_ago_in_a_listing_is_no_event(
    google: SimulatedGoogle, calendar: GoogleCalendar
):
    """Google began to return cancelled masters in May 2025."""
    event = google.agenda.add_event(ANNA, "Ghost", at(24, 9), at(24, 10))
    google.spoil(event["id"], status="cancelled", recurrence=["RRULE:FREQ=WEEKLY"], summary=None, start=None)
    entries, gone, _ = await follow(calendar)
    assert entries == []
    assert [g.ref.entry_id for g in gone] == [event["id"]]


async def test_an_expired_cursor_asks_for_a_full_listing_and_what_was_deleted_meanwhile_is_not_in_it(
    google: SimulatedGoogle, calendar: GoogleCalendar
):
    kept = google.agenda.add_event(ANNA, "Kept", at(24, 9), at(24, 10))
    lost = google.agenda.add_event(ANNA, "Lost", at(24, 11), at(24, 12))
    _, _, end = await follow(calendar)
    google.agenda.cancel(lost["id"])
    google.agenda.expire_sync_tokens(ANNA)
    with pytest.raises(CursorExpired, match="fullSyncRequired"):
        await follow(calendar, end.cursor)
    entries, gone, end = await follow(calendar)
    assert end.complete
    assert [e.ref.entry_id for e in entries] == [kept["id"]]
    assert gone == []


@pytest.mark.parametrize("cursor", ["", "[]", '[0, "token"]', json.dumps([1, "made up"])])
async def test_a_cursor_google_never_gave_has_expired(calendar: GoogleCalendar, cursor: str):
    with pytest.raises(CursorExpired):
        await follow(calendar, cursor)


async def test_a_cursor_belongs_to_its_calendar(google: SimulatedGoogle, calendar: GoogleCalendar):
    _, _, end = await follow(calendar, name=BEN)
    with pytest.raises(CursorExpired):
        await follow(calendar, end.cursor)


async def test_a_failure_in_the_window_after_the_token_gives_no_end(google: SimulatedGoogle, calendar: GoogleCalendar):
    google.pager.cap = 1
    for hour in (9, 10):
        google.agenda.add_event(ANNA, "Call", at(24, hour), at(24, hour + 1))
    google.fail(UNAVAILABLE, on=LIST, after=3)
    listing = calendar.changes(ANNA, cursor=None, window=WEEK)
    assert isinstance(await anext(listing), Page)
    with pytest.raises(Temporary):
        await anext(listing)


@pytest.mark.parametrize(
    ("fault", "reason", "wish"),
    [
        (TOO_MANY_REQUESTS, "rateLimitExceeded", timedelta(seconds=7)),
        (RATE_LIMIT, "userRateLimitExceeded", None),
        (QUOTA_EXCEEDED, "quotaExceeded", None),
        (INTERNAL, "backendError", None),
        (UNAVAILABLE, "backendError", None),
        (Fault(manner=Manner.TRUNCATE), "unreadable_answer", None),
        (Fault(code=412, reason="conditionNotMet"), None, None),
        (Fault(code=403, reason="dailyLimitExceeded"), None, None),
        (Fault(code=403, reason="whatever is new"), None, None),
        (Fault(code=404, reason="notFound"), None, None),
    ],
)
async def test_every_failure_is_one_of_our_words_with_googles_reason(
    google: SimulatedGoogle, calendar: GoogleCalendar, fault: Fault, reason: str | None, wish: timedelta | None
):
    google.fail(fault, on=LIST)
    expected: type[VendorError] = Temporary if reason else Permanent
    with pytest.raises(expected) as caught:
        await follow(calendar)
    assert caught.value.reason == (reason or fault.reason)
    if isinstance(caught.value, Temporary):
        assert caught.value.retry_after == wish
        assert not caught.value.uncertain
    assert len(queries(google)) == 1, "nothing is repeated behind our back"


async def test_a_calendar_without_access_and_one_that_is_none_answer_alike(calendar: GoogleCalendar):
    with pytest.raises(Permanent, match="notFound"):
        await follow(calendar, name="c_none@group.calendar.google.com")
    with pytest.raises(Permanent, match="mailbox_unknown"):
        await follow(calendar, name="nobody@beispiel-beratung.de")


async def test_a_secondary_calendar_is_read_in_the_name_of_the_account(
    google: SimulatedGoogle, calendar: GoogleCalendar
):
    team = "c_1234@group.calendar.google.com"
    google.agenda.add_calendar(team, owner=ANNA, summary="Team")
    google.agenda.add_event(team, "Review", at(24, 9), at(24, 10))
    (entry,), _, _ = await follow(calendar, name=team)
    assert entry.organizer is not None
    assert entry.organizer.kind.value == "room"
    assert {a.user for a in google.asked} == {ANNA}


async def test_a_calendar_that_shows_times_only_is_refused_by_name(google: SimulatedGoogle, calendar: GoogleCalendar):
    team = "c_1234@group.calendar.google.com"
    google.agenda.add_calendar(team, owner=BEN)
    google.agenda.share(team, ANNA, "freeBusyReader")
    with pytest.raises(Permanent, match="calendar_shows_times_only"):
        await follow(calendar, name=team)


async def test_a_share_taken_back_is_permanent(google: SimulatedGoogle, calendar: GoogleCalendar):
    team = "c_1234@group.calendar.google.com"
    google.agenda.add_calendar(team, owner=BEN)
    google.agenda.share(team, ANNA, "reader")
    _, _, end = await follow(calendar, name=team)
    google.agenda.share(team, ANNA, None)
    with pytest.raises(Permanent, match="notFound"):
        await follow(calendar, end.cursor, name=team)


async def test_guests_see_what_the_organiser_lets_them(google: SimulatedGoogle, calendar: GoogleCalendar):
    people = (BEN, "kim@grosskunde.de")
    google.agenda.add_event(ANNA, "Call", at(24, 9), at(24, 10), guests=people, guestsCanSeeOtherGuests=False)
    (own,), _, _ = await follow(calendar)
    (guests,), _, _ = await follow(calendar, name=BEN)
    assert (len(own.attendees), own.attendees_complete) == (3, True)
    assert (len(guests.attendees), guests.attendees_complete) == (2, False)
    assert own.uid == guests.uid
    assert (own.is_organizer_copy, guests.is_organizer_copy) == (True, False)


async def test_what_is_read_anew_may_be_gone_or_out_of_reach(google: SimulatedGoogle, calendar: GoogleCalendar):
    event = google.agenda.add_event(ANNA, "Call", at(24, 9), at(24, 10), guests=(BEN,))
    ref = EntryRef(account="work", calendar=BEN, entry_id=event["id"])
    assert isinstance(await calendar.read(ref), CalendarEntry)
    google.agenda.cancel(event["id"])
    assert await calendar.read(ref) == Gone(ref=ref)
    with pytest.raises(Permanent, match="notFound"):
        await calendar.read(EntryRef(account="work", calendar=ANNA, entry_id="neverexisted"))


async def test_an_event_that_makes_no_sense_when_read_anew_is_permanent(
    google: SimulatedGoogle, calendar: GoogleCalendar
):
    event = google.agenda.add_event(ANNA, "Call", at(24, 9), at(24, 10))
    google.spoil(event["id"], start={})
    with pytest.raises(Permanent, match="event_unreadable"):
        await calendar.read(EntryRef(account="work", calendar=ANNA, entry_id=event["id"]))


async def test_who_hears_nothing_gives_up_after_the_time_out(google: SimulatedGoogle, account: GoogleAccount):
    impatient = GoogleClient(GoogleAccount(**{**_fields(account), "timeout": 0.2}))
    google.fail(Fault(manner=Manner.HANG), on=LIST)
    with pytest.raises(Temporary, match="timeout"):
        await follow(GoogleCalendar(impatient))
    impatient.close()


def _fields(account: GoogleAccount) -> dict:
    return {name: getattr(account, name) for name in account.__dataclass_fields__}
