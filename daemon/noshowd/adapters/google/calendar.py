"""Google calendars as a `CalendarSource`.

The change feed is read with masters folded (small, exact); occurrences come from a bounded window with the server
expanding them. A change of a series as such is answered with the whole window, so that nothing has to be guessed
about which of its occurrences vanished.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.event_json import (
    ITEM_FIELDS,
    Event,
    EventPage,
    Unreadable,
    UnreadableError,
    read_event,
    read_page,
)
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.wire import entry, is_hold
from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Gone, ListingEnd, Page, Quarantined
from noshowd.ports.errors import CursorExpired, Permanent, Temporary

#: Raised whenever the queries below change: a token belongs to the query that made it.
_CURSOR_VERSION = 1
_LIST = Method(api="calendar", name="events.list", scope=Scope.READ_EVENTS)
_GET = Method(api="calendar", name="events.get", scope=Scope.READ_EVENTS)
# `nextPageToken` and `nextSyncToken` must be in every mask: without them a sync ends early and in silence.
_ENVELOPE = "accessRole,timeZone,nextPageToken,nextSyncToken"
_PAGE_FIELDS = f"{_ENVELOPE},items({ITEM_FIELDS})"
_PAGE_SIZE = 250
_LARGEST_PAGE = 2500
#: Roles that show when, but neither who nor where.
_TIMES_ONLY = frozenset({"none", "freeBusyReader"})


class GoogleCalendar:
    """Reads calendars, each in the name of its owner where that is possible."""

    def __init__(self, client: GoogleClient) -> None:
        self.account = client.account.name
        self._client = client
        #: Each calendar's own zone, learnt from its listings; all-day events need it.
        self._zones: dict[str, str] = {}

    async def changes(self, calendar: str, *, cursor: str | None, window: Span) -> AsyncIterator[Page | ListingEnd]:
        """What changed since the cursor; the whole window without one, and whenever a series changed as such.

        What changed comes wherever it lies now, so that a move out of the window is told as a move.
        """
        if cursor is None:
            token, whole = await self._new_token(calendar, window), True
        else:
            token, events, unreadable = await self._changed(calendar, _token(cursor))
            whole = any(_concerns_series(event) for event in events)
            told = [event for event in events if event.cancelled or not event.is_series]
            yield self._page(told, unreadable, calendar)
        if whole:
            async for page in self._window(calendar, window):
                yield page
        yield ListingEnd(complete=whole, window=window, cursor=json.dumps([_CURSOR_VERSION, token]))

    async def read(self, ref: EntryRef) -> CalendarEntry | Gone:
        """The event now. What Google no longer finds raises `Permanent`: it may be the right that is gone."""
        try:
            event = await self._client.read(
                _GET,
                subject=self._subject(ref.calendar),
                shape=read_event,
                calendarId=ref.calendar,
                eventId=ref.entry_id,
                fields=ITEM_FIELDS,
            )
            return Gone(ref=ref) if event.cancelled else self._entry(event, ref.calendar)
        except UnreadableError as error:
            raise Permanent(f"event_unreadable: {error}") from None

    def charged(self, calendar: str) -> str:
        """Whoever is acted for: a thousand shared calendars read by one mailbox are that mailbox's calls."""
        return self._subject(calendar)

    async def _new_token(self, calendar: str, window: Span) -> str:
        """A sync token as of now, fetched without the events: taken before the window is read, so that what
        changes in between is told twice rather than never.
        """
        since = _stamp(window.start)
        token = None
        async for page in self._pages(calendar, fields=_ENVELOPE, timeMin=since, maxResults=_LARGEST_PAGE):
            token = page.next_sync_token
        return _required(token)

    async def _changed(self, calendar: str, token: str) -> tuple[str, list[Event], list[Unreadable]]:
        """The next token, and the events that changed."""
        events: list[Event] = []
        unreadable: list[Unreadable] = []
        next_token = None
        async for page in self._pages(calendar, fields=_PAGE_FIELDS, syncToken=token):
            events += page.items
            unreadable += page.unreadable
            next_token = page.next_sync_token
        return _required(next_token), events, unreadable

    async def _window(self, calendar: str, window: Span) -> AsyncIterator[Page]:
        span = {"timeMin": _stamp(window.start), "timeMax": _stamp(window.end)}
        async for page in self._pages(calendar, fields=_PAGE_FIELDS, singleEvents=True, **span):
            yield self._page(page.items, page.unreadable, calendar)

    async def _pages(self, calendar: str, **query: Any) -> AsyncIterator[EventPage]:
        """Every page of a listing; only the page token says whether another follows."""
        asked = {"calendarId": calendar, "maxResults": _PAGE_SIZE, "prettyPrint": False, **query}
        try:
            while True:
                page = await self._client.read(_LIST, subject=self._subject(calendar), shape=read_page, **asked)
                if page.access_role in _TIMES_ONLY:
                    raise Permanent("calendar_shows_times_only")
                self._zones[calendar] = page.time_zone
                yield page
                if page.next_page_token is None:
                    return
                asked["pageToken"] = page.next_page_token
        except Refused as refused:
            # `invalid`: a token that Google never gave, or gave to another query.
            if refused.status == 410 or (refused.reason == "invalid" and "syncToken" in query):
                raise CursorExpired(refused.reason) from None
            raise

    def _page(self, events: Sequence[Event], unreadable: Sequence[Unreadable], calendar: str) -> Page:
        entries: list[CalendarEntry] = []
        gone: list[Gone] = []
        bad = [Quarantined(ref=self._ref(calendar, one.id), reason=one.reason) for one in unreadable]
        for event in events:
            if event.cancelled or is_hold(event):
                gone.append(Gone(ref=self._ref(calendar, event.id)))
                continue
            try:
                entries.append(self._entry(event, calendar))
            except UnreadableError as error:
                bad.append(Quarantined(ref=self._ref(calendar, event.id), reason=str(error)))
        return Page(entries=tuple(entries), gone=tuple(gone), quarantined=tuple(bad))

    def _ref(self, calendar: str, event_id: str) -> EntryRef:
        return EntryRef(account=self.account, calendar=calendar, entry_id=event_id)

    def _entry(self, event: Event, calendar: str) -> CalendarEntry:
        return entry(event, account=self.account, calendar=calendar, zone=self._zones.get(calendar, ""))

    def _subject(self, calendar: str) -> str:
        return self._client.sign_ins.subject(calendar)


def _concerns_series(event: Event) -> bool:
    """A series as such changed, or something is cancelled of which only the id is told: it may be one."""
    return event.is_series or (event.cancelled and event.recurring_event_id is None)


def _token(cursor: str) -> str:
    """Google's token in our cursor. Raises `CursorExpired` for one of another version or none at all."""
    try:
        version, token = json.loads(cursor)
    except (ValueError, TypeError):
        raise CursorExpired("cursor_unreadable") from None
    if version != _CURSOR_VERSION:
        raise CursorExpired("cursor_of_another_version")
    return str(token)


def _required(token: str | None) -> str:
    if not token:
        raise Temporary("listing_without_token")
    return token


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
