"""A raw event of the Google Calendar API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
from noshowd.reading.raw.fields import instant, items, mapping, number, sample_ref, text

_RESPONSES = {
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_STATUSES = {"cancelled": EntryStatus.CANCELLED, "tentative": EntryStatus.TENTATIVE}
#: The API keeps the second for old clients: it means the same.
_PRIVATE = ("private", "confidential")


def read_google(event: Mapping[str, Any]) -> CalendarEntry:
    start, end = mapping(event.get("start")), mapping(event.get("end"))
    attendees = tuple(_attendee(item) for item in items(event.get("attendees")))
    begins = instant(start.get("dateTime") or start.get("date"))
    organizer = mapping(event.get("organizer"))
    return CalendarEntry(
        ref=sample_ref(event.get("id")),
        uid=text(event.get("iCalUID")) or None,
        status=_STATUSES.get(text(event.get("status")), EntryStatus.CONFIRMED),
        event_type=text(event.get("eventType")) or "default",
        start=begins,
        end=max(begins, instant(end.get("dateTime") or end.get("date"))),
        all_day="date" in start and "dateTime" not in start,
        title=text(event.get("summary")),
        location=text(event.get("location")),
        description=text(event.get("description")),
        conference=_conference(event),
        links=tuple(filter(None, (text(mapping(event.get("source")).get("url")),))),
        organizer=_attendee(organizer) if organizer else next((a for a in attendees if a.is_organizer), None),
        is_organizer_copy=bool(organizer.get("self")) or any(a.is_organizer and a.is_self for a in attendees),
        attendees=attendees,
        attendees_complete=not event.get("attendeesOmitted"),
        own_response=next((a.response for a in attendees if a.is_self), Response.NONE),
        sensitivity=Sensitivity.PRIVATE if event.get("visibility") in _PRIVATE else Sensitivity.NORMAL,
        busy=event.get("transparency") != "transparent",
    )


def _attendee(item: Mapping[str, Any]) -> Attendee:
    return Attendee(
        address=text(item.get("email")) or None,
        name=text(item.get("displayName")) or None,
        response=_RESPONSES.get(text(item.get("responseStatus")), Response.NONE),
        optional=bool(item.get("optional")),
        kind=AttendeeKind.ROOM if item.get("resource") else AttendeeKind.PERSON,
        is_organizer=bool(item.get("organizer")),
        is_self=bool(item.get("self")),
        additional_guests=number(item.get("additionalGuests")),
    )


def _conference(event: Mapping[str, Any]) -> Conference | None:
    data, hangout = mapping(event.get("conferenceData")), text(event.get("hangoutLink"))
    points = [_point(point) for point in items(data.get("entryPoints"))]
    if hangout and not any(point.kind == "video" for point in points):
        points.append(EntryPoint(kind="video", uri=hangout))
    if not data and not points:
        return None
    request = mapping(data.get("createRequest"))
    key = mapping(mapping(data.get("conferenceSolution")).get("key"))
    return Conference(
        solution=text(key.get("type")) or None,
        conference_id=text(data.get("conferenceId")) or None,
        entry_points=tuple(points),
        pending=mapping(request.get("status")).get("statusCode") == "pending",
    )


def _point(point: Mapping[str, Any]) -> EntryPoint:
    words = (text(point.get(name)) for name in ("passcode", "password", "pin", "accessCode"))
    return EntryPoint(
        kind=text(point.get("entryPointType")), uri=text(point.get("uri")), passcode=next(filter(None, words), None)
    )
