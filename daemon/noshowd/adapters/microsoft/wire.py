"""Graph's events into calendar entries. Pure; what cannot be understood raises `Malformed`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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

#: What `entry` reads of an event, for `$select`.
FIELDS = (
    "id,iCalUId,type,seriesMasterId,subject,start,end,originalStart,originalStartTimeZone,isAllDay,isCancelled,"
    "isOrganizer,showAs,sensitivity,responseStatus,organizer,attendees,hideAttendees,location,locations,body,"
    "isOnlineMeeting,onlineMeetingProvider,onlineMeeting,onlineMeetingUrl,createdDateTime,lastModifiedDateTime,"
    "changeKey,webLink"
)
#: Outlook's limit; a list this long may have been cut.
_MOST_ATTENDEES = 500
_RESPONSES = {
    "organizer": Response.ACCEPTED,
    "accepted": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_SENSITIVITIES = {
    "personal": Sensitivity.PRIVATE,
    "private": Sensitivity.PRIVATE,
    "confidential": Sensitivity.CONFIDENTIAL,
}
#: A global object id ([MS-OXOCAL] 2.2.1.27): this head, the day of an occurrence, then what the series shares.
_OBJECT_ID = "040000008200E00074C5B7101A82E008"
_DAY = slice(32, 40)
#: "vCal-Uid" and four bytes in front of a UID that another calendar program made.
_FOREIGN_UID = "7643616C2D55696401000000"


class Malformed(ValueError):
    """An event that is not one. The text names the field, never its content."""


def entry(event: dict[str, Any], ref: EntryRef) -> CalendarEntry:
    """One event of calendarView or GET as an entry of the calendar `ref.calendar` (its owner's address).

    Times must have been asked for in UTC. Raises `Malformed`.
    """
    try:
        found = _entry(event, ref)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed(f"the event is malformed: {type(error).__name__}") from error
    if found.end < found.start:
        raise Malformed("the event ends before it starts")
    return found


def _entry(event: dict[str, Any], ref: EntryRef) -> CalendarEntry:
    zone = iana(event.get("originalStartTimeZone"))
    all_day = bool(event.get("isAllDay"))
    body = event.get("body") or {}
    organizer = _organizer(event)
    return CalendarEntry(
        ref=ref,
        uid=series_uid(event.get("iCalUId")),
        original_start=_moment(event.get("originalStart")) if event.get("seriesMasterId") else None,
        series_id=event.get("seriesMasterId"),
        status=EntryStatus.CANCELLED if event.get("isCancelled") else EntryStatus.CONFIRMED,
        start=_boundary(event, "start", zone if all_day else None),
        end=_boundary(event, "end", zone if all_day else None),
        all_day=all_day,
        zone=zone,
        title=event.get("subject") or "",
        location=_location(event),
        description=body.get("content") or "",
        description_is_html=body.get("contentType") == "html",
        conference=_conference(event),
        links=_links(event),
        organizer=organizer,
        is_organizer_copy=bool(event.get("isOrganizer")),
        attendees=_attendees(event, organizer, ref.calendar),
        attendees_complete=_attendees_complete(event),
        own_response=_response(event.get("responseStatus")),
        sensitivity=_SENSITIVITIES.get(str(event.get("sensitivity")).lower(), Sensitivity.NORMAL),
        busy=event.get("showAs") != "free",
        created=_moment(event.get("createdDateTime")),
        updated=_moment(event.get("lastModifiedDateTime")),
        etag=event.get("@odata.etag") or event.get("changeKey"),
        web_link=event.get("webLink"),
    )


@cache
def _windows_zones() -> Mapping[str, str]:
    """Windows name of a zone -> IANA name (Unicode CLDR)."""
    # loaded with the first such name: babel reads 3 MB for it
    from babel.core import get_global

    zones: Mapping[str, str] = get_global("windows_zone_mapping")
    return zones


def iana(name: str | None) -> str | None:
    """The IANA name of a zone that Outlook names its own way; None for a customised or unknown one."""
    return None if not name else _zone(name) or _zone(_windows_zones().get(name, ""))


def _zone(name: str) -> str | None:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def series_uid(uid: str | None) -> str | None:
    """The UID every copy of the series has, in Outlook and elsewhere.

    Graph's `iCalUId` carries the day of the occurrence, and wraps the UID of an invitation made elsewhere.
    """
    if uid is None or not uid.upper().startswith(_OBJECT_ID):
        return uid
    data = uid[len(_OBJECT_ID) + 48 :].upper()
    if data.startswith(_FOREIGN_UID):
        return bytes.fromhex(data[len(_FOREIGN_UID) :]).rstrip(b"\0").decode("utf-8")
    return f"{uid[: _DAY.start]}00000000{uid[_DAY.stop :]}".upper()


def instant(moment: datetime) -> str:
    """An instant for a query or a body: UTC, to the second, with its offset."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc(moment: datetime) -> dict[str, str]:
    """An instant as a `dateTimeTimeZone`."""
    return {"dateTime": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}


def utc_moment(value: dict[str, Any]) -> datetime:
    """The instant of a `dateTimeTimeZone` asked for in UTC; any other zone is `Malformed`."""
    if value.get("timeZone") not in ("UTC", "Etc/UTC"):
        raise Malformed("a time is not in UTC although it was asked for")
    return datetime.fromisoformat(value["dateTime"]).replace(tzinfo=UTC)


def _boundary(event: dict[str, Any], name: str, midnight_of: str | None) -> datetime:
    """Start or end. An all-day event has bare dates: they mean midnight where the organiser is."""
    value = event.get(name)
    if not isinstance(value, dict):
        raise Malformed(f"{name} is missing")
    if not event.get("isAllDay"):
        return utc_moment(value)
    midnight = datetime.fromisoformat(value["dateTime"])
    return midnight.replace(tzinfo=ZoneInfo(midnight_of or "UTC")).astimezone(UTC)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _response(status: dict[str, Any] | None) -> Response:
    return _RESPONSES.get(str((status or {}).get("response")).lower(), Response.NONE)


def _answered_at(status: dict[str, Any] | None) -> datetime | None:
    """When somebody answered; Graph writes the year 1 where nobody has."""
    try:
        at = datetime.fromisoformat(str((status or {}).get("time")))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None and at.year > 1 else None


def _organizer(event: dict[str, Any]) -> Attendee | None:
    mail = (event.get("organizer") or {}).get("emailAddress")
    if not mail:
        return None
    return Attendee(address=mail.get("address"), name=mail.get("name"), response=Response.ACCEPTED, is_organizer=True)


def _attendees(event: dict[str, Any], organizer: Attendee | None, owner: str) -> tuple[Attendee, ...]:
    host = organizer.address.lower() if organizer and organizer.address else None
    return tuple(_attendee(one, host, owner) for one in event.get("attendees") or ())


def _invited_answer(one: dict[str, Any]) -> Response:
    """What an attendee answered; a time that they proposed stays noted until they accept."""
    answer = _response(one.get("status"))
    return Response.PROPOSED if one.get("proposedNewTime") and answer is not Response.ACCEPTED else answer


def _attendee(one: dict[str, Any], organizer: str | None, owner: str) -> Attendee:
    mail = one.get("emailAddress") or {}
    address = (mail.get("address") or "").lower()
    return Attendee(
        address=mail.get("address"),
        name=mail.get("name"),
        response=_invited_answer(one),
        responded_at=_answered_at(one.get("status")),
        optional=one.get("type") == "optional",
        kind=AttendeeKind.ROOM if one.get("type") == "resource" else AttendeeKind.PERSON,
        is_organizer=bool(address) and address == organizer,
        is_self=address == owner.lower(),
    )


def _attendees_complete(event: dict[str, Any]) -> bool:
    """Hidden attendees are left out of everybody's copy but the organiser's."""
    if event.get("hideAttendees") and not event.get("isOrganizer"):
        return False
    return len(event.get("attendees") or ()) < _MOST_ATTENDEES


def _location(event: dict[str, Any]) -> str:
    """All places; `location` only repeats the first of `locations`."""
    places = event.get("locations") or [event.get("location") or {}]
    return "; ".join(filter(None, (place.get("displayName") for place in places)))


def _links(event: dict[str, Any]) -> tuple[str, ...]:
    """Join addresses of an older kind, and those of places. Zoom and Meet stand in location or body."""
    places = event.get("locations") or []
    found = [event.get("onlineMeetingUrl"), *(place.get("locationUri") for place in places)]
    return tuple(dict.fromkeys(link for link in found if link))


def _conference(event: dict[str, Any]) -> Conference | None:
    """Only Microsoft's own services are structured in an event."""
    meeting = event.get("onlineMeeting") or {}
    url = meeting.get("joinUrl")
    if not url and not event.get("isOnlineMeeting"):
        return None
    points = [EntryPoint(kind="video", uri=url)] if url else []
    if meeting.get("tollNumber"):
        uri = f"tel:{meeting['tollNumber']}"
        points.append(EntryPoint(kind="phone", uri=uri, passcode=meeting.get("conferenceId")))
    return Conference(solution=event.get("onlineMeetingProvider"), entry_points=tuple(points), pending=not url)
