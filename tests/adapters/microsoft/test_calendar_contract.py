"""The calendar suite, run by Microsoft 365."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from adapters.microsoft.tenant import ANNA, CLIENT, Tenant
from contract.calendar_suite import BERLIN, CalendarSuite, CalendarWorld
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.demo.vendors.microsoft.appointments import Appointment
from noshowd.demo.vendors.microsoft.faults import Fault, throttled

#: As often as the client asks before it gives up.
ATTEMPTS = 3


class GraphWorld(CalendarWorld):
    calendar = ANNA

    def __init__(self, tenant: Tenant, *, delta: bool = False) -> None:
        self.tenant = tenant
        self.calendars = tenant.sim.calendars
        self.source = GraphCalendar(tenant.graph(), delta=delta)
        self.delta = delta

    def add(self, title: str, start: datetime, end: datetime) -> str:
        return self.tenant.book(subject=title, start=start, end=end).uid

    def add_daily(self, title: str, start: datetime, end: datetime, *, times: int) -> str:
        return self.tenant.book(subject=title, start=start, end=end, days=times).uid

    def add_all_day(self, title: str, day: date) -> str:
        midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
        booked = self.tenant.book(subject=title, start=midnight, end=midnight + timedelta(days=1))
        booked.all_day = True
        return booked.uid

    def move(self, handle: str, start: datetime, end: datetime) -> None:
        self.calendars.move(self._of(handle), start)

    def move_occurrence(self, handle: str, planned: datetime, start: datetime, end: datetime) -> None:
        self.calendars.move(self.calendars.occurrence(self._of(handle), planned), start)

    def cancel(self, handle: str) -> None:
        self.calendars.cancel(self._of(handle))

    def cancel_occurrence(self, handle: str, planned: datetime) -> None:
        self.calendars.cancel(self.calendars.occurrence(self._of(handle), planned))

    def spoil(self, handle: str) -> None:
        self._of(handle).left_out = frozenset({"start"})

    def name_unknown_zone(self, handle: str) -> None:
        self._of(handle).zone = "Customized Time Zone"

    def short_pages(self, size: int) -> None:
        self.calendars.longest_page = size

    def fail_page(self, number: int) -> None:
        skip = {"$skip": str((number - 1) * self.calendars.longest_page)}
        self.tenant.sim.faults.order(*[Fault(path="calendarView", query=skip)] * ATTEMPTS)

    def expire_cursor(self) -> None:
        assert self.delta, "there is no cursor to expire"
        self.tenant.sim.delta.forget()

    def throttle(self, seconds: int) -> None:
        self.tenant.sim.faults.order(throttled(retry_after=seconds))

    def wait(self, span: timedelta) -> None:
        self.tenant.clock.instant += span

    def revoke(self) -> None:
        self.tenant.sim.withdraw_secret(CLIENT)

    def _of(self, handle: str) -> Appointment:
        return self.calendars.appointments[handle]


class TestGraphCalendar(CalendarSuite):
    @pytest.fixture
    def world(self, tenant: Tenant) -> GraphWorld:
        return GraphWorld(tenant)


class TestGraphCalendarByDelta(CalendarSuite):
    @pytest.fixture
    def world(self, tenant: Tenant) -> GraphWorld:
        return GraphWorld(tenant, delta=True)
