"""Calendar v3, reading: events.list with its sync tokens, events.get, events.instances."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from noshowd.demo.vendors.google.calendars import Calendar, Calendars
from noshowd.demo.vendors.google.call import Call, Handler, stamp
from noshowd.demo.vendors.google.paging import Pager
from noshowd.demo.vendors.google.recurrence import starts_at
from noshowd.demo.vendors.google.refusals import Refusal, invalid, not_found

Json = dict[str, Any]
#: Must not come together with a sync token (facts, 1.2).
_NOT_WITH_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "sharedExtendedProperty",
    "q",
    "timeMin",
    "timeMax",
    "updatedMin",
)
#: Must stay as they were in the call that gave the token.
_SAME_WITH_TOKEN = ("singleEvents", "eventTypes", "maxAttendees", "timeZone", "showHiddenInvitations")
#: How far instances are expanded around now where the query names no window.
_HORIZON = timedelta(days=365)
_DETAILS = (
    "id",
    "status",
    "start",
    "end",
    "etag",
    "kind",
    "updated",
    "recurringEventId",
    "originalStartTime",
)


class CalendarReads:
    """The reading methods of `calendar.events`."""

    def __init__(self, calendars: Calendars, pager: Pager) -> None:
        self._calendars = calendars
        self._pager = pager
        #: Fields told in place of an event's own, by event id.
        self.spoiled: dict[str, Json] = {}

    def handlers(self) -> dict[str, Handler]:
        return {
            "calendar.events.list": self.listing,
            "calendar.events.get": self.get,
            "calendar.events.instances": self.instances,
        }

    def listing(self, call: Call) -> Json:
        calendar, role = self._calendars.open(call.path["calendarId"], call.user)
        _check_window(call.query)
        items = _since_token(calendar, call) if "syncToken" in call.query else _listing(calendar, call)
        shown = [self._rendered(e, role, call.query) for e in items]
        token = {"nextSyncToken": _token(calendar, call.query, self._calendars.version)}
        ordered = "orderBy" in call.query or any(n in call.query for n in _NOT_WITH_TOKEN if not n.startswith("time"))
        return self._envelope(calendar, role, call, shown, {} if ordered else token)

    def get(self, call: Call) -> Json:
        calendar, role = self._calendars.open(call.path["calendarId"], call.user)
        event = calendar.find(call.path["eventId"])
        if event is None:
            raise not_found()
        if call.headers.get("if-none-match", "") == event["etag"]:
            raise Refusal(304, "notModified", "Not Modified")
        return self._rendered(event, role, call.query)

    def instances(self, call: Call) -> Json:
        calendar, role = self._calendars.open(call.path["calendarId"], call.user)
        master = calendar.events.get(call.path["eventId"])
        if master is None:
            raise not_found()
        found = _expanded(calendar, master, call)
        shown = [self._rendered(e, role, call.query) for e in found if _shown(e, call.query)]
        return self._envelope(calendar, role, call, shown, {})

    def _rendered(self, event: Json, role: str, query: Json) -> Json:
        return {**_rendered(event, role, query), **self.spoiled.get(event["id"], {})}

    def _envelope(self, calendar: Calendar, role: str, call: Call, items: list[Json], last: Json) -> Json:
        size = min(call.query.get("maxResults", 250), 2500)
        here, beside = self._pager.page(call.query, items, size=size, last=last)
        return {
            "kind": "calendar#events",
            "summary": calendar.summary,
            "updated": stamp(call.now),
            "timeZone": call.query.get("timeZone", calendar.zone),
            "accessRole": role,
            **beside,
            "items": here,
        }


def _check_window(query: Json) -> None:
    if "syncToken" in query:
        forbidden = [n for n in _NOT_WITH_TOKEN if n in query] + (
            ["showDeleted"] if query.get("showDeleted") is False else []
        )
        if forbidden:
            raise Refusal(
                400,
                "syncTokenWithRequestRestrictions",
                "Sync token cannot be used with request restrictions.",
                location=forbidden[0],
            )
    if "timeMin" in query and "timeMax" in query and _instant(query["timeMax"]) <= _instant(query["timeMin"]):
        raise Refusal(400, "timeRangeEmpty", "The specified time range is empty.", location="timeMax")
    if query.get("orderBy") == "startTime" and not query.get("singleEvents"):
        raise invalid("The requested ordering is not available for the particular query.", location="orderBy")


def _listing(calendar: Calendar, call: Call) -> list[Json]:
    """Everything in the query's window: masters and exceptions, or with `singleEvents` occurrences."""
    query = call.query
    begin, end = _window(query)
    found: list[Json] = []
    for event in calendar.events.values():
        if "recurrence" in event:
            instances = _expanded(calendar, event, call)
            found += instances if query.get("singleEvents") else ([event] if instances or not end else [])
        elif "recurringEventId" in event:
            if not query.get("singleEvents") and _inside(calendar, event, begin, end):
                found.append(event)
        elif _inside(calendar, event, begin, end):
            found.append(event)
    found = [e for e in found if _shown(e, query)]
    if query.get("orderBy") == "startTime":
        found.sort(key=lambda e: starts_at(e["start"], calendar.zone))
    return found


