"""Calendars and the copies of events in them, with a version for every change."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from noshowd.demo.vendors.google.call import stamp
from noshowd.demo.vendors.google.recurrence import occurrences, starts_at
from noshowd.demo.vendors.google.refusals import not_found

Json = dict[str, Any]
#: What stays with one copy and never travels to the others.
_OWN = ("etag", "reminders")


@dataclass(slots=True, kw_only=True)
class Calendar:
    """One calendar: its events by id (cancelled ones stay) and the version at which each last changed."""

    id: str
    zone: str
    summary: str
    #: Address -> `owner`, `writer`, `reader` or `freeBusyReader`.
    roles: dict[str, str]
    events: dict[str, Json] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    #: Raised to make every sync token given out so far invalid.
    generation: int = 1

    def masters(self) -> list[Json]:
        return [e for e in self.events.values() if "recurrence" in e]

    def instances(self, master: Json, begin: datetime, end: datetime) -> Iterator[Json]:
        """Occurrences of a series in the window, exceptions in the place of what they replace."""
        exceptions = {
            starts_at(e["originalStartTime"], self.zone).astimezone(UTC): e
            for e in self.events.values()
            if e.get("recurringEventId") == master["id"]
        }
        for unmoved in occurrences(master, begin, end, self.zone):
            if starts_at(unmoved["originalStartTime"], self.zone).astimezone(UTC) not in exceptions:
                yield unmoved
        yield from (e for e in exceptions.values() if "start" in e and self.overlaps(e, begin, end))

    def overlaps(self, event: Json, begin: datetime, end: datetime) -> bool:
        return starts_at(event["end"], self.zone) > begin and starts_at(event["start"], self.zone) < end

    def find(self, event_id: str) -> Json | None:
        """An event, an exception or an untouched occurrence of a series."""
        if event_id in self.events:
            return self.events[event_id]
        master_id, _, when = event_id.rpartition("_")
        master = self.events.get(master_id)
        if master is None or "recurrence" not in master:
            return None
        at = datetime.strptime(when, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return next((i for i in self.instances(master, at, at.replace(microsecond=1)) if i["id"] == event_id), None)


class Calendars:
    """All calendars of the simulated Google, and what happens to an event's other copies when one changes."""

    def __init__(self) -> None:
        self._calendars: dict[str, Calendar] = {}
        self._listeners: list[Callable[[Calendar, datetime], None]] = []
        self.version = 0

    def when_changed(self, listener: Callable[[Calendar, datetime], None]) -> None:
        """From now on, call this for each change of a calendar."""
        self._listeners.append(listener)

    def add(self, calendar: Calendar) -> Calendar:
        self._calendars[calendar.id] = calendar
        return calendar

    def get(self, calendar_id: str) -> Calendar | None:
        return self._calendars.get(calendar_id)

    def all(self) -> list[Calendar]:
        return list(self._calendars.values())

    def seen_by(self, user: str) -> list[Calendar]:
        return [c for c in self._calendars.values() if user in c.roles]

    def open(self, calendar_id: str, user: str) -> tuple[Calendar, str]:
        """The calendar and the user's role in it; 404 both for none and for no access."""
        calendar = self._calendars.get(user if calendar_id == "primary" else calendar_id)
        if calendar is None or user not in calendar.roles:
            raise not_found()
        return calendar, calendar.roles[user]

    def put(self, calendar: Calendar, event: Json, now: datetime) -> Json:
        """Store one copy as changed now, with a new etag."""
        self.version += 1
        event = {**event, "etag": f'"{self.version}"', "updated": stamp(now), "kind": "calendar#event"}
        event.setdefault("created", event["updated"])
        calendar.events[event["id"]] = event
        calendar.changed[event["id"]] = self.version
        for listener in self._listeners:
            listener(calendar, now)
        return event

    def publish(self, event: Json, now: datetime) -> Json:
        """Store the organiser's copy and renew every attendee's copy from it; returns the organiser's."""
        home = event["organizer"]["email"]
        for address in [home, *(a["email"] for a in event.get("attendees", ()))]:
            calendar = self._calendars.get(address)
            if calendar is not None:
                self.put(calendar, _copy_for(address, event, calendar.events.get(event["id"], {})), now)
        return self._calendars[home].events[event["id"]]

    def cancel(self, event: Json, now: datetime) -> None:
        """Call an event off everywhere: exceptions and guests' copies keep their bones only."""
        home = event["organizer"]["email"]
        for calendar in self._calendars.values():
            copied = calendar.find(event["id"])
            if copied is None or copied.get("organizer", {}).get("email") != home:
                continue
            kept = copied if calendar.id == home else _bones(copied)
            self.put(calendar, {**kept, "status": "cancelled"}, now)
            for exception in [e for e in calendar.events.values() if e.get("recurringEventId") == event["id"]]:
                self.put(calendar, {**_bones(exception), "status": "cancelled"}, now)

    def expire_sync_tokens(self, calendar_id: str) -> None:
        """Every sync token of this calendar becomes invalid (410)."""
        self._calendars[calendar_id].generation += 1


def _bones(event: Json) -> Json:
    """What is guaranteed of a cancelled event."""
    return {k: event[k] for k in ("id", "recurringEventId", "originalStartTime") if k in event}


def _copy_for(address: str, event: Json, before: Json) -> Json:
    """The event as it lies in the calendar of `address`."""
    made = copy.deepcopy({k: v for k, v in event.items() if k not in _OWN})
    made["organizer"] = _mark_self(made["organizer"], address)
    if "attendees" in made:
        made["attendees"] = [_mark_self(a, address) for a in made["attendees"]]
    if address != event["organizer"]["email"]:
        made.pop("extendedProperties", None)
        shared = event.get("extendedProperties", {}).get("shared")
        private = before.get("extendedProperties", {}).get("private")
        kept = {k: v for k, v in (("shared", shared), ("private", private)) if v}
        if kept:
            made["extendedProperties"] = kept
    return made


def _mark_self(person: Json, address: str) -> Json:
    kept = {k: v for k, v in person.items() if k != "self"}
    return {**kept, "self": True} if person["email"] == address else kept
