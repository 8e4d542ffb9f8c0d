"""Google's calendar JSON as a `CalendarEntry`. Pure; every field is optional until it is needed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from noshowd.domain.entry import (
    Attendee,
    AttendeeKind,
    CalendarEntry,
    Conference,
    EntryPoint,
    EntryRef,
    EntryStatus,
    Response,
    Sensitivity,
)

Json = dict[str, Any]
#: What a listing asks for of each event (partial response).
ITEM_FIELDS = (
    "id,status,eventType,iCalUID,recurringEventId,originalStartTime,recurrence,start,end,summary,location,"
    "description,hangoutLink,conferenceData(conferenceId,conferenceSolution/key/type,entryPoints,"
    "createRequest/status),organizer(email,displayName,self),attendees(email,displayName,responseStatus,optional,"
    "resource,organizer,self,additionalGuests,asyncOperation),attendeesOmitted,guestsCanSeeOtherGuests,"
    "visibility,transparency,created,updated,etag,htmlLink,source/url,extendedProperties/private"
)
_RESPONSES = {
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_SENSITIVITIES = {"private": Sensitivity.PRIVATE, "confidential": Sensitivity.CONFIDENTIAL}
_PASSCODES = ("passcode", "pin", "password", "accessCode", "meetingCode")
HAS_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|&[a-zA-Z#0-9]+;")
#: Addresses that Google makes up for what is no mailbox (secondary calendars, imports, unknown organisers).
_NO_MAILBOX = "calendar.google.com"
#: Private property of an event that only keeps time free for a call-back.
HOLD_MARK = "noshowd-hold"
#: Far more than one firm meets in the window that is mirrored.
_PEOPLE_KEPT = 20_000
#: More than there are zones; calendars carry names that are none, too.
_ZONES_KEPT = 1_000


class UnreadableError(ValueError):
    """An event that makes no sense; the message says why, without its content."""


def is_cancelled(item: Json) -> bool:
    """To be asked before anything else: of a cancelled event only the id is certain, of a master too."""
    return item.get("status") == "cancelled"


def is_hold(item: Json) -> bool:
    """Time that we keep free ourselves: no meeting."""
    return HOLD_MARK in item.get("extendedProperties", {}).get("private", {})


def is_master(item: Json) -> bool:
    """A series as such; its occurrences come by themselves."""
    return "recurrence" in item


def entry(item: Json, *, account: str, calendar: str, zone: str) -> CalendarEntry:
    """One event or occurrence; `zone` is the calendar's own. Raises `UnreadableError`."""
    try:
        return _entry(item, account=account, calendar=calendar, zone=zone)
    except UnreadableError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnreadableError(f"a field is missing or malformed ({type(error).__name__})") from None


def _entry(item: Json, *, account: str, calendar: str, zone: str) -> CalendarEntry:
    own_zone = _zone_name((item.get("start") or {}).get("timeZone")) or _zone_name(zone)
    start, end = _instant(item, "start", own_zone), _instant(item, "end", own_zone)
    if end < start:
        raise UnreadableError("it ends before it starts")
    attendees = tuple(_attendee(a) for a in item.get("attendees", ()))
    organizer, description = item.get("organizer"), _text(item, "description")
    return CalendarEntry(
        ref=EntryRef(account=account, calendar=calendar, entry_id=item["id"]),
        uid=item.get("iCalUID"),
        original_start=_instant(item, "originalStartTime", own_zone) if "originalStartTime" in item else None,
        series_id=item.get("recurringEventId"),
        status=EntryStatus(item.get("status", "confirmed")),
        event_type=item.get("eventType", "default"),
        start=start,
        end=end,
        all_day="date" in item["start"],
        zone=own_zone,
        title=_text(item, "summary"),
        location=_text(item, "location"),
        description=description,
        description_is_html=bool(HAS_MARKUP.search(description)),
        conference=_conference(item),
        links=_links(item),
        organizer=_attendee({**organizer, "organizer": True}) if organizer else None,
        is_organizer_copy=bool((organizer or {}).get("self")),
        attendees=attendees,
        attendees_complete=_complete(item),
        own_response=_own_response(item, attendees),
        sensitivity=_SENSITIVITIES.get(item.get("visibility", ""), Sensitivity.NORMAL),
        busy=item.get("transparency") != "transparent",
        created=_optional_instant(item.get("created")),
        updated=_optional_instant(item.get("updated")),
        etag=item.get("etag"),
        web_link=item.get("htmlLink"),
        marks=_marks(item),
    )