def _since_token(calendar: Calendar, call: Call) -> list[Json]:
    """What changed since the token was given; deleted entries are always among it."""
    version = _read_token(calendar, call.query)
    changed = [e for k, e in calendar.events.items() if calendar.changed[k] > version]
    if not call.query.get("singleEvents"):
        return changed
    single: list[Json] = []
    for event in changed:
        single += _expanded(calendar, event, call) if "recurrence" in event else [event]
    return single


def _expanded(calendar: Calendar, master: Json, call: Call) -> list[Json]:
    begin, end = _window(call.query)
    return list(calendar.instances(master, begin or call.now - _HORIZON, end or call.now + _HORIZON))


def _inside(calendar: Calendar, event: Json, begin: datetime | None, end: datetime | None) -> bool:
    if "start" not in event:
        return True
    after = begin is None or starts_at(event["end"], calendar.zone) > begin
    return after and (end is None or starts_at(event["start"], calendar.zone) < end)


def _window(query: Json) -> tuple[datetime | None, datetime | None]:
    return tuple(_instant(query[n]) if n in query else None for n in ("timeMin", "timeMax"))  # type: ignore[return-value]  # always two


def _shown(event: Json, query: Json) -> bool:
    if event["status"] != "cancelled":
        types = query.get("eventTypes")
        return (types is None or event.get("eventType", "default") in types) and _matches(event, query)
    if query.get("showDeleted"):
        return True
    return "recurringEventId" in event and not query.get("singleEvents")


def _matches(event: Json, query: Json) -> bool:
    if "iCalUID" in query and event.get("iCalUID") != query["iCalUID"]:
        return False
    private = event.get("extendedProperties", {}).get("private", {})
    return all(
        private.get(p.partition("=")[0]) == p.partition("=")[2] for p in query.get("privateExtendedProperty", ())
    )


def _rendered(event: Json, role: str, query: Json) -> Json:
    """The event as this reader may see it."""
    if role == "freeBusyReader":
        return {k: event[k] for k in _DETAILS if k in event} | {"visibility": "private"}
    if role == "reader" and event.get("visibility") in ("private", "confidential"):
        return {k: event[k] for k in (*_DETAILS, "visibility", "organizer", "iCalUID") if k in event}
    shown = dict(event)
    attendees = shown.get("attendees")
    if attendees and event.get("guestsCanSeeOtherGuests") is False and not event["organizer"].get("self"):
        shown["attendees"] = attendees = [a for a in attendees if a.get("self") or a.get("organizer")]
    if attendees and len(attendees) > query.get("maxAttendees", len(attendees)):
        shown["attendees"] = [a for a in attendees if a.get("self")]
        shown["attendeesOmitted"] = True
    return shown


def _token(calendar: Calendar, query: Json, version: int) -> str:
    return json.dumps([calendar.id, calendar.generation, version, _signature(query)], separators=(",", ":"))


def _read_token(calendar: Calendar, query: Json) -> int:
    try:
        calendar_id, generation, version, signature = json.loads(query["syncToken"])
    except ValueError:
        raise invalid("Invalid sync token value.", location="syncToken") from None
    if calendar_id != calendar.id:
        raise invalid("Invalid sync token value.", location="syncToken")
    if generation != calendar.generation:
        raise Refusal(
            410,
            "fullSyncRequired",
            "Sync token is no longer valid, a full sync is required.",
            location="syncToken",
        )
    if signature != _signature(query):
        raise invalid("The sync token belongs to another query.", location="syncToken")
    return int(version)


def _signature(query: Json) -> str:
    kept = json.dumps([query.get(n) for n in _SAME_WITH_TOKEN])
    return hashlib.sha256(kept.encode()).hexdigest()[:12]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
