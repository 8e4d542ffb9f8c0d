"""Appointments written into Google calendars, once for each key whatever happens on the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import QUOTA_EXCEEDED, Refused
from noshowd.adapters.google.event_ids import own_id
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.wire import HAS_MARKUP
from noshowd.domain.entry import EntryRef
from noshowd.ports.calendar import NewEvent
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Changed, Permanent, Temporary

Json = dict[str, Any]
_GET = Method(api="calendar", name="events.get", scope=Scope.WRITE_EVENTS)
_INSERT = Method(api="calendar", name="events.insert", scope=Scope.WRITE_EVENTS, writing=True)
_PATCH = Method(api="calendar", name="events.patch", scope=Scope.WRITE_EVENTS, writing=True)
_DELETE = Method(api="calendar", name="events.delete", scope=Scope.WRITE_EVENTS, writing=True, answers=False)
#: Private property that holds our key: only this copy carries it, guests do not see it.
_MARK = "noshowd"
_FIELDS = "id,status,etag,start,description,conferenceData/conferenceId,extendedProperties/private"
_ATTEMPTS = 3


class GoogleCalendarWriter:
    """Creates with an id of our own, moves with the etag it has read.

    Whom Google has closed for writing (`quotaExceeded`) is left alone until that is over; others write on.
    """

    platform: str | None = "google_meet"

    def __init__(self, client: GoogleClient, clock: Clock) -> None:
        self.account = client.account.name
        self._client = client
        self._clock = clock
        #: Until when each of our people is left alone, on the clock's monotonic scale.
        self._closed: dict[str, float] = {}

    async def write(self, calendar: str, event: NewEvent) -> EntryRef:
        """Every way to write passes `sendUpdates` and keeps the conference (facts, 1.4)."""
        if event.moves is None:
            event_id = await self._create(calendar, event)
        else:
            calendar, event_id = event.moves.calendar, event.moves.entry_id
            await self._move(calendar, event_id, event)
        return EntryRef(account=self.account, calendar=calendar, entry_id=event_id)

    async def remove(self, ref: EntryRef, *, notify: bool) -> None:
        """Take an appointment of ours off the calendar; fine when it is gone already. Raises as `write`."""
        try:
            await self._write(
                _DELETE, ref.calendar, calendarId=ref.calendar, eventId=ref.entry_id, sendUpdates=_updates(notify)
            )
        except Refused as refused:
            if refused.status not in (404, 410):
                raise

    async def _create(self, calendar: str, event: NewEvent) -> str:
        """A 409 is probably ours; an id whose event was deleted stays taken, so the next attempt has another."""
        for attempt in range(_ATTEMPTS):
            made = own_id(calendar, event.key, attempt)
            body = {**_times(event), **_words(event), **_marks(event), "id": made}
            if event.with_conference:
                body |= _fresh_conference(made)
            try:
                await self._call(_INSERT, calendar, event, body=body)
            except Refused as refused:
                if refused.status != 409:
                    raise
                found = await self._get(calendar, made)
                if _is_marked(found, event):
                    if found["status"] != "cancelled":
                        return made
                    continue
                raise Permanent("event_id_taken") from None
            return made
        raise Permanent("event_deleted_again_and_again")

    async def _move(self, calendar: str, event_id: str, event: NewEvent) -> None:
        for _ in range(_ATTEMPTS):
            found = await self._get(calendar, event_id)
            if found["status"] == "cancelled":
                raise Changed("event_is_cancelled")
            if _is_marked(found, event):
                return
            if event.expected_start is not None and _start(found) != event.expected_start:
                raise Changed("event_was_moved")
            body = {**_times(event), **_marks(event), **_with_note(found, event.note)}
            if event.with_conference and "conferenceData" not in found:
                body |= _fresh_conference(own_id(calendar, event.key, 0))
            try:
                await self._call(
                    _PATCH, calendar, event, eventId=event_id, body=body, headers={"If-Match": found["etag"]}
                )
            except Refused as refused:
                if refused.status != 412:
                    raise
            else:
                return
        raise Temporary("event_changes_all_the_time")

    async def _get(self, calendar: str, event_id: str) -> Json:
        subject = self._client.sign_ins.subject(calendar)
        return await self._client.call(_GET, subject=subject, calendarId=calendar, eventId=event_id, fields=_FIELDS)

    async def _call(self, method: Method, calendar: str, event: NewEvent, **parameters: Any) -> Json:
        return await self._write(
            method,
            calendar,
            calendarId=calendar,
            conferenceDataVersion=1,
            sendUpdates=_updates(event.notify),
            fields="id",
            **parameters,
        )

    async def _write(self, method: Method, calendar: str, **parameters: Any) -> Json:
        """One request that changes something, unless Google has closed this person's calendars for writing."""
        subject = self._client.sign_ins.subject(calendar)
        left = self._closed.get(subject, 0.0) - self._clock.monotonic()
        if left > 0:
            raise Temporary("writing_paused", retry_after=timedelta(seconds=left))
        try:
            return await self._client.call(method, subject=subject, **parameters)
        except Temporary as error:
            if error.reason == QUOTA_EXCEEDED and error.retry_after is not None:
                self._closed[subject] = self._clock.monotonic() + error.retry_after.total_seconds()
            raise


def _updates(notify: bool) -> str:  # noqa: FBT001 - the port's own word, turned into Google's
    return "all" if notify else "none"


def _times(event: NewEvent) -> Json:
    return {
        "start": {"dateTime": event.start.isoformat(), "timeZone": event.zone},
        "end": {"dateTime": event.end.isoformat(), "timeZone": event.zone},
    }


def _words(event: NewEvent) -> Json:
    return {
        "summary": event.title,
        "description": event.description,
        "location": event.location,
        "attendees": [{"email": address} for address in event.attendees],
    }


def _start(found: Json) -> datetime | None:
    """When the event begins; None for one that has whole days."""
    at = found["start"].get("dateTime")
    return None if at is None else datetime.fromisoformat(at)


def _with_note(found: Json, note: str) -> Json:
    """The event's text with a line below it, in the event's own way of writing: Google allows HTML there."""
    if not note:
        return {}
    text = found.get("description") or ""
    if HAS_MARKUP.search(text):
        return {"description": f"{text}<br><br>{escape(note)}"}
    return {"description": f"{text}\n\n{note}".strip()}


def _marks(event: NewEvent) -> Json:
    return {"extendedProperties": {"private": {_MARK: event.key}}}


def _is_marked(found: Json, event: NewEvent) -> bool:
    return bool(found.get("extendedProperties", {}).get("private", {}).get(_MARK) == event.key)


def _fresh_conference(request_id: str) -> Json:
    """A new Meet room: reusing another event's would let its guests in (facts, 1.4)."""
    return {
        "conferenceData": {
            "createRequest": {"requestId": request_id, "conferenceSolutionKey": {"type": "hangoutsMeet"}}
        }
    }
