"""Marks of installations in Google calendars: an event each, which carries its mark in private properties."""

from __future__ import annotations

from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.wire import INSTALLATION_MARK
from noshowd.domain.installation import Mark, read, spelt
from noshowd.ports.marks import ENDS, STARTS, TEXT, TITLE, MarksAsEntries

Json = dict[str, Any]
#: Under the one scope that is needed to write: a person who signed in has given no other.
_LIST = Method(api="calendar", name="events.list", scope=Scope.WRITE_EVENTS)
_INSERT = Method(api="calendar", name="events.insert", scope=Scope.WRITE_EVENTS, writing=True)
_PATCH = Method(api="calendar", name="events.patch", scope=Scope.WRITE_EVENTS)
_DELETE = Method(api="calendar", name="events.delete", scope=Scope.WRITE_EVENTS, answers=False)
#: Searched for with this value; the other property holds the mark itself.
_IS_ONE = "mark"
_SAYS = "noshowd-says"
_FIELDS = "nextPageToken,items(id,extendedProperties/private)"
#: Nobody is invited, and so nobody is written to; said all the same (facts, 1.4).
_QUIETLY: Json = {"sendUpdates": "none"}


class GoogleMarks(MarksAsEntries[str]):
    """Needs the right that accepted times are entered with."""

    def __init__(self, client: GoogleClient) -> None:
        self.account = client.account.name
        self._client = client

    async def entries(self, calendar: str) -> list[tuple[str, Mark]]:
        pages = self._client.pages(
            _LIST,
            subject=self._client.sign_ins.subject(calendar),
            calendarId=calendar,
            privateExtendedProperty=f"{INSTALLATION_MARK}={_IS_ONE}",
            timeMin=STARTS.isoformat(),
            timeMax=ENDS.isoformat(),
            fields=_FIELDS,
        )
        events = [event async for page in pages for event in page.get("items", ())]
        told = ((event["id"], read(_said(event))) for event in events)
        return [(event_id, mark) for event_id, mark in told if mark is not None]

    async def add(self, calendar: str, mark: Mark) -> None:
        await self._call(_INSERT, calendar, body=_event(mark), fields="id")

    async def change(self, calendar: str, entry: str, mark: Mark) -> None:
        body = {"extendedProperties": _properties(mark)}
        await self._call(_PATCH, calendar, eventId=entry, body=body, fields="id")

    async def delete(self, calendar: str, entry: str) -> None:
        try:
            await self._call(_DELETE, calendar, eventId=entry)
        except Refused as refused:
            if refused.status not in (404, 410):
                raise

    async def _call(self, method: Method, calendar: str, **parameters: Any) -> Json:
        subject = self._client.sign_ins.subject(calendar)
        return await self._client.call(method, subject=subject, calendarId=calendar, **_QUIETLY, **parameters)


def _event(mark: Mark) -> Json:
    return {
        "summary": TITLE.format(installation=mark.short),
        "description": TEXT.format(installation=mark.short),
        "start": {"dateTime": STARTS.isoformat()},
        "end": {"dateTime": ENDS.isoformat()},
        "visibility": "private",
        "transparency": "transparent",
        "reminders": {"useDefault": False},
        "extendedProperties": _properties(mark),
    }


def _said(event: Json) -> str:
    return str(event.get("extendedProperties", {}).get("private", {}).get(_SAYS, ""))


def _properties(mark: Mark) -> Json:
    return {"private": {INSTALLATION_MARK: _IS_ONE, _SAYS: spelt(mark)}}
