"""Google's events as `CalendarEntry`. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from noshowd.adapters.google.event_json import ConferenceData, Event, Guest, Moment, UnreadableError, Way
from noshowd.domain.entry import (
    Attendee,
    AttendeeKind,
    CalendarEntry,
    Conference,
    EntryPoint,
    EntryRef,
    Response,
    Sensitivity,
)

_RESPONSES = {
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_SENSITIVITIES = {"private": Sensitivity.PRIVATE, "confidential": Sensitivity.CONFIDENTIAL}
HAS_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|&[a-zA-Z#0-9]+;")
#: Addresses that Google makes up for what is no mailbox (secondary calendars, imports, unknown organisers).
_NO_MAILBOX = "calendar.google.com"
#: Private properties of an event that only keeps time free for a call-back, or is the mark of an installation.
HOLD_MARK, INSTALLATION_MARK = "noshowd-hold", "noshowd-installation"
#: Far more than one firm meets in the window that is mirrored.
_PEOPLE_KEPT = 20_000
#: More than there are zones; calendars carry names that are none, too.
_ZONES_KEPT = 1_000


def is_hold(event: Event) -> bool:
    """Time that we keep free ourselves, or a mark of ours: no meeting."""
    found = event.extended_properties
    return found is not None and not found.private.keys().isdisjoint((HOLD_MARK, INSTALLATION_MARK))


def entry(event: Event, *, account: str, calendar: str, zone: str) -> CalendarEntry:
    """One event or occurrence; `zone` is the calendar's own. Raises `UnreadableError`."""
    try:
        return _entry(event, account=account, calendar=calendar, zone=zone)
    except OverflowError:
        raise UnreadableError("a time lies outside the calendar") from None


def _entry(event: Event, *, account: str, calendar: str, zone: str) -> CalendarEntry:
    if not event.id:
        raise UnreadableError("it has no id")
    if event.start is None or event.end is None:
        raise UnreadableError("it has no end" if event.start else "it has no start")
    own_zone = _zone_name(event.start.time_zone) or _zone_name(zone)
    start, end = _instant(event.start, own_zone), _instant(event.end, own_zone)
    if end < start:
        raise UnreadableError("it ends before it starts")
    attendees = tuple([_attendee(guest) for guest in event.attendees])
    organizer, description, first = event.organizer, event.description or "", event.original_start_time
    return CalendarEntry(
        ref=EntryRef(account=account, calendar=calendar, entry_id=event.id),
        uid=event.uid,
        original_start=None if first is None else _instant(first, own_zone),
        series_id=event.recurring_event_id,
        status=event.status,
        event_type=event.event_type,
        start=start,
        end=end,
        all_day=event.start.date_time is None,
        zone=own_zone,
        title=event.summary or "",
        location=event.location or "",
        description=description,
        description_is_html=HAS_MARKUP.search(description) is not None,
        conference=None if event.conference_data is None else _conference(event.conference_data),
        links=_links(event),
        organizer=None if organizer is None else _organizer(organizer),
        is_organizer_copy=organizer is not None and organizer.self,
        attendees=attendees,
        attendees_complete=_complete(event),
        own_response=_own_response(event, attendees),
        sensitivity=_SENSITIVITIES.get(event.visibility, Sensitivity.NORMAL),
        busy=event.transparency != "transparent",
        created=None if event.created is None else event.created.astimezone(UTC),
        updated=None if event.updated is None else event.updated.astimezone(UTC),
        etag=event.etag,
        web_link=event.html_link,
        marks=_marks(event),
    )


def _marks(event: Event) -> tuple[tuple[str, str], ...]:
    if event.extended_properties is None:
        return ()
    return tuple(sorted((name.lower(), value) for name, value in event.extended_properties.private.items()))


def _instant(moment: Moment, zone: str | None) -> datetime:
    """The instant in UTC; a date is local midnight."""
    at = moment.date_time
    if at is None:
        if moment.date is None:
            raise UnreadableError("a time of it is empty")
        at = datetime.combine(moment.date, time(), ZoneInfo(zone or "UTC"))
    elif at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(zone or "UTC"))
    return at.astimezone(UTC)


@lru_cache(maxsize=_ZONES_KEPT)
def _zone_name(name: str | None) -> str | None:
    """The name if it is one of the IANA zones known here; calendars do carry others."""
    try:
        return ZoneInfo(name).key if name else None
    except (KeyError, ValueError, OSError):
        return None


@lru_cache(maxsize=_PEOPLE_KEPT)
def _attendee(guest: Guest) -> Attendee:
    """The same few people come again and again: each is made once."""
    return Attendee(
        address=guest.email,
        name=guest.display_name,
        response=_RESPONSES.get(guest.response_status, Response.NONE),
        optional=guest.optional,
        kind=_kind(guest, (guest.email or "").rpartition("@")[2].lower()),
        is_organizer=guest.organizer,
        is_self=guest.self,
        additional_guests=guest.additional_guests,
    )


@lru_cache(maxsize=_PEOPLE_KEPT)
def _organizer(guest: Guest) -> Attendee:
    return replace(_attendee(guest), is_organizer=True)


def _kind(guest: Guest, domain: str) -> AttendeeKind:
    if guest.async_operation:
        return AttendeeKind.GROUP
    no_person = guest.resource or domain == _NO_MAILBOX or domain.endswith(f".{_NO_MAILBOX}")
    return AttendeeKind.ROOM if no_person else AttendeeKind.PERSON


def _complete(event: Event) -> bool:
    """Whether everybody invited can be seen in this copy."""
    if event.attendees_omitted or event.organizer is None:
        return False
    if any(guest.async_operation for guest in event.attendees):
        return False
    return event.guests_can_see_other_guests or event.organizer.self


def _own_response(event: Event, attendees: tuple[Attendee, ...]) -> Response:
    """An organiser who is not among the guests has invited themselves."""
    for one in attendees:
        if one.is_self:
            return one.response
    return Response.ACCEPTED if event.organizer is not None and event.organizer.self else Response.NONE


def _conference(data: ConferenceData) -> Conference:
    return Conference(
        solution=data.conference_solution.key.type,
        conference_id=data.conference_id,
        entry_points=tuple([_entry_point(way, way.uri) for way in data.entry_points if way.uri]),
        pending=data.create_request.status.status_code == "pending",
    )


def _entry_point(way: Way, uri: str) -> EntryPoint:
    code = way.passcode or way.pin or way.password or way.access_code or way.meeting_code or None
    return EntryPoint(kind=way.entry_point_type, uri=uri, passcode=code)


def _links(event: Event) -> tuple[str, ...]:
    found = (event.hangout_link, event.source.url if event.source is not None else None)
    return tuple([link for link in found if link])
