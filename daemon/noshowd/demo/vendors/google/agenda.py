"""What people do in their calendars: the control side of the simulated Google's calendars."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any

from noshowd.demo.vendors.google.calendars import Calendar, Calendars
from noshowd.demo.vendors.google.meetings import Meetings

Json = dict[str, Any]


class Agenda:
    """Creates, moves, cancels and answers events, from any thread. Unknown ids raise `KeyError`."""

    def __init__(self, calendars: Calendars, meetings: Meetings, now: Callable[[], datetime], lock: RLock) -> None:
        self._calendars = calendars
        self._meetings = meetings
        self._now = now
        self._lock = lock
        self._numbers = itertools.count(1)

    def add_calendar(
        self, calendar_id: str, *, owner: str | None = None, zone: str = "Europe/Berlin", summary: str = ""
    ) -> Calendar:
        """A calendar; without `owner` it is a person's primary one, named by address."""
        roles = {owner or calendar_id: "owner"}
        return self._calendars.add(Calendar(id=calendar_id, zone=zone, summary=summary or calendar_id, roles=roles))

    def share(self, calendar_id: str, user: str, role: str | None) -> None:
        """Give a user a role in a calendar, or take it away."""
        calendar = self._calendars.get(calendar_id)
        if calendar is None:
            raise KeyError(calendar_id)
        if role is None:
            calendar.roles.pop(user, None)
        else:
            calendar.roles[user] = role

    def add_event(
        self,
        organizer: str,
        summary: str,
        start: datetime,
        end: datetime,
        *,
        guests: tuple[str, ...] = (),
        meet: bool = True,
        **fields: Any,
    ) -> Json:
        """An event as its organiser's calendar holds it, with the organiser as an accepted attendee.

        `start` and `end` carry the zone they are meant in; further fields are taken as the API writes them.
        """
        number = next(self._numbers)
        event_id = hashlib.sha256(f"event {number}".encode()).hexdigest()[:26]
        attendees = [{"email": organizer, "organizer": True, "responseStatus": "accepted"}]
        attendees += [{"email": g, "responseStatus": "needsAction"} for g in guests]
        event: Json = {
            "id": event_id,
            "status": "confirmed",
            "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
            "summary": summary,
            "creator": {"email": organizer},
            "organizer": {"email": organizer},
            "start": moment(start),
            "end": moment(end),
            "iCalUID": f"{event_id}@google.com",
            "sequence": 0,
            "reminders": {"useDefault": True},
            "eventType": "default",
        }
        if guests:
            event["attendees"] = attendees
        if meet:
            event |= self._meetings.conference(owner=organizer)
        return self._publish({**event, **fields})

    def patch(self, event_id: str, **fields: Any) -> Json:
        """Change fields in every copy; the id of an occurrence makes an exception of it."""
        event = self.event(event_id)
        changed = {**event, **fields, "sequence": event.get("sequence", 0) + 1}
        if "recurringEventId" in event:
            changed.pop("recurrence", None)
        return self._publish(changed)

    def move(self, event_id: str, start: datetime, end: datetime) -> Json:
        return self.patch(event_id, start=moment(start), end=moment(end))

    def respond(self, event_id: str, who: str, answer: str) -> Json:
        """`answer` is `accepted`, `tentative`, `declined` or `needsAction`."""
        event = self.event(event_id)
        attendees = [{**a, "responseStatus": answer} if a["email"] == who else a for a in event["attendees"]]
        return self.patch(event_id, attendees=attendees)

    def cancel(self, event_id: str) -> None:
        with self._lock:
            self._calendars.cancel(self.event(event_id), self._now())

    def split(self, event_id: str, planned: datetime, start: datetime, **fields: Any) -> Json:
        """Move "this and following": the series ends before `planned`, another one with a new id begins at `start`."""
        old = self.event(event_id)
        length = datetime.fromisoformat(old["end"]["dateTime"]) - datetime.fromisoformat(old["start"]["dateTime"])
        until = planned.astimezone(UTC) - timedelta(seconds=1)
        self.patch(event_id, recurrence=[f"{old['recurrence'][0]};UNTIL={until:%Y%m%dT%H%M%SZ}"])
        new_id = f"{old['id']}r{next(self._numbers)}"
        moved = {"start": moment(start), "end": moment(start + length)}
        return self._publish({**old, "id": new_id, **moved, **fields})

    def occurrence(self, event_id: str, start: datetime) -> Json:
        """The occurrence of a series that was planned for `start`."""
        return self.event(f"{event_id}_{start.astimezone(UTC):%Y%m%dT%H%M%SZ}")

    def expire_sync_tokens(self, calendar_id: str) -> None:
        """The next use of any sync token of this calendar is answered with 410."""
        self._calendars.expire_sync_tokens(calendar_id)

    def _publish(self, event: Json) -> Json:
        with self._lock:
            return self._calendars.publish(event, self._now())

    def event(self, event_id: str) -> Json:
        """The organiser's copy of an event, or one occurrence of a series."""
        with self._lock:
            for calendar in self._calendars.all():
                event = calendar.find(event_id)
                if event is not None and event.get("organizer", {}).get("self"):
                    return event
        raise KeyError(event_id)


def moment(instant: datetime) -> Json:
    """An EventDateTime in the instant's own IANA zone (UTC where it has none)."""
    return {"dateTime": instant.isoformat(), "timeZone": getattr(instant.tzinfo, "key", "UTC")}
