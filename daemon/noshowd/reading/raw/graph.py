"""A raw event of Microsoft Graph."""

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
from noshowd.reading.raw.fields import instant, items, mapping, sample_ref, text

_RESPONSES = {
    "accepted": Response.ACCEPTED,
    "organizer": Response.ACCEPTED,
    "tentativelyAccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_SENSITIVITIES = {
    "personal": Sensitivity.PRIVATE,
    "private": Sensitivity.PRIVATE,
    "confidential": Sensitivity.CONFIDENTIAL,
}


def read_graph(event: Mapping[str, Any]) -> CalendarEntry:
    body = mapping(event.get("body"))
    description = text(body.get("content")) or text(event.get("bodyPreview"))
    organizer = mapping(event.get("organizer"))
    attendees = tuple(_attendee(item) for item in items(event.get("attendees")))
    begins = instant(mapping(event.get("start")).get("dateTime"))
    return CalendarEntry(
        ref=sample_ref(event.get("id")),
        uid=text(event.get("iCalUId")) or None,
        status=EntryStatus.CANCELLED if event.get("isCancelled") else EntryStatus.CONFIRMED,
        event_type=_event_type(event),
        start=begins,
        end=max(begins, instant(mapping(event.get("end")).get("dateTime"))),
        all_day=bool(event.get("isAllDay")),
        title=text(event.get("subject")),
        location=_location(event),
        description=description,
        description_is_html=bool(body.get("content")) and text(body.get("contentType")).lower() == "html",
        conference=_conference(event),
        organizer=_attendee(organizer) if organizer else None,
        is_organizer_copy=bool(event.get("isOrganizer")),
        attendees=attendees,
        own_response=_RESPONSES.get(text(mapping(event.get("responseStatus")).get("response")), Response.NONE),
        sensitivity=_SENSITIVITIES.get(text(event.get("sensitivity")), Sensitivity.NORMAL),
        busy=event.get("showAs") != "free",
    )


def _event_type(event: Mapping[str, Any]) -> str:
    """Graph has no type for an absence: it is an appointment with oneself, shown as out of office."""
    alone = not event.get("attendees") and not event.get("isOnlineMeeting")
    return "outOfOffice" if event.get("showAs") == "oof" and alone else "default"


def _location(event: Mapping[str, Any]) -> str:
    location = mapping(event.get("location"))
    return "\n".join(filter(None, (text(location.get("displayName")), text(location.get("locationUri")))))


def _attendee(item: Mapping[str, Any]) -> Attendee:
    address = mapping(item.get("emailAddress"))
    kind = text(item.get("type"))
    return Attendee(
        address=text(address.get("address")) or None,
        name=text(address.get("name")) or None,
        response=_RESPONSES.get(text(mapping(item.get("status")).get("response")), Response.NONE),
        optional=kind == "optional",
        kind=AttendeeKind.ROOM if kind == "resource" else AttendeeKind.PERSON,
    )


def _conference(event: Mapping[str, Any]) -> Conference | None:
    online = mapping(event.get("onlineMeeting"))
    url = text(online.get("joinUrl")) or text(event.get("onlineMeetingUrl"))
    provider = text(event.get("onlineMeetingProvider")) if event.get("isOnlineMeeting") else ""
    if not url and not provider:
        return None
    points = (EntryPoint(kind="video", uri=url),) if url else ()
    return Conference(
        solution=provider or None,
        conference_id=text(online.get("conferenceId")) or None,
        entry_points=points,
        pending=not url,
    )
