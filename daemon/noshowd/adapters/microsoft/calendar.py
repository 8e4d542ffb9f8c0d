"""Calendars of the tenant's mailboxes, by calendar view: complete objects, no state to lose."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from noshowd.adapters.microsoft.delta import Feed, Place
from noshowd.adapters.microsoft.graph import Graph, segment
from noshowd.adapters.microsoft.pacing import Urgency
from noshowd.adapters.microsoft.refusals import NotThere
from noshowd.adapters.microsoft.wire import FIELDS, Malformed, entry, instant
from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Gone, ListingEnd, Page, Quarantined
from noshowd.ports.errors import CursorExpired, Permanent

_PAGE = "100"


class GraphCalendar:
    """Reads the primary calendar of each mailbox; `calendar` is the mailbox's address.

    Every listing is complete in its window: the change feed of Graph tells occurrences without subject, people or join
    address and says "deleted" of what merely lies outside. With `delta` the feed is asked all the same, but only
    whether anything changed; what did is then read as a whole, and once an hour without being told.
    Needs the application right Calendars.Read.
    """

    def __init__(self, graph: Graph, *, delta: bool = False) -> None:
        self.account = graph.settings.account
        self._graph = graph
        self._feed = Feed(graph) if delta else None

    async def changes(self, calendar: str, *, cursor: str | None, window: Span) -> AsyncIterator[Page | ListingEnd]:
        place, changed = await self._place(calendar, cursor, window)
        if not changed:
            yield ListingEnd(complete=False, window=window, cursor=place.cursor if place else None)
            return
        query = {
            "startDateTime": instant(window.start),
            "endDateTime": instant(window.end),
            "$select": FIELDS,
            "$top": _PAGE,
        }
        path = f"{self._graph.user(calendar)}/calendarView"
        async for events in self._graph.pages(path, query, urgency=Urgency.LISTING):
            yield self._page(calendar, events)
        yield ListingEnd(complete=True, window=window, cursor=place.cursor if place else None)

    async def read(self, ref: EntryRef) -> CalendarEntry | Gone:
        path = f"{self._graph.user(ref.calendar)}/events/{segment(ref.entry_id)}"
        try:
            event = await self._graph.get(path, {"$select": FIELDS}, urgency=Urgency.SEND)
        except NotThere:
            return Gone(ref=ref)
        try:
            return entry(event, ref)
        except Malformed as error:
            raise Permanent(str(error)) from error

    async def _place(self, calendar: str, cursor: str | None, window: Span) -> tuple[Place | None, bool]:
        """Where the change feed stands, taken before the calendar is read, and whether it has to be read."""
        if self._feed is None:
            if cursor is not None:
                raise CursorExpired("listings of Graph have no cursor to go on from")
            return None, True
        now = self._graph.clock.now()
        if cursor is None:
            return await self._feed.opened(calendar, window, now), True
        return await self._feed.moved_on(Place.read(cursor), now)

    def _page(self, calendar: str, events: list[dict[str, Any]]) -> Page:
        """One bad event is set aside with its reason, the others go on."""
        entries, quarantined = [], []
        for event in events:
            ref = EntryRef(account=self.account, calendar=calendar, entry_id=str(event.get("id")))
            try:
                entries.append(entry(event, ref))
            except Malformed as error:
                quarantined.append(Quarantined(ref=ref, reason=str(error)))
        return Page(entries=tuple(entries), quarantined=tuple(quarantined))
