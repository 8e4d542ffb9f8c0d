"""What the calendar suite works with: a vendor's world with its levers, and a mirror that follows its listings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from noshowd.domain.entry import CalendarEntry, EntryStatus
from noshowd.domain.spans import Span
from noshowd.ports.calendar import CalendarSource, Gone, ListingEnd, Page, Quarantined

BERLIN = ZoneInfo("Europe/Berlin")
#: Monday to Sunday of the week in which Berlin goes to summer time (29 March).
WINDOW = Span(start=datetime(2026, 3, 23, tzinfo=UTC), end=datetime(2026, 3, 30, tzinfo=UTC))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in March 2026, Berlin time."""
    return datetime(2026, 3, day, hour, minute, tzinfo=BERLIN)


class CalendarWorld(ABC):
    """One vendor's calendar and levers on its simulated server. `add...` return a handle for later changes."""

    source: CalendarSource
    #: How the source names the one calendar that is listed.
    calendar: str

    @abstractmethod
    def add(self, title: str, start: datetime, end: datetime) -> str:
        """A single event; `start` says the zone."""

    @abstractmethod
    def add_daily(self, title: str, start: datetime, end: datetime, *, times: int) -> str:
        """A series, one occurrence a day, at the same wall-clock time."""

    @abstractmethod
    def add_all_day(self, title: str, day: date) -> str:
        """An event without times."""

    @abstractmethod
    def move(self, handle: str, start: datetime, end: datetime) -> None:
        """Move a single event."""

    @abstractmethod
    def move_occurrence(self, handle: str, planned: datetime, start: datetime, end: datetime) -> None:
        """Move the one occurrence of a series that was planned for `planned`."""

    @abstractmethod
    def cancel(self, handle: str) -> None:
        """Call off an event or a whole series."""

    @abstractmethod
    def cancel_occurrence(self, handle: str, planned: datetime) -> None:
        """Call off one occurrence of a series."""

    @abstractmethod
    def spoil(self, handle: str) -> None:
        """The event is told so that no sense can be made of it (no start)."""

    @abstractmethod
    def name_unknown_zone(self, handle: str) -> None:
        """The event names a zone that nobody knows, beside times that are plain."""

    @abstractmethod
    def short_pages(self, size: int) -> None:
        """From now on a page holds no more than `size` events."""

    @abstractmethod
    def fail_page(self, number: int) -> None:
        """The page of this number, counted from 1, of the next listing is answered with a server error."""

    @abstractmethod
    def expire_cursor(self) -> None:
        """The place in the change feed is forgotten (never asked of a vendor that gives no cursor)."""

    @abstractmethod
    def throttle(self, seconds: int) -> None:
        """The next request is answered with 429 and `Retry-After`."""

    def wait(self, span: timedelta) -> None:  # noqa: B027 - nothing to do for most
        """`span` passes; override it where the source keeps what it was asked to wait for."""

    @abstractmethod
    def revoke(self) -> None:
        """The credentials are no longer accepted."""


@dataclass(slots=True)
class Mirror:
    """What a caller holds who applies listings as the port says."""

    entries: dict[str, CalendarEntry] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    cursor: str | None = None
    #: Whether the last listing was a full one.
    complete: bool = False

    async def follow(self, world: CalendarWorld) -> None:
        """One listing, applied as a whole or not at all."""
        pages: list[Page] = []
        ends: list[ListingEnd] = []
        async for part in world.source.changes(world.calendar, cursor=self.cursor, window=WINDOW):
            assert not ends, "nothing follows the end of a listing"
            if isinstance(part, Page):
                pages.append(part)
            else:
                ends.append(part)
        (end,) = ends
        self._apply(pages, end)

    def _apply(self, pages: list[Page], end: ListingEnd) -> None:
        if end.complete:
            self.entries.clear()
        for page in pages:
            for gone in page.gone:
                self.entries.pop(gone.ref.entry_id, None)
            for entry in page.entries:
                inside = entry.end > end.window.start and entry.start < end.window.end
                if inside or entry.ref.entry_id in self.entries:
                    self.entries[entry.ref.entry_id] = entry
        self.gone = [gone for page in pages for gone in page.gone]
        self.quarantined = [bad for page in pages for bad in page.quarantined]
        self.cursor, self.complete = end.cursor, end.complete

    def named(self, title: str) -> list[CalendarEntry]:
        """What still stands under this title, in order."""
        found = (e for e in self.entries.values() if e.title == title and e.status is not EntryStatus.CANCELLED)
        return sorted(found, key=lambda entry: entry.start)
