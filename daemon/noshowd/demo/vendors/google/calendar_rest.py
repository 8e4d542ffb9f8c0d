"""Calendar v3, the rest: calendarList.list, settings.get and freebusy.query."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from noshowd.demo.vendors.google.calendars import Calendar, Calendars
from noshowd.demo.vendors.google.call import Call, Handler, stamp
from noshowd.demo.vendors.google.paging import Pager
from noshowd.demo.vendors.google.recurrence import starts_at
from noshowd.demo.vendors.google.refusals import Refusal, not_found

Json = dict[str, Any]


class CalendarRest:
    """Lists of calendars, a user's settings, and free/busy."""

    def __init__(self, calendars: Calendars, pager: Pager) -> None:
        self._calendars = calendars
        self._pager = pager
        #: Calendars whose busy time cannot be read, with the reason given.
        self.busy_errors: dict[str, str] = {}

    def handlers(self) -> dict[str, Handler]:
        return {
            "calendar.calendarList.list": self.calendar_list,
            "calendar.settings.get": self.setting,
            "calendar.freebusy.query": self.free_busy,
        }

    def calendar_list(self, call: Call) -> Json:
        rows = [
            {
                "kind": "calendar#calendarListEntry",
                "id": c.id,
                "summary": c.summary,
                "timeZone": c.zone,
                "accessRole": c.roles[call.user],
                **({"primary": True} if c.id == call.user else {}),
            }
            for c in self._calendars.seen_by(call.user)
        ]
        here, beside = self._pager.page(call.query, rows, size=min(call.query.get("maxResults", 100), 250))
        return {"kind": "calendar#calendarList", "items": here, **beside}

    def setting(self, call: Call) -> Json:
        calendar = self._calendars.get(call.user)
        values = {"timezone": calendar.zone if calendar else "UTC", "locale": "de", "weekStart": "1"}
        name = call.path["setting"]
        if name not in values:
            raise not_found()
        return {"kind": "calendar#setting", "id": name, "value": values[name]}

    def free_busy(self, call: Call) -> Json:
        body = call.body
        if not {"timeMin", "timeMax"} <= body.keys():
            raise Refusal(400, "required", "Missing timeMin or timeMax.")
        begin, end = (datetime.fromisoformat(body[n]).astimezone(UTC) for n in ("timeMin", "timeMax"))
        if end <= begin:
            raise Refusal(400, "timeRangeEmpty", "The specified time range is empty.")
        asked = [i["id"] for i in body.get("items", ())]
        if len(asked) > 50:
            raise Refusal(400, "tooManyCalendarsRequested", "Too many calendars requested.")
        calendars = {address: self._busy(address, begin, end) for address in asked}
        return {
            "kind": "calendar#freeBusy",
            "timeMin": stamp(begin),
            "timeMax": stamp(end),
            "calendars": calendars,
        }

    def _busy(self, address: str, begin: datetime, end: datetime) -> Json:
        calendar = self._calendars.get(address)
        reason = self.busy_errors.get(address, "notFound" if calendar is None else None)
        if calendar is None or reason:
            return {"errors": [{"domain": "global", "reason": reason}], "busy": []}
        return {"busy": [{"start": stamp(s), "end": stamp(e)} for s, e in _busy_spans(calendar, begin, end)]}


def _busy_spans(calendar: Calendar, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Merged busy ranges; transparent, cancelled and declined events do not count."""
    events: list[Json] = []
    for event in calendar.events.values():
        if "recurrence" in event:
            events += calendar.instances(event, begin, end)
        elif "recurringEventId" not in event and "start" in event and calendar.overlaps(event, begin, end):
            events.append(event)
    spans = sorted(
        (max(begin, starts_at(e["start"], calendar.zone)), min(end, starts_at(e["end"], calendar.zone)))
        for e in events
        if _blocks(e)
    )
    merged: list[tuple[datetime, datetime]] = []
    for start, stop in spans:
        if merged and start - merged[-1][1] <= timedelta(0):
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged


def _blocks(event: Json) -> bool:
    own = next((a.get("responseStatus") for a in event.get("attendees", ()) if a.get("self")), "accepted")
    return event["status"] != "cancelled" and event.get("transparency") != "transparent" and own != "declined"
