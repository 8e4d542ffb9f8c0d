"""One event of an iCalendar text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from icalendar import Parameters
from icalendar.parser import Contentline, Contentlines
from icalendar.prop import vDDDTypes

from noshowd.domain.entry import (
    Attendee,
    AttendeeKind,
    CalendarEntry,
    Conference,
    EntryPoint,
    EntryStatus,
    Response,
    Sensitivity,
)
from noshowd.reading.raw.fields import NO_TIME, sample_ref, text

_Property: TypeAlias = tuple[Parameters, str]
_Properties: TypeAlias = dict[str, list[_Property]]

#: The library types its classes, not these functions.
_lines: Callable[[str], Iterable[Contentline]] = Contentlines.from_ical
_moment: Callable[[str, str | None], object] = vDDDTypes.from_ical

_RESPONSES = {
    "ACCEPTED": Response.ACCEPTED,
    "TENTATIVE": Response.TENTATIVE,
    "DECLINED": Response.DECLINED,
}
_STATUSES = {"CANCELLED": EntryStatus.CANCELLED, "TENTATIVE": EntryStatus.TENTATIVE}
_KINDS = {"RESOURCE": AttendeeKind.ROOM, "ROOM": AttendeeKind.ROOM, "GROUP": AttendeeKind.GROUP}
_SENSITIVITIES = {"PRIVATE": Sensitivity.PRIVATE, "CONFIDENTIAL": Sensitivity.CONFIDENTIAL}
_ESCAPED = re.compile(r"\\([nN,;:\"\\])")
#: Properties that hold nothing but the join link of a conference.
_JOIN_LINKS = (
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
    "X-ZOOM-JOIN-URL",
    "X-CISCO-WEBEX-MEETING-URL",
    "X-WEBEX-JOIN-URL",
)


def read_ics(event: Mapping[str, Any]) -> CalendarEntry | None:
    """The first VEVENT of the text under `ics`; None when it holds none (a task, free and busy times)."""
    properties = _first_event(text(event.get("ics")))
    if properties is None:
        return None
    begins, all_day = _time(properties, "DTSTART")
    ends, _ = _time(properties, "DTEND")
    organizer = next(iter(_people(properties, "ORGANIZER")), None)
    attendees = tuple(_people(properties, "ATTENDEE"))
    own = attendees[0].response if len(attendees) == 1 and organizer is None else Response.NONE
    description = _value(properties, "DESCRIPTION")
    alternative = _value(properties, "X-ALT-DESC") if not description.strip() else ""
    shown = _value(properties, "X-MICROSOFT-CDO-BUSYSTATUS").upper()
    return CalendarEntry(
        ref=sample_ref(_value(properties, "UID")),
        uid=_value(properties, "UID") or None,
        status=_STATUSES.get(_value(properties, "STATUS").upper(), EntryStatus.CONFIRMED),
        event_type="outOfOffice" if shown == "OOF" and not attendees else "default",
        start=begins,
        end=max(begins, ends),
        all_day=all_day,
        title=_value(properties, "SUMMARY"),
        location=_value(properties, "LOCATION"),
        description=description or alternative,
        description_is_html=bool(alternative),
        conference=_conference(properties),
        links=tuple(filter(None, (_value(properties, "URL"),))),
        organizer=organizer,
        attendees=attendees,
        own_response=own,
        sensitivity=_SENSITIVITIES.get(_value(properties, "CLASS").upper(), Sensitivity.NORMAL),
        busy=_value(properties, "TRANSP").upper() != "TRANSPARENT" and shown != "FREE",
    )


def _first_event(source: str) -> _Properties | None:
    """Its own properties, without those of alarms inside it.

    Only the lines are the library's: building its components costs five times as much, most of it for time zones.
    """
    properties: _Properties = {}
    inside = 0
    for line in _lines(source):
        if not line:
            continue
        try:
            name, parameters, value = line.parts()
        except ValueError:
            continue
        name = name.upper()
        if name == "BEGIN":
            inside += 1 if inside or value.strip().upper() == "VEVENT" else 0
        elif name == "END" and inside:
            inside -= 1
            if not inside:
                return properties
        elif inside == 1:
            properties.setdefault(name, []).append((parameters, value))
    return properties if inside else None


def _value(properties: _Properties, name: str) -> str:
    found = properties.get(name)
    return _unescaped(found[0][1]) if found else ""


def _unescaped(value: str) -> str:
    """RFC 5545, 3.3.11; the library's own function is announced to go."""
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value) if "\\" in value else value


def _time(properties: _Properties, name: str) -> tuple[datetime, bool]:
    """An instant, and whether it is a whole day. A zone nobody knows counts as UTC."""
    found = properties.get(name)
    if not found:
        return NO_TIME, False
    parameters, value = found[0]
    try:
        parsed = _moment(value, parameters.get("TZID"))
    except ValueError:
        return NO_TIME, False
    if isinstance(parsed, datetime):
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)), False
    if isinstance(parsed, date):
        return datetime(parsed.year, parsed.month, parsed.day, tzinfo=UTC), True
    return NO_TIME, False


def _people(properties: _Properties, name: str) -> Iterable[Attendee]:
    for parameters, value in properties.get(name, ()):
        address = str(parameters.get("EMAIL") or value)
        address = address[7:] if address.lower().startswith("mailto:") else address
        yield Attendee(
            address=address if "@" in address else None,
            name=str(parameters.get("CN") or "") or None,
            response=_RESPONSES.get(str(parameters.get("PARTSTAT") or "").upper(), Response.NONE),
            optional=str(parameters.get("ROLE") or "").upper() in ("OPT-PARTICIPANT", "NON-PARTICIPANT"),
            kind=_KINDS.get(str(parameters.get("CUTYPE") or "").upper(), AttendeeKind.PERSON),
            is_organizer=name == "ORGANIZER",
        )


def _conference(properties: _Properties) -> Conference | None:
    points = [
        EntryPoint(kind="video", uri=_value(properties, name)) for name in _JOIN_LINKS if _value(properties, name)
    ]
    for parameters, value in properties.get("CONFERENCE", ()):
        features = parameters.get("FEATURE") or ""
        named = {str(f).upper() for f in ([features] if isinstance(features, str) else features)}
        named = {part for feature in named for part in feature.split(",")}
        if "VIDEO" in named or "PHONE" in named:
            points.append(EntryPoint(kind="video" if "VIDEO" in named else "phone", uri=_unescaped(value)))
    return Conference(entry_points=tuple(points)) if points else None
