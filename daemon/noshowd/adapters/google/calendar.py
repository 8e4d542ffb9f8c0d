"""Google calendars as a `CalendarSource`.

The change feed is read with masters folded (small, exact); occurrences come from a bounded window with the server
expanding them. A change of a series as such is answered with the whole window, so that nothing has to be guessed
about which of its occurrences vanished.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.wire import ITEM_FIELDS, UnreadableError, entry, is_cancelled, is_hold, is_master
from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Gone, ListingEnd, Page, Quarantined
from noshowd.ports.errors import CursorExpired, Permanent, Temporary

Json = dict[str, Any]
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
            token, items = await self._changed(calendar, _token(cursor))
            whole = any(_concerns_series(i) for i in items)
            yield self._page([i for i in items if is_cancelled(i) or not is_master(i)], calendar)
        if whole:
            async for page in self._window(calendar, window):
                yield page
        yield ListingEnd(complete=whole, window=window, cursor=json.dumps([_CURSOR_VERSION, token]))

    async def read(self, ref: EntryRef) -> CalendarEntry | Gone:
        """The event now. What Google no longer finds raises `Permanent`: it may be the right that is gone."""
        item = await self._client.call(
            _GET,
            subject=self._subject(ref.calendar),
            calendarId=ref.calendar,
            eventId=ref.entry_id,
            fields=ITEM_FIELDS,
        )
        if is_cancelled(item):
            return Gone(ref=ref)
        try:
            return self._entry(item, ref.calendar)
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
        token = ""
        async for page in self._pages(calendar, fields=_ENVELOPE, timeMin=since, maxResults=_LARGEST_PAGE):
            token = page.get("nextSyncToken", "")
        return _required(token)

    async def _changed(self, calendar: str, token: str) -> tuple[str, list[Json]]:
        """The next token, and the items that changed."""
        items: list[Json] = []
        next_token = ""
        async for page in self._pages(calendar, fields=_PAGE_FIELDS, syncToken=token):
            items += page.get("items", ())
            next_token = page.get("nextSyncToken", "")
        return _required(next_token), items

    async def _window(self, calendar: str, window: Span) -> AsyncIterator[Page]:
        span = {"timeMin": _stamp(window.start), "timeMax": _stamp(window.end)}
        async for page in self._pages(calendar, fields=_PAGE_FIELDS, singleEvents=True, **span):
            yield self._page(page.get("items", []), calendar)

    async def _pages(self, calendar: str, **query: Any) -> AsyncIterator[Json]:
        pages = self._client.pages(
            _LIST,
            subject=self._subject(calendar),
            calendarId=calendar,
            **{"maxResults": _PAGE_SIZE, "prettyPrint": False, **query},
        )
        try:
            async for page in pages:
                items = page.get("items", [])
                if "accessRole" not in page or not isinstance(items, list) or not all(map(_is_object, items)):
                    raise Temporary("listing_malformed")
                if page["accessRole"] in _TIMES_ONLY:
                    raise Permanent("calendar_shows_times_only")
                self._zones[calendar] = page.get("timeZone", "")
                yield page
        except Refused as refused:
            # `invalid`: a token that Google never gave, or gave to another query.
            if refused.status == 410 or (refused.reason == "invalid" and "syncToken" in query):
                raise CursorExpired(refused.reason) from None
            raise

    def _page(self, items: list[Json], calendar: str) -> Page:
        entries: list[CalendarEntry] = []
        gone: list[Gone] = []
        quarantined: list[Quarantined] = []
        for item in items:
            ref = EntryRef(account=self.account, calendar=calendar, entry_id=str(item.get("id", "")))
            if is_cancelled(item) or is_hold(item):
                gone.append(Gone(ref=ref))
                continue
            try:
                entries.append(self._entry(item, calendar))
            except UnreadableError as error:
                quarantined.append(Quarantined(ref=ref, reason=str(error)))
        return Page(entries=tuple(entries), gone=tuple(gone), quarantined=tuple(quarantined))

    def _entry(self, item: Json, calendar: str) -> CalendarEntry:
        return entry(item, account=self.account, calendar=calendar, zone=self._zones.get(calendar, ""))

    def _subject(self, calendar: str) -> str:
        return self._client.sign_ins.subject(calendar)


def _is_object(item: object) -> bool:
    return isinstance(item, dict)


def _concerns_series(item: Json) -> bool:
    """A series as such changed, or something is cancelled of which only the id is told: it may be one."""
    return is_master(item) or (is_cancelled(item) and "recurringEventId" not in item)


def _token(cursor: str) -> str:
    """Google's token in our cursor. Raises `CursorExpired` for one of another version or none at all."""
    try:
        version, token = json.loads(cursor)
    except (ValueError, TypeError):
        raise CursorExpired("cursor_unreadable") from None
    if version != _CURSOR_VERSION:
        raise CursorExpired("cursor_of_another_version")
    return str(token)


def _required(token: str) -> str:
    if not token:
        raise Temporary("listing_without_token")
    return token


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
