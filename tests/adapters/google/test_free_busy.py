"""Free/busy: an error is not free."""

from __future__ import annotations

from datetime import UTC, datetime

from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.free_busy import GoogleFreeBusy
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Busy

ANNA, BEN = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de"
DAY = Span(start=datetime(2026, 3, 24, tzinfo=UTC), end=datetime(2026, 3, 25, tzinfo=UTC))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 24, hour, minute, tzinfo=UTC)


async def test_busy_time_is_merged_and_what_is_shown_as_free_is_free(google: SimulatedGoogle, client: GoogleClient):
    google.agenda.add_event(ANNA, "One", at(9), at(10))
    google.agenda.add_event(ANNA, "Two", at(9, 30), at(11))
    google.agenda.add_event(ANNA, "Lunch", at(12), at(13), transparency="transparent")
    daily = google.agenda.add_event(ANNA, "Daily", at(15), at(15, 30), recurrence=["RRULE:FREQ=DAILY;COUNT=9"])
    google.agenda.cancel(google.agenda.add_event(ANNA, "Off", at(17), at(18))["id"])
    assert daily["id"]
    (anna,) = await GoogleFreeBusy(client).busy((ANNA,), DAY)
    assert anna == Busy(
        address=ANNA,
        spans=(Span(start=at(9), end=at(11)), Span(start=at(15), end=at(15, 30))),
    )


async def test_a_calendar_that_answers_with_an_error_is_not_known(google: SimulatedGoogle, client: GoogleClient):
    google.rest.busy_errors[BEN] = "internalError"
    asked = (ANNA, "kim@grosskunde.de", BEN)
    found = await GoogleFreeBusy(client).busy(asked, DAY)
    assert [(b.address, b.known) for b in found] == [(ANNA, True), ("kim@grosskunde.de", False), (BEN, False)]


async def test_many_people_are_asked_for_in_slices(google: SimulatedGoogle, client: GoogleClient):
    people = tuple(f"person{n}@grosskunde.de" for n in range(120))
    found = await GoogleFreeBusy(client).busy(people, DAY)
    assert [b.address for b in found] == list(people)
    assert len(google.asked) == 3