def _marks(item: Json) -> tuple[tuple[str, str], ...]:
    properties = item.get("extendedProperties")
    if properties is None:
        return ()
    return tuple(sorted((name.lower(), value) for name, value in properties.get("private", {}).items()))


def _text(item: Json, name: str) -> str:
    text = item.get(name) or ""
    if not isinstance(text, str):
        raise UnreadableError(f"its {name} is no text")
    return text


def _instant(item: Json, name: str, zone: str | None) -> datetime:
    """The instant of an EventDateTime in UTC; a date is local midnight."""
    moment = item.get(name)
    if not moment:
        raise UnreadableError(f"it has no {name}")
    if "dateTime" in moment:
        at = datetime.fromisoformat(moment["dateTime"])
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone or "UTC"))).astimezone(UTC)
    return datetime.combine(date.fromisoformat(moment["date"]), time(), ZoneInfo(zone or "UTC")).astimezone(UTC)


def _optional_instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


@lru_cache(maxsize=_ZONES_KEPT)
def _zone_name(name: str | None) -> str | None:
    """The name if it is one of the IANA zones known here; calendars do carry others."""
    try:
        return ZoneInfo(name).key if name else None
    except (KeyError, ValueError, OSError):
        return None


def _attendee(person: Json) -> Attendee:
    """The same few people come again and again: each is made once."""
    return _made(tuple(person.items()))


@lru_cache(maxsize=_PEOPLE_KEPT)
def _made(fields: tuple[tuple[str, Any], ...]) -> Attendee:
    person = dict(fields)
    address = person.get("email")
    return Attendee(
        address=address,
        name=person.get("displayName"),
        response=_RESPONSES.get(person.get("responseStatus", ""), Response.NONE),
        optional=bool(person.get("optional")),
        kind=_kind(person, (address or "").rpartition("@")[2].lower()),
        is_organizer=bool(person.get("organizer")),
        is_self=bool(person.get("self")),
        additional_guests=int(person.get("additionalGuests", 0)),
    )


def _kind(person: Json, domain: str) -> AttendeeKind:
    if person.get("asyncOperation"):
        return AttendeeKind.GROUP
    no_person = person.get("resource") or domain == _NO_MAILBOX or domain.endswith(f".{_NO_MAILBOX}")
    return AttendeeKind.ROOM if no_person else AttendeeKind.PERSON


def _complete(item: Json) -> bool:
    """Whether everybody invited can be seen in this copy."""
    if item.get("attendeesOmitted") or any(a.get("asyncOperation") for a in item.get("attendees", ())):
        return False
    if "organizer" not in item:
        return False
    return item.get("guestsCanSeeOtherGuests", True) or bool(item["organizer"].get("self"))


def _own_response(item: Json, attendees: tuple[Attendee, ...]) -> Response:
    """An organiser who is not among the guests has invited themselves."""
    own = next((a.response for a in attendees if a.is_self), None)
    if own is None:
        return Response.ACCEPTED if item.get("organizer", {}).get("self") else Response.NONE
    return own


def _conference(item: Json) -> Conference | None:
    data = item.get("conferenceData")
    if data is None:
        return None
    status = data.get("createRequest", {}).get("status", {}).get("statusCode")
    return Conference(
        solution=data.get("conferenceSolution", {}).get("key", {}).get("type"),
        conference_id=data.get("conferenceId"),
        entry_points=tuple(_entry_point(p) for p in data.get("entryPoints", ()) if p.get("uri")),
        pending=status == "pending",
    )


def _entry_point(point: Json) -> EntryPoint:
    passcode = next((point[name] for name in _PASSCODES if point.get(name)), None) if len(point) > 2 else None
    return EntryPoint(kind=point.get("entryPointType", "more"), uri=point["uri"], passcode=passcode)


def _links(item: Json) -> tuple[str, ...]:
    found = (item.get("hangoutLink"), item.get("source", {}).get("url"))
    return tuple(link for link in found if link)
