"""Google calendars as a `CalendarSource`.

The change feed is read with masters folded (small, exact); occurrences come from a bounded window with the server
expanding them. A change of a series as such is answered with the whole window, so that nothing has to be guessed
about which of its occurrences vanished.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.wire import ITEM_FIELDS, UnreadableError, entry, is_cancelled, is_master
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
#: Roles that show when, but neither who nor where.
_TIMES_ONLY = frozenset({"none", "freeBusyReader"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cursor:
    """Google's sync token and the window whose occurrences the mirror holds."""

    token: str
    window: Span

    def text(self) -> str:
        span = (self.window.start.isoformat(), self.window.end.isoformat())
        return json.dumps([_CURSOR_VERSION, self.token, *span])

    @classmethod
    def read(cls, text: str) -> _Cursor:
        """Raises `CursorExpired` for a cursor of another version or none at all."""
        try:
            version, token, start, end = json.loads(text)
            window = Span(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
        except (ValueError, TypeError):
            raise CursorExpired("cursor_unreadable") from None
        if version != _CURSOR_VERSION:
            raise CursorExpired("cursor_of_another_version")
        return cls(token=token, window=window)


class GoogleCalendar:
    """Reads calendars, each in the name of its owner where that is possible."""

    def __init__(self, client: GoogleClient) -> None:
        self.account = client.account.name
        self._client = client
        #: Each calendar's own zone, learnt from its listings; all-day events need it.
        self._zones: dict[str, str] = {}

    async def changes(self, calendar: str, *, cursor: str | None, window: Span) -> AsyncIterator[Page | ListingEnd]:
        """The whole window without a cursor or when a series changed; else what changed and what came into it.

        Cheapest when `window.end` moves in steps: each step costs one more request.
        """
        if cursor is None:
            token = await self._new_token(calendar, window)
            async for page in self._window(calendar, window):
                yield page
            yield _end(complete=True, window=window, token=token)
            return
        before = _Cursor.read(cursor)
        token, items = await self._changed(calendar, before.token)
        yield self._changes_page(items, calendar, window)
        whole = window.start < before.window.start or any(_concerns_series(i) for i in items)
        missing = window if whole else Span(start=min(before.window.end, window.end), end=window.end)
        if missing.length:
            async for page in self._window(calendar, missing):
                yield page
        yield _end(complete=whole, window=window, token=token)

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

    async def _new_token(self, calendar: str, window: Span) -> str:
        """A sync token as of now, fetched without the events: taken before the window is read, so that what
        changes in between is told twice rather than never.
        """
        since = _stamp(window.start)
        token = ""
        async for page in self._pages(calendar, fields=_ENVELOPE, timeMin=since):
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
            maxResults=_PAGE_SIZE,
            prettyPrint=False,
            **query,
        )
        try:
            async for page in pages:
                if "accessRole" not in page:
                    raise Temporary("listing_without_envelope")
                if page["accessRole"] in _TIMES_ONLY:
                    raise Permanent("calendar_shows_times_only")
                self._zones[calendar] = page.get("timeZone", "")
                yield page
        except Refused as refused:
            # `invalid`: a token that Google never gave, or gave to another query.
            if refused.status == 410 or (refused.reason == "invalid" and "syncToken" in query):
                raise CursorExpired(refused.reason) from None
            raise

    def _changes_page(self, items: list[Json], calendar: str, window: Span) -> Page:
        """What changed, series as such left out; what now lies outside the window is gone from it."""
        page = self._page([i for i in items if is_cancelled(i) or not is_master(i)], calendar)
        inside = tuple(e for e in page.entries if e.end > window.start and e.start < window.end)
        moved_out = tuple(Gone(ref=e.ref) for e in page.entries if e not in inside)
        return replace(page, entries=inside, gone=page.gone + moved_out)

    def _page(self, items: list[Json], calendar: str) -> Page:
        entries: list[CalendarEntry] = []
        gone: list[Gone] = []
        quarantined: list[Quarantined] = []
        for item in items:
            ref = EntryRef(account=self.account, calendar=calendar, entry_id=str(item.get("id", "")))
            if is_cancelled(item):
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


def _concerns_series(item: Json) -> bool:
    """A series as such changed, or something is cancelled of which only the id is told: it may be one."""
    return is_master(item) or (is_cancelled(item) and "recurringEventId" not in item)


def _end(*, complete: bool, window: Span, token: str) -> ListingEnd:
    return ListingEnd(complete=complete, window=window, cursor=_Cursor(token=token, window=window).text())


def _required(token: str) -> str:
    if not token:
        raise Temporary("listing_without_token")
    return token


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
