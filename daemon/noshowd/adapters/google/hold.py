"""Time kept free in somebody's own calendar for a call-back: private, without guests, and no meeting to watch."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.event_ids import own_id
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.wire import HOLD_MARK
from noshowd.ports.channel import Parcel
from noshowd.ports.errors import VendorError

Json = dict[str, Any]
_INSERT = Method(api="calendar", name="events.insert", scope=Scope.WRITE_EVENTS, writing=True)
_PATCH = Method(api="calendar", name="events.patch", scope=Scope.WRITE_EVENTS)
_DELETE = Method(api="calendar", name="events.delete", scope=Scope.WRITE_EVENTS, answers=False)
#: Nobody is invited, and so nobody is written to; said all the same (facts, 1.4).
_QUIETLY: Json = {"sendUpdates": "none"}


class CallBackHold:
    """Keeps `length` free from the moment a task is due; nothing without a length.

    A convenience: what goes wrong here stops no task.
    """

    def __init__(self, client: GoogleClient, length: timedelta | None) -> None:
        self._client = client
        self._length = length

    async def put(self, owner: str, parcel: Parcel) -> str | None:
        """The id of the event, the same for the same parcel; None where there is no time to keep."""
        if parcel.due is None or self._length is None:
            return None
        made = own_id(owner, f"{parcel.key}/hold", 0)
        with suppress(VendorError):  # it may be there all the same: its id is kept, so that it can be taken back
            await self._insert(owner, parcel, parcel.due, self._length, made)
        return made

    async def renew(self, owner: str, hold: str, parcel: Parcel) -> None:
        """The task has changed, and so may its time have."""
        if parcel.due is None or self._length is None:
            return
        body = {"summary": parcel.subject, **_times(parcel.due, self._length, parcel.zone)}
        asked = {"calendarId": owner, "eventId": hold, "body": body, "fields": "id", **_QUIETLY}
        with suppress(VendorError):  # somebody may have taken it off the calendar
            await self._client.call(_PATCH, subject=owner, **asked)

    async def remove(self, owner: str, hold: str) -> None:
        """Fine when it is gone already. Raises as any call."""
        try:
            await self._client.call(_DELETE, subject=owner, calendarId=owner, eventId=hold, **_QUIETLY)
        except Refused as refused:
            if refused.status not in (404, 410):
                raise

    async def _insert(self, owner: str, parcel: Parcel, due: datetime, length: timedelta, made: str) -> None:
        body: Json = {
            "id": made,
            "summary": parcel.subject,
            "description": parcel.text,
            "visibility": "private",
            "extendedProperties": {"private": {HOLD_MARK: parcel.key}},
            **_times(due, length, parcel.zone),
        }
        await self._client.call(_INSERT, subject=owner, calendarId=owner, body=body, fields="id", **_QUIETLY)


def _times(due: datetime, length: timedelta, zone: str | None) -> Json:
    return {
        "start": {"dateTime": due.isoformat(), "timeZone": zone or "UTC"},
        "end": {"dateTime": (due + length).isoformat(), "timeZone": zone or "UTC"},
    }
