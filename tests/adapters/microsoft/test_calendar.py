"""The real calendar source against the simulated Graph, with the traps of its documentation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.microsoft.tenant import ANNA, BEN, GUEST, NOW, Tenant
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.demo.vendors.microsoft.appointments import Invited
from noshowd.demo.vendors.microsoft.faults import Fault, cut_off, proxy_page, throttled
from noshowd.domain.entry import CalendarEntry, EntryStatus, Response
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Gone, ListingEnd, Page
from noshowd.ports.errors import CursorExpired, Permanent, Temporary

DAY = Span(start=NOW, end=NOW + timedelta(days=1))


async def listing(calendar: GraphCalendar, mailbox: str = ANNA, window: Span = DAY) -> list[CalendarEntry]:
    *pages, end = [one async for one in calendar.changes(mailbox, cursor=None, window=window)]
    assert end == ListingEnd(complete=True, window=window)
    return [found for page in pages if isinstance(page, Page) for found in page.entries]


async def test_one_meeting_in_two_mailboxes_has_one_uid(tenant: Tenant) -> None:
    tenant.book(attendees=[Invited(GUEST), Invited(BEN, response="accepted")], teams=True)
    calendar = GraphCalendar(tenant.graph())
    (of_anna,), (of_ben,) = await listing(calendar, ANNA), await listing(calendar, BEN)
    assert of_anna.uid == of_ben.uid
    assert of_anna.ref != of_ben.ref
    assert (of_anna.is_organizer_copy, of_ben.is_organizer_copy) == (True, False)
    assert of_ben.own_response is Response.ACCEPTED
    assert of_anna.conference is not None


async def test_a_series_comes_expanded_each_day_with_its_own_start(tenant: Tenant) -> None:
    master = tenant.book(days=5)
    found = await listing(GraphCalendar(tenant.graph()), window=Span(start=NOW, end=NOW + timedelta(days=3)))
    assert [one.start for one in found] == [NOW + timedelta(days=day, hours=1) for day in range(3)]
    assert {one.uid for one in found} == {master.uid}
    assert len({one.original_start for one in found}) == 3


async def test_more_than_one_page_is_followed(tenant: Tenant) -> None:
    for minute in range(120):
        tenant.book(start=NOW + timedelta(minutes=minute), end=NOW + timedelta(minutes=minute + 5))
    assert len(await listing(GraphCalendar(tenant.graph()))) == 120
    assert tenant.paths() == ["GET calendarView"] * 2


async def test_every_request_asks_for_immutable_ids_and_utc(tenant: Tenant) -> None:
    """A single request without the header answers other ids, and ids would no longer match."""
    for minute in range(120):
        tenant.book(start=NOW + timedelta(minutes=minute), end=NOW + timedelta(minutes=minute + 5))
    calendar = GraphCalendar(tenant.graph())
    first = (await listing(calendar))[0]
    assert await calendar.read(first.ref) == first
    for call in tenant.sim.calls:
        assert call.immutable_ids
        assert call.prefers("outlook.timezone") == "UTC"
        assert call.prefers("outlook.body-content-type") == "text"


async def test_a_summer_time_change_is_no_matter(tenant: Tenant) -> None:
    before = NOW.replace(day=28, hour=9)
    tenant.book(start=before, end=before + timedelta(minutes=30), days=3)
    window = Span(start=before, end=before + timedelta(days=4))
    found = await listing(GraphCalendar(tenant.graph()), window=window)
    assert [one.start for one in found] == [before + timedelta(days=day) for day in range(3)]


async def test_moved_cancelled_and_deleted(tenant: Tenant) -> None:
    calendar = GraphCalendar(tenant.graph())
    booked = tenant.book(attendees=[Invited(BEN)])
    (first,) = await listing(calendar, BEN)
    tenant.sim.calendars.move(booked, NOW + timedelta(hours=3))
    moved = await calendar.read(first.ref)
    assert isinstance(moved, CalendarEntry)
    assert moved.start == NOW + timedelta(hours=3)
    assert moved.etag != first.etag
    tenant.sim.calendars.cancel(booked)
    cancelled = await calendar.read(first.ref)
    assert isinstance(cancelled, CalendarEntry)
    assert cancelled.status is EntryStatus.CANCELLED
    assert await listing(calendar, ANNA) == []
    tenant.sim.calendars.remove(booked, BEN)
    assert await calendar.read(first.ref) == Gone(ref=first.ref)


async def test_an_answer_shows_on_the_organisers_copy(tenant: Tenant) -> None:
    booked = tenant.book()
    tenant.sim.calendars.respond(booked, GUEST, "declined")
    (found,) = await listing(GraphCalendar(tenant.graph()))
    assert found.attendees[0].response is Response.DECLINED


async def test_a_short_wait_is_waited_for(tenant: Tenant) -> None:
    tenant.book()
    tenant.sim.faults.order(throttled("calendarView", retry_after=3), Fault(path="calendarView", status=504))
    assert len(await listing(GraphCalendar(tenant.graph()))) == 1
    assert tenant.clock.slept == [3, 1.0]


async def test_a_useless_wish_is_not_taken_literally(tenant: Tenant) -> None:
    """Retry-After may be missing or always nought; rejected calls count against us too."""
    tenant.sim.faults.order(throttled("calendarView", retry_after=0), throttled("calendarView", retry_after=None))
    await listing(GraphCalendar(tenant.graph()))
    assert tenant.clock.slept == [0.5, 1.0]


async def test_a_long_wait_is_handed_on(tenant: Tenant) -> None:
    tenant.sim.faults.order(throttled("calendarView", retry_after=120))
    with pytest.raises(Temporary) as caught:
        await listing(GraphCalendar(tenant.graph()))
    assert caught.value.retry_after == timedelta(seconds=120)
    assert not caught.value.uncertain
    assert tenant.clock.slept == []


@pytest.mark.parametrize("fault", [cut_off("calendarView"), proxy_page("calendarView"), Fault(status=500)])
async def test_what_is_no_answer_is_temporary_and_ends_no_listing(tenant: Tenant, fault: Fault) -> None:
    tenant.book()
    tenant.sim.faults.standing = fault
    with pytest.raises(Temporary):
        await listing(GraphCalendar(tenant.graph()))


async def test_a_redirect_is_no_success(tenant: Tenant) -> None:
    """A hotel's sign-in page must not be taken for an empty, good answer."""
    tenant.sim.faults.standing = Fault(status=302, text="")
    with pytest.raises(Temporary):
        await listing(GraphCalendar(tenant.graph()))


