"""Events created and moved once for each key; free and busy times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.microsoft.tenant import ANNA, BEN, GUEST, NOW, Tenant
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.adapters.microsoft.free_busy import GraphFreeBusy
from noshowd.adapters.microsoft.writer import GraphWriter
from noshowd.demo.vendors.microsoft.faults import lost_answer
from noshowd.domain.entry import CalendarEntry
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Busy, NewEvent, Page
from noshowd.ports.errors import Changed, Permanent, Temporary

HOUR = timedelta(hours=1)
NEW = NewEvent(
    key="offer'1",
    start=NOW + HOUR,
    end=NOW + 1.5 * HOUR,
    zone="Europe/Berlin",
    title="Offer, second try",
    attendees=(GUEST,),
    with_conference=True,
)


async def test_a_new_event_with_a_link(tenant: Tenant) -> None:
    graph = tenant.graph()
    made = await GraphCalendar(graph).read(await GraphWriter(graph).write(ANNA, NEW))
    assert isinstance(made, CalendarEntry)
    assert (made.title, made.start, made.end) == (NEW.title, NEW.start, NEW.end)
    assert made.conference is not None
    assert [one.address for one in made.attendees] == [GUEST]


async def test_the_same_key_makes_one_event(tenant: Tenant) -> None:
    writer = GraphWriter(tenant.graph())
    assert await writer.write(ANNA, NEW) == await writer.write(ANNA, NEW)
    assert len(tenant.sim.calendars.appointments) == 1
    await writer.write(ANNA, replace(NEW, key="offer-2"))
    assert len(tenant.sim.calendars.appointments) == 2


async def test_a_lost_answer_makes_no_second_event(tenant: Tenant) -> None:
    tenant.sim.faults.order(lost_answer("/events"))
    writer = GraphWriter(tenant.graph())
    with pytest.raises(Temporary) as caught:
        await writer.write(ANNA, NEW)
    assert caught.value.uncertain
    await writer.write(ANNA, NEW)
    assert len(tenant.sim.calendars.appointments) == 1


async def test_moving_keeps_link_and_text(tenant: Tenant) -> None:
    booked = tenant.book(teams=True, body="<p>Agenda</p>")
    graph = tenant.graph()
    window = Span(start=NOW, end=NOW + 10 * HOUR)
    page, _ = [one async for one in GraphCalendar(graph).changes(ANNA, cursor=None, window=window)]
    before = page.entries[0]  # type: ignore[union-attr]  # the first part of a listing is a page
    moved = replace(NEW, moves=before.ref, start=NOW + 5 * HOUR, end=NOW + 6 * HOUR)
    after = await GraphCalendar(graph).read(await GraphWriter(graph).write(ANNA, moved))
    assert isinstance(after, CalendarEntry)
    assert (after.ref, after.start) == (before.ref, NOW + 5 * HOUR)
    assert (after.conference, after.description) == (before.conference, "Agenda")
    assert booked.end == NOW + 6 * HOUR


async def first_entry(tenant: Tenant) -> CalendarEntry:
    window = Span(start=NOW, end=NOW + 10 * HOUR)
    page = await anext(GraphCalendar(tenant.graph()).changes(ANNA, cursor=None, window=window))
    assert isinstance(page, Page)
    return page.entries[0]


def updates(tenant: Tenant) -> int:
    return sum(call.method == "PATCH" for call in tenant.sim.calls)


async def test_a_move_is_made_once_whatever_becomes_of_its_answer(tenant: Tenant) -> None:
    """Everybody invited is told of each change by mail."""
    tenant.book(teams=True)
    before = await first_entry(tenant)
    writer = GraphWriter(tenant.graph())
    moved = replace(NEW, moves=before.ref, start=NOW + 5 * HOUR, end=NOW + 6 * HOUR, expected_start=before.start)
    tenant.sim.faults.order(lost_answer("/events", method="PATCH"))
    with pytest.raises(Temporary) as caught:
        await writer.write(ANNA, moved)
    assert caught.value.uncertain
    await writer.write(ANNA, moved)
    assert updates(tenant) == 1
    await writer.write(
        ANNA, replace(moved, key="another", start=NOW + 7 * HOUR, end=NOW + 8 * HOUR, expected_start=None)
    )
    assert updates(tenant) == 2


async def test_what_was_moved_by_somebody_else_stays_there(tenant: Tenant) -> None:
    booked = tenant.book()
    before = await first_entry(tenant)
    tenant.sim.calendars.move(booked, NOW + 3 * HOUR)
    moved = replace(NEW, moves=before.ref, start=NOW + 5 * HOUR, end=NOW + 6 * HOUR, expected_start=before.start)
    with pytest.raises(Changed, match="moved by somebody else"):
        await GraphWriter(tenant.graph()).write(ANNA, moved)
    assert booked.start == NOW + 3 * HOUR


async def test_what_was_called_off_is_not_moved(tenant: Tenant) -> None:
    booked = tenant.book()
    before = await first_entry(tenant)
    booked.cancelled = True
    moved = replace(NEW, moves=before.ref)
    with pytest.raises(Changed, match="cancelled"):
        await GraphWriter(tenant.graph()).write(ANNA, moved)
    tenant.sim.calendars.remove(booked, ANNA)
    with pytest.raises(Changed, match="no longer there"):
        await GraphWriter(tenant.graph()).write(ANNA, moved)


async def test_a_note_goes_below_the_text_and_the_teams_link_lives(tenant: Tenant) -> None:
    """Outlook takes the link away with the block that it wrote into the body."""
    tenant.book(teams=True, body="<p>Agenda</p>")
    before = await first_entry(tenant)
    writer = GraphWriter(tenant.graph())
    await writer.write(ANNA, replace(NEW, moves=before.ref, note="Moved: <new> time"))
    after = await GraphCalendar(tenant.graph()).read(before.ref)
    assert isinstance(after, CalendarEntry)
    assert after.conference == before.conference
    assert after.description.split() == ["Agenda", "Moved:", "<new>", "time"]


async def test_a_link_is_asked_for_where_there_is_none(tenant: Tenant) -> None:
    tenant.book()
    before = await first_entry(tenant)
    assert before.conference is None
    await GraphWriter(tenant.graph()).write(ANNA, replace(NEW, moves=before.ref))
    after = await GraphCalendar(tenant.graph()).read(before.ref)
    assert isinstance(after, CalendarEntry)
    assert after.conference is not None


async def test_an_occurrence_does_not_pass_its_neighbour(tenant: Tenant) -> None:
    tenant.book(days=3)
    before = await first_entry(tenant)
    moved = replace(NEW, moves=before.ref, start=NOW + 49 * HOUR, end=NOW + 50 * HOUR)
    with pytest.raises(Permanent, match="onto or past its neighbour"):
        await GraphWriter(tenant.graph()).write(ANNA, moved)


async def test_outlook_cannot_keep_quiet_about_a_move(tenant: Tenant) -> None:
    tenant.book()
    before = await first_entry(tenant)
    with pytest.raises(Permanent, match="always writes"):
        await GraphWriter(tenant.graph()).write(ANNA, replace(NEW, moves=before.ref, attendees=(), notify=False))


async def test_outlook_cannot_keep_quiet(tenant: Tenant) -> None:
    with pytest.raises(Permanent, match="always writes"):
        await GraphWriter(tenant.graph()).write(ANNA, replace(NEW, notify=False))


async def test_without_the_right_it_is_permanent(tenant: Tenant) -> None:
    tenant.application.roles = {"Calendars.Read"}
    with pytest.raises(Permanent, match="403"):
        await GraphWriter(tenant.graph()).write(ANNA, NEW)


async def test_busy_times_and_addresses_nobody_knows(tenant: Tenant) -> None:
    tenant.book()
    tenant.book(start=NOW + 1.25 * HOUR, end=NOW + 2 * HOUR)
    free = tenant.book(start=NOW + 3 * HOUR, end=NOW + 4 * HOUR)
    free.show_as = "workingElsewhere"
    window = Span(start=NOW, end=NOW + 8 * HOUR)
    anna, guest, ben = await GraphFreeBusy(tenant.graph()).busy((ANNA, GUEST, BEN.upper()), window)
    assert anna == Busy(address=ANNA, spans=(Span(start=NOW + HOUR, end=NOW + 2 * HOUR),))
    assert guest == Busy(address=GUEST, known=False)
    assert ben == Busy(address=BEN.upper())


async def test_who_shares_no_details_is_busy_by_quarter_hours(tenant: Tenant) -> None:
    tenant.book(start=NOW + 1.1 * HOUR, end=NOW + 1.2 * HOUR)
    tenant.sim.schedules.discreet.add(ANNA)
    (anna,) = await GraphFreeBusy(tenant.graph()).busy((ANNA,), Span(start=NOW, end=NOW + 8 * HOUR))
    assert anna.spans == (Span(start=NOW + HOUR, end=NOW + 1.25 * HOUR),)


async def test_many_addresses_and_a_long_time_are_asked_for_in_parts(tenant: Tenant) -> None:
    tenant.book(start=NOW + timedelta(days=70), end=NOW + timedelta(days=70, hours=1))
    addresses = (*(f"p{number}@firm.example" for number in range(30)), ANNA)
    for address in addresses:
        tenant.sim.people.add(address, address)
    found = await GraphFreeBusy(tenant.graph()).busy(addresses, Span(start=NOW, end=NOW + timedelta(days=90)))
    assert all(one.known for one in found)
    assert [bool(one.spans) for one in found] == [False] * 30 + [True]
    assert tenant.paths() == ["POST getSchedule"] * 4
