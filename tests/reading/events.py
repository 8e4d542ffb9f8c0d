"""Entries and sides for these tests, from as few words as a test needs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from noshowd.domain.address import canonical
from noshowd.domain.entry import Attendee, AttendeeKind, CalendarEntry, EntryRef, Response
from noshowd.reading.sides import Us

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CASES = Path(__file__).parent / "cases"
MEET = "https://meet.google.com/abc-defg-hij"


def cases(*names: str) -> list[dict[str, Any]]:
    """What stands in the files of cases, one object a line."""
    lines = [line for name in names for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines]


def attendee(address: str | None = None, **said: Any) -> Attendee:
    said["response"] = Response(said.get("response", "accepted"))
    said["kind"] = AttendeeKind(said.get("kind", "person"))
    return Attendee(address=address, **said)


def entry(**said: Any) -> CalendarEntry:
    """A video meeting of half an hour in Anna's calendar, whose organiser she is, unless something else is said."""
    calendar = said.pop("calendar", "anna@firma.de")
    account = said.pop("account", "google")
    fields: dict[str, Any] = {
        "ref": EntryRef(account=account, calendar=calendar, entry_id=said.pop("entry_id", "e1")),
        "uid": "uid-1",
        "start": START,
        "end": START + timedelta(minutes=30),
        "title": "Abstimmung",
        "location": MEET,
        "organizer": Attendee(address="anna@firma.de", name="Anna Meier"),
        "attendees": (attendee("anna@firma.de"), attendee("max@kunde.de", name="Max Mustermann")),
    }
    return CalendarEntry(**{**fields, **said})


def us(**said: Any) -> Us:
    """`[us]` of firma.de in Germany, unless something else is said."""
    said.setdefault("domains", ["firma.de"])
    said.setdefault("region", "DE")
    for name in ("addresses", "domains", "contractors", "shared_mailboxes", "booking_robots", "theirs"):
        said[name] = frozenset(map(canonical, said.get(name, ())))
    return Us(**said)
