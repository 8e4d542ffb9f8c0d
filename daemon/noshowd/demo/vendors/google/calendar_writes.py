"""Calendar v3, writing: events.insert, events.patch and events.delete with ids, etags and notices."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from noshowd.demo.vendors.google.calendars import Calendar, Calendars
from noshowd.demo.vendors.google.call import Call, Handler
from noshowd.demo.vendors.google.meetings import Meetings
from noshowd.demo.vendors.google.refusals import Refusal, invalid, not_found

Json = dict[str, Any]
_CLIENT_ID = re.compile(r"[a-v0-9]{5,1024}")
#: What an attendee may change in a copy that is not theirs.
_OWN_FIELDS = frozenset({"attendees", "attendeesOmitted", "extendedProperties", "reminders", "colorId", "transparency"})


class CalendarWrites:
    """The writing methods of `calendar.events`. `notices` lists the invitation mails Google would send."""

    def __init__(self, calendars: Calendars, meetings: Meetings) -> None:
        self._calendars = calendars
        self._meetings = meetings
        #: Event id, what `sendUpdates` said and whom it would reach.
        self.notices: list[tuple[str, str, tuple[str, ...]]] = []

    def handlers(self) -> dict[str, Handler]:
        return {
            "calendar.events.insert": self.insert,
            "calendar.events.patch": self.patch,
            "calendar.events.delete": self.delete,
        }

    def insert(self, call: Call) -> Json:
        calendar = self._writable(call)
        body = dict(call.body)
        if not {"start", "end"} <= body.keys():
            raise Refusal(400, "required", "Missing end time." if "start" in body else "Missing start time.")
        if body.get("attendees") and not call.grant.delegated:
            raise Refusal(
                403,
                "forbiddenForServiceAccounts",
                "Service accounts cannot invite attendees without delegation.",
            )
        event_id = body.get("id") or hashlib.sha256(f"{calendar.id} {len(calendar.events)}".encode()).hexdigest()[:26]
        if not _CLIENT_ID.fullmatch(event_id):
            raise invalid("Invalid resource id value.", location="id")
        if event_id in calendar.events:
            raise Refusal(409, "duplicate", "The requested identifier already exists.")
        event = {
            "status": "confirmed",
            "eventType": "default",
            "sequence": 0,
            "iCalUID": f"{event_id}@google.com",
            "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
            **{k: v for k, v in body.items() if v is not None},
            "id": event_id,
            "creator": {"email": call.user},
            "organizer": {"email": calendar.id},
        }
        made = self._calendars.publish(self._with_conference(event, {}, call), call.now)
        self._notify(made, call)
        return made

    def patch(self, call: Call) -> Json:
        calendar = self._writable(call)
        event = self._existing(calendar, call)
        merged = _merge(event, call.body)
        if not event.get("organizer", {}).get("self"):
            return self._patch_own_copy(calendar, event, merged, call)
        merged["sequence"] = event.get("sequence", 0) + 1
        made = self._calendars.publish(self._with_conference(merged, event, call), call.now)
        self._notify(made, call)
        return made

    def delete(self, call: Call) -> None:
        calendar = self._writable(call)
        event = self._existing(calendar, call)
        if event["status"] == "cancelled":
            raise Refusal(410, "deleted", "Resource has been deleted")
        if event.get("organizer", {}).get("self"):
            self._calendars.cancel(event, call.now)
        else:
            self._calendars.put(calendar, {**event, "status": "cancelled"}, call.now)
        self._notify(event, call)

    def _patch_own_copy(self, calendar: Calendar, event: Json, merged: Json, call: Call) -> Json:
        """An attendee's copy: marks and reminders stay here, the answer reaches the organiser."""
        if not call.body.keys() <= _OWN_FIELDS and not event.get("guestsCanModify"):
            raise Refusal(403, "forbiddenForNonOrganizer", "Shared properties can only be changed by the organizer.")
        made = self._calendars.put(calendar, merged, call.now)
        home = self._calendars.get(event["organizer"]["email"])
        original = home.find(event["id"]) if home else None
        answer = next((a.get("responseStatus") for a in made.get("attendees", ()) if a["email"] == calendar.id), None)
        if original is not None and answer is not None:
            attendees = [
                {**a, "responseStatus": answer} if a["email"] == calendar.id else a
                for a in original.get("attendees", ())
            ]
            self._calendars.publish({**original, "attendees": attendees}, call.now)
        return made

    def _writable(self, call: Call) -> Calendar:
        calendar, role = self._calendars.open(call.path["calendarId"], call.user)
        if role not in ("owner", "writer"):
            raise Refusal(403, "requiredAccessLevel", "You need to have writer access to this calendar.")
        return calendar

    def _existing(self, calendar: Calendar, call: Call) -> Json:
        event = calendar.find(call.path["eventId"])
        if event is None:
            raise not_found()
        expected = call.headers.get("if-match")
        if expected not in (None, "*", event.get("etag")):
            raise Refusal(412, "conditionNotMet", "Precondition Failed", location="If-Match")
        return event

    def _with_conference(self, event: Json, before: Json, call: Call) -> Json:
        """Conference data counts only with `conferenceDataVersion=1`; a create request makes a new space."""
        if call.query.get("conferenceDataVersion", 0) != 1:
            kept = {k: v for k, v in event.items() if k not in ("conferenceData", "hangoutLink")}
            return {**kept, **{k: before[k] for k in ("conferenceData", "hangoutLink") if k in before}}
        request = event.get("conferenceData", {}).get("createRequest")
        if request is None:
            return event
        if not request.get("requestId"):
            raise invalid("Invalid conference create request.", location="conferenceData")
        made = self._meetings.conference(owner=event["organizer"]["email"])
        made["conferenceData"]["createRequest"] = {**request, "status": {"statusCode": "success"}}
        return {**event, **made}

    def _notify(self, event: Json, call: Call) -> None:
        updates = call.query.get("sendUpdates", "none")
        reached = tuple(a["email"] for a in event.get("attendees", ()) if not a.get("self") and not a.get("organizer"))
        if updates != "none" and reached:
            self.notices.append((event["id"], updates, reached))


def _merge(event: Json, patch: Json) -> Json:
    """Patch semantics: objects are merged, arrays replaced, null removes."""
    merged = dict(event)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = _merge(merged[name], value)
        else:
            merged[name] = value
    return merged
