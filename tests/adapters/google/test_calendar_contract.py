"""Google's calendar source keeps what every calendar source promises."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from contract.calendar_suite import CalendarSuite, CalendarWorld
from noshowd.adapters.google.calendar import GoogleCalendar
from noshowd.adapters.google.client import GoogleClient
from noshowd.demo.vendors.google.faults import UNAVAILABLE, Fault
from noshowd.demo.vendors.google.google import SimulatedGoogle

_LIST = "calendar.events.list"


class GoogleWorld(CalendarWorld):
    """Anna's calendar."""

    calendar = "anna@beispiel-beratung.de"

    def __init__(self, google: SimulatedGoogle, client: GoogleClient) -> None:
        self.google = google
        self.source = GoogleCalendar(client)

    def add(self, title: str, start: datetime, end: datetime) -> str:
        return self._id(self.google.agenda.add_event(self.calendar, title, start, end))

    def add_daily(self, title: str, start: datetime, end: datetime, *, times: int) -> str:
        rule = [f"RRULE:FREQ=DAILY;COUNT={times}"]
        return self._id(self.google.agenda.add_event(self.calendar, title, start, end, recurrence=rule))

    def add_all_day(self, title: str, day: date) -> str:
        next_day = date.fromordinal(day.toordinal() + 1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        handle = self._id(self.google.agenda.add_event(self.calendar, title, midnight, midnight, meet=False))
        self.google.agenda.patch(handle, start={"date": f"{day}"}, end={"date": f"{next_day}"})
        return handle

    def move(self, handle: str, start: datetime, end: datetime) -> None:
        self.google.agenda.move(handle, start, end)

    def move_occurrence(self, handle: str, planned: datetime, start: datetime, end: datetime) -> None:
        self.google.agenda.move(self.google.agenda.occurrence(handle, planned)["id"], start, end)

    def cancel(self, handle: str) -> None:
        self.google.agenda.cancel(handle)

    def cancel_occurrence(self, handle: str, planned: datetime) -> None:
        self.google.agenda.cancel(self.google.agenda.occurrence(handle, planned)["id"])

    def spoil(self, handle: str) -> None:
        self.google.spoil(handle, start={})

    def name_unknown_zone(self, handle: str) -> None:
        start = self.google.agenda.event(handle)["start"]
        self.google.spoil(handle, start={**start, "timeZone": "Customized Time Zone"})

    def short_pages(self, size: int) -> None:
        self.google.pager.cap = size

    def fail_page(self, number: int) -> None:
        # a full listing asks for a sync token first, over as many pages
        self.google.fail(UNAVAILABLE, on=_LIST, after=number - 1)

    def expire_cursor(self) -> None:
        self.google.agenda.expire_sync_tokens(self.calendar)

    def throttle(self, seconds: int) -> None:
        self.google.fail(Fault(code=429, reason="rateLimitExceeded", retry_after=seconds), on=_LIST)

    def revoke(self) -> None:
        self.google.withdraw_token(self.calendar)

    def _id(self, event: dict[str, object]) -> str:
        return str(event["id"])


class TestGoogleCalendar(CalendarSuite):
    @pytest.fixture
    def world(self, google: SimulatedGoogle, client: GoogleClient) -> GoogleWorld:
        return GoogleWorld(google, client)