async def test_a_page_that_fails_leaves_the_listing_without_its_end(tenant: Tenant) -> None:
    for minute in range(120):
        tenant.book(start=NOW + timedelta(minutes=minute), end=NOW + timedelta(minutes=minute + 5))
    parts = GraphCalendar(tenant.graph()).changes(ANNA, cursor=None, window=DAY)
    assert isinstance(await anext(parts), Page)
    tenant.sim.faults.standing = Fault(status=503)
    with pytest.raises(Temporary):
        await anext(parts)


async def test_expired_sync_state_has_its_own_word(tenant: Tenant) -> None:
    tenant.sim.faults.order(Fault(status=400, code="syncStateNotFound"), Fault(status=410, code="whatever"))
    for _ in range(2):
        with pytest.raises(CursorExpired):
            await listing(GraphCalendar(tenant.graph()))


async def test_a_missing_right_is_permanent_and_named(tenant: Tenant) -> None:
    tenant.application.roles.discard("Calendars.ReadWrite")
    with pytest.raises(Permanent, match="403 ErrorAccessDenied"):
        await listing(GraphCalendar(tenant.graph()))


async def test_a_mailbox_outside_the_granted_scope_is_said_so(tenant: Tenant) -> None:
    tenant.application.mailboxes = frozenset({ANNA})
    calendar = GraphCalendar(tenant.graph())
    await listing(calendar, ANNA)
    with pytest.raises(Permanent, match="outside the scope") as caught:
        await listing(calendar, BEN)
    assert BEN not in caught.value.reason


async def test_an_unknown_mailbox_is_permanent(tenant: Tenant) -> None:
    with pytest.raises(Permanent, match="404"):
        await listing(GraphCalendar(tenant.graph()), "nobody@firm.example")


async def test_nobody_listening_is_temporary(tenant: Tenant) -> None:
    with pytest.raises(Temporary):
        await listing(GraphCalendar(tenant.unreachable()))


async def test_a_next_link_to_another_host_gets_no_token(tenant: Tenant) -> None:
    body = '{"value": [], "@odata.nextLink": "https://elsewhere.example/v1.0/users"}'
    tenant.sim.faults.order(Fault(status=200, text=body))
    with pytest.raises(Permanent, match="another host"):
        await listing(GraphCalendar(tenant.graph()))


async def test_one_bad_event_is_set_aside(tenant: Tenant) -> None:
    body = '{"value": [{"id": "bad", "subject": "secret"}]}'
    tenant.sim.faults.order(Fault(status=200, text=body))
    page, _ = [one async for one in GraphCalendar(tenant.graph()).changes(ANNA, cursor=None, window=DAY)]
    assert isinstance(page, Page)
    (bad,) = page.quarantined
    assert bad.ref.entry_id == "bad"
    assert "secret" not in bad.reason


async def test_an_empty_page_with_a_next_is_normal(tenant: Tenant) -> None:
    tenant.book()
    next_page = (
        f"{tenant.settings.graph_url}/users/{ANNA}/calendarView"
        "?startDateTime=2026-03-10T00:00:00Z&endDateTime=2026-03-11T00:00:00Z"
    )
    tenant.sim.faults.order(Fault(status=200, text=f'{{"value": [], "@odata.nextLink": "{next_page}"}}'))
    assert len(await listing(GraphCalendar(tenant.graph()))) == 1


async def test_why_the_change_feed_is_not_used(tenant: Tenant) -> None:
    """Its occurrences have no subject, attendees or join address; pages are empty, events repeat."""
    tenant.book(days=2, teams=True)
    window = {"startDateTime": "2026-03-10T00:00:00Z", "endDateTime": "2026-03-12T00:00:00Z"}
    pages = [page async for page in tenant.graph().pages(f"/users/{ANNA}/calendarView/delta", window)]
    assert pages[0] == []
    stubs = [one for page in pages for one in page if one["type"] == "occurrence"]
    assert all({"subject", "attendees", "onlineMeeting"}.isdisjoint(one) for one in stubs)
    assert len(stubs) > len({one["id"] for one in stubs})
