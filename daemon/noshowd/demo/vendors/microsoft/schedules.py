"""getSchedule: busy times of the tenant's mailboxes; an unknown address is an error inside its entry."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from noshowd.demo.vendors.microsoft.answers import (
    Answer,
    Call,
    Refusal,
    Route,
    moment_of,
    route,
    zoned,
)
from noshowd.demo.vendors.microsoft.appointments import Appointment
from noshowd.demo.vendors.microsoft.calendars import Calendars

_DIGIT = {"free": "0", "workingElsewhere": "0", "tentative": "1", "busy": "2", "oof": "3"}


class Schedules:
    """Answers free/busy questions from the calendars."""

    def __init__(self, calendars: Calendars) -> None:
        self.calendars = calendars
        #: Mailboxes whose owners share no details: only the view string is answered.
        self.discreet: set[str] = set()

    def routes(self) -> list[Route]:
        return [
            route(
                "POST",
                "/users/{}/calendar/getSchedule",
                "Calendars.Read Calendars.ReadWrite",
                self._schedule,
            )
        ]

    def _schedule(self, call: Call, reference: str) -> Answer:
        self.calendars.people.find(reference)
        # the description writes the names of an action's members large, the pages small; both are taken
        body = {name[:1].lower() + name[1:]: value for name, value in call.body.items()}
        wanted = body["schedules"]
        start, end = moment_of(body["startTime"]), moment_of(body["endTime"])
        interval = timedelta(minutes=body.get("availabilityViewInterval", 30))
        if len(wanted) > 20:
            raise Refusal(400, "ErrorInvalidParameter", "At most 20 schedules may be asked for.")
        if end - start >= timedelta(days=62):
            raise Refusal(400, "ErrorInvalidTimeInterval", "The period has to be under 62 days.")
        if not timedelta(minutes=5) <= interval <= timedelta(days=1):
            raise Refusal(400, "ErrorInvalidParameter", "The interval is out of range.")
        return Answer(body={"value": [self._one(call, a, start, end, interval) for a in wanted]})

    def _one(self, call: Call, address: str, start: datetime, end: datetime, interval: timedelta) -> dict[str, Any]:
        if address.lower() not in self.calendars.people.users:
            error = {"message": "Unable to resolve e-mail address.", "responseCode": "5003"}
            return {"scheduleId": address, "availabilityView": "", "error": error}
        found = self.calendars.inside(address.lower(), start, end)
        entry: dict[str, Any] = {
            "scheduleId": address,
            "availabilityView": _view(found, start, end, interval),
            "scheduleItems": [_item(a, call) for a in found],
        }
        if address.lower() in self.discreet:
            del entry["scheduleItems"]
        return entry


def _item(a: Appointment, call: Call) -> dict[str, Any]:
    return {
        "status": a.show_as,
        "start": zoned(a.start, call.zone),
        "end": zoned(a.end, call.zone),
    }


def _view(found: list[Appointment], start: datetime, end: datetime, interval: timedelta) -> str:
    digits = []
    at = start
    while at < end:
        here = [_DIGIT.get(a.show_as, "2") for a in found if a.overlaps(at, at + interval)]
        digits.append(max(here, default="0"))
        at += interval
    return "".join(digits)
