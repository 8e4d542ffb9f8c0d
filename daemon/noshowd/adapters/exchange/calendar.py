"""Calendars of the mailboxes by calendar view: occurrences expanded, complete in the window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

from exchangelib import EWSDateTime
from exchangelib.errors import ErrorItemNotFound

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.sync import Place, follow
from noshowd.adapters.exchange.wire import FIELDS, Malformed, entry
from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Gone, ListingEnd, Page, Quarantined
from noshowd.ports.errors import CursorExpired, Permanent


class ExchangeCalendar:
    """`calendar` is the mailbox's address. Every listing with entries is complete in its window.

    SyncFolderItems does not expand series. With `delta` it is asked all the same, but only whether anything changed;
    what did is then read as a whole, and once an hour without being told.
    """

    def __init__(self, client: ExchangeClient, *, delta: bool = False) -> None:
        self.account = client.settings.account
        self._client = client
        self._delta = delta

    async def changes(self, calendar: str, *, cursor: str | None, window: Span) -> AsyncIterator[Page | ListingEnd]:
        place, changed = await self._place(calendar, cursor, window)
        following = place.cursor if place else None
        if not changed:
            yield ListingEnd(complete=False, window=window, cursor=following)
            return
        start, end = EWSDateTime.from_datetime(window.start), EWSDateTime.from_datetime(window.end)
        items = await self._client.run(calendar, lambda account: list(account.calendar.view(start, end).only(*FIELDS)))
        yield self._page(calendar, items)
        yield ListingEnd(complete=True, window=window, cursor=following)

    async def read(self, ref: EntryRef) -> CalendarEntry | Gone:
        found = await self._client.run(
            ref.calendar,
            lambda account: next(
                iter(account.fetch([(ref.entry_id, None)], folder=account.calendar, only_fields=FIELDS))
            ),
        )
        if isinstance(found, ErrorItemNotFound):
            return Gone(ref=ref)
        if isinstance(found, Exception):
            raise self._client.word_for(found)
        try:
            return entry(found, ref)
        except Malformed as error:
            raise Permanent(str(error)) from error

    async def _place(self, calendar: str, cursor: str | None, window: Span) -> tuple[Place | None, bool]:
        """Where the change feed stands, taken before the calendar is read, and whether it has to be read."""
        if not self._delta:
            if cursor is not None:
                raise CursorExpired("listings of Exchange have no cursor to go on from")
            return None, True
        known = None if cursor is None else Place.read(cursor)
        state, told = await self._client.run(calendar, partial(follow, state=known.state if known else None))
        if known is not None and not told and known.reaches(window):
            return replace(known, state=state), False
        return Place(state=state, read_to=window.end), True

    def _page(self, calendar: str, items: list[Any]) -> Page:
        """What vanished between finding and getting is left out; one bad item is set aside."""
        entries, quarantined = [], []
        for item in items:
            if isinstance(item, ErrorItemNotFound):
                continue
            if isinstance(item, Exception):
                raise self._client.word_for(item)
            ref = EntryRef(account=self.account, calendar=calendar, entry_id=item.id)
            try:
                entries.append(entry(item, ref))
            except Malformed as error:
                quarantined.append(Quarantined(ref=ref, reason=str(error)))
        return Page(entries=tuple(entries), quarantined=tuple(quarantined))
