"""The calendar suite, run by Exchange Server."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from adapters.exchange.house import ANNA, House
from contract.calendar_suite import BERLIN, CalendarSuite, CalendarWorld
from noshowd.adapters.exchange.calendar import ExchangeCalendar
from noshowd.demo.vendors.exchange.items import Item
from noshowd.demo.vendors.exchange.simulation import Trouble
from noshowd.demo.vendors.exchange.soap import T, element

pytestmark = pytest.mark.filterwarnings("ignore:\\s*Cannot convert value:UserWarning")


class ExchangeWorld(CalendarWorld):
    calendar = ANNA

    def __init__(self, house: House, *, delta: bool = False) -> None:
        self.house = house
        self.store = house.sim.store
        self.source = ExchangeCalendar(house.server(), delta=delta)
        self.series: dict[str, list[Item]] = {}

    def add(self, title: str, start: datetime, end: datetime) -> str:
        return self.house.book(subject=title, start=start, end=end).item_id

    def add_daily(self, title: str, start: datetime, end: datetime, *, times: int) -> str:
        made = self.store.repeat_daily(days=times, start=start, end=end, subject=title, mailbox=ANNA)
        self.series[made[0].item_id] = made
        return made[0].item_id

    def add_all_day(self, title: str, day: date) -> str:
        midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
        booked = self.house.book(subject=title, start=midnight, end=midnight + timedelta(days=1), all_day=True)
        return booked.item_id

    def move(self, handle: str, start: datetime, end: datetime) -> None:
        self.store.move(self.store.find(handle), start)

    def move_occurrence(self, handle: str, planned: datetime, start: datetime, end: datetime) -> None:
        self.store.move(self._occurrence(handle, planned), start)

    def cancel(self, handle: str) -> None:
        for item in self.series.get(handle, [self.store.items[handle]]):
            self.store.remove(item)

    def cancel_occurrence(self, handle: str, planned: datetime) -> None:
        self.store.remove(self._occurrence(handle, planned))

    def spoil(self, handle: str) -> None:
        self.store.find(handle).left_out = frozenset({"calendar:Start"})

    def name_unknown_zone(self, handle: str) -> None:
        zone = element(f"{T}StartTimeZone", Id="Customized Time Zone")
        self.store.find(handle).put("calendar:StartTimeZone", zone)

    def short_pages(self, size: int) -> None:
        """A calendar view comes whole; its items are fetched in parts of the client's own size."""

    def fail_page(self, number: int) -> None:
        self.house.sim.troubles.append(Trouble(operation="GetItem", status=503))

    def expire_cursor(self) -> None:
        self.store.generation += 1

    def throttle(self, seconds: int) -> None:
        self.house.sim.troubles.append(Trouble(back_off=seconds * 1000))

    def revoke(self) -> None:
        self.house.sim.password = "changed"

    def _occurrence(self, handle: str, planned: datetime) -> Item:
        wanted = planned.timestamp()
        return next(
            item
            for item in self.series[handle]
            if datetime.fromisoformat(item.text("calendar:RecurrenceId")).timestamp() == wanted
        )


class TestExchangeCalendar(CalendarSuite):
    @pytest.fixture
    def world(self, house: House) -> ExchangeWorld:
        return ExchangeWorld(house)


class TestExchangeCalendarWithDelta(CalendarSuite):
    @pytest.fixture
    def world(self, house: House) -> ExchangeWorld:
        return ExchangeWorld(house, delta=True)
