"""Marks of installations in Google calendars: an event each, which carries its mark in private properties."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.wire import INSTALLATION_MARK
from noshowd.domain.installation import Mark, read, spelt
from noshowd.ports.marks import ENDS, STARTS, TEXT, TITLE

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


class GoogleMarks:
    """Needs the right that accepted times are entered with."""

    def __init__(self, client: GoogleClient) -> None:
        self.account = client.account.name
        self._client = client

    async def marks(self, calendar: str) -> tuple[Mark, ...]:
        return tuple([mark async for _, mark in self._found(calendar)])

    async def leave(self, calendar: str, mark: Mark) -> None:
        found = await self._of(calendar, mark.installation)
        if not found:
            await self._call(_INSERT, calendar, body=_event(mark), fields="id")
            return
        body = {"extendedProperties": _properties(mark)}
        await self._call(_PATCH, calendar, eventId=found[0], body=body, fields="id")
        for more in found[1:]:  # of workers that left theirs at the same moment
            await self._delete(calendar, more)

    async def take_away(self, calendar: str, installation: str) -> None:
        for one in await self._of(calendar, installation):
            await self._delete(calendar, one)

    async def _of(self, calendar: str, installation: str) -> list[str]:
        return [event_id async for event_id, mark in self._found(calendar) if mark.installation == installation]

    async def _found(self, calendar: str) -> AsyncIterator[tuple[str, Mark]]:
        pages = self._client.pages(
            _LIST,
            subject=self._client.sign_ins.subject(calendar),
            calendarId=calendar,
            privateExtendedProperty=f"{INSTALLATION_MARK}={_IS_ONE}",
            timeMin=STARTS.isoformat(),
            timeMax=ENDS.isoformat(),
            fields=_FIELDS,
        )
        async for page in pages:
            for event in page.get("items", ()):
                mark = read(event.get("extendedProperties", {}).get("private", {}).get(_SAYS, ""))
                if mark is not None:
                    yield event["id"], mark

    async def _delete(self, calendar: str, event_id: str) -> None:
        try:
            await self._call(_DELETE, calendar, eventId=event_id)
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


def _properties(mark: Mark) -> Json:
    return {"private": {INSTALLATION_MARK: _IS_ONE, _SAYS: spelt(mark)}}
