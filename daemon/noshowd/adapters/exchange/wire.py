"""Calendar items of exchangelib into calendar entries. Pure; what cannot be understood raises `Malformed`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from noshowd.domain.entry import (
    Attendee,
    AttendeeKind,
    CalendarEntry,
    EntryRef,
    EntryStatus,
    Response,
    Sensitivity,
)

#: What `entry` reads of an item.
FIELDS = (
    "subject",
    "uid",
    "type",
    "start",
    "end",
    "recurrence_id",
    "original_start",
    "is_all_day",
    "is_cancelled",
    "legacy_free_busy_status",
    "my_response_type",
    "organizer",
    "required_attendees",
    "optional_attendees",
    "resources",
    "location",
    "text_body",
    "sensitivity",
    "datetime_created",
    "last_modified_time",
    "_start_timezone",
    "_end_timezone",
)
_RESPONSES = {
    "Organizer": Response.ACCEPTED,
    "Accept": Response.ACCEPTED,
    "Tentative": Response.TENTATIVE,
    "Decline": Response.DECLINED,
}
_SENSITIVITIES = {
    "Personal": Sensitivity.PRIVATE,
    "Private": Sensitivity.PRIVATE,
    "Confidential": Sensitivity.CONFIDENTIAL,
}
_GROUPS = frozenset({"PublicDL", "PrivateDL", "GroupMailbox"})
_IN_SERIES = frozenset({"Occurrence", "Exception"})


class Malformed(ValueError):
    """An item that is no appointment. The text names the field, never its content."""


def entry(item: Any, ref: EntryRef) -> CalendarEntry:
    """One item of a calendar view as an entry of the calendar `ref.calendar` (its owner's address)."""
    try:
        found = _entry(item, ref)
    except (AttributeError, TypeError, ValueError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed(f"the item is malformed: {type(error).__name__}") from error
    if found.end < found.start:
        raise Malformed("the item ends before it starts")
    return found


def _entry(item: Any, ref: EntryRef) -> CalendarEntry:
    in_series = item.type in _IN_SERIES
    zone = item._start_timezone.key if item._start_timezone else None  # noqa: SLF001 - it has no other name
    return CalendarEntry(
        ref=ref,
        uid=item.uid,
        original_start=_moment(item.recurrence_id or item.original_start) if in_series else None,
        series_id=item.uid if in_series else None,
        status=EntryStatus.CANCELLED if item.is_cancelled else EntryStatus.CONFIRMED,
        start=_boundary(item, "start", days=0),
        end=_boundary(item, "end", days=1),
        all_day=bool(item.is_all_day),
        zone=zone,
        title=item.subject or "",
        location=item.location or "",
        description=item.text_body or "",
        organizer=_organizer(item),
        is_organizer_copy=item.my_response_type == "Organizer",
        attendees=tuple(_attendees(item, ref.calendar)),
        own_response=_RESPONSES.get(item.my_response_type, Response.NONE),
        sensitivity=_SENSITIVITIES.get(item.sensitivity, Sensitivity.NORMAL),
        busy=item.legacy_free_busy_status != "Free",
        created=_moment(item.datetime_created),
        updated=_moment(item.last_modified_time),
        etag=item.changekey,
    )


def _boundary(item: Any, name: str, *, days: int) -> datetime:
    """Start or end. Of an all-day item exchangelib gives dates, the last one included (so `days` are added)."""
    value = getattr(item, name)
    if value is None:
        raise Malformed(f"{name} is missing")
    if isinstance(value, datetime):
        return _plain(value)
    zone = getattr(item, f"_{name}_timezone")
    if zone is None:  # then exchangelib took the dates of the machine's own zone
        raise Malformed("an all-day item in an unknown zone: which days it means cannot be told")
    day = date(value.year, value.month, value.day) + timedelta(days=days)
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def _moment(value: datetime | None) -> datetime | None:
    return _plain(value) if value else None


def _plain(value: datetime) -> datetime:
    """Exchangelib's own datetime refuses any zone but its own."""
    return datetime.fromtimestamp(value.timestamp(), UTC)


def _organizer(item: Any) -> Attendee | None:
    if item.organizer is None:
        return None
    return Attendee(
        address=_address(item.organizer),
        name=item.organizer.name,
        response=Response.ACCEPTED,
        is_organizer=True,
    )


def _attendees(item: Any, owner: str) -> list[Attendee]:
    organizer = _address(item.organizer) if item.organizer else None
    return [
        _attendee(one, organizer, owner, optional=listed_as == "optional_attendees", room=listed_as == "resources")
        for listed_as in ("required_attendees", "optional_attendees", "resources")
        for one in getattr(item, listed_as) or ()
    ]


def _attendee(one: Any, organizer: str | None, owner: str, *, optional: bool, room: bool) -> Attendee:
    address = _address(one.mailbox)
    kind = AttendeeKind.GROUP if one.mailbox.mailbox_type in _GROUPS else AttendeeKind.PERSON
    return Attendee(
        address=address,
        name=one.mailbox.name,
        response=_RESPONSES.get(one.response_type, Response.NONE),
        responded_at=_moment(one.last_response_time),
        optional=optional,
        kind=AttendeeKind.ROOM if room else kind,
        is_organizer=address is not None and address == organizer,
        is_self=(address or "").casefold() == owner.casefold(),
    )


def _address(mailbox: Any) -> str | None:
    """An address of the Internet; inside an organisation there may be a name of Exchange's own instead."""
    found = mailbox.email_address or ""
    return found.lower() if "@" in found else None
