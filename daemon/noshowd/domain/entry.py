"""What a calendar says, in no vendor's words: a `CalendarEntry` is one occurrence in one calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from noshowd.domain.spans import require_aware


class EntryStatus(StrEnum):
    """RFC 5545 STATUS of an event."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class Response(StrEnum):
    """RFC 5545 PARTSTAT, as far as calendars agree on it, and what only some of them know."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    #: Asked for another time: a new one is being agreed on, so nobody waits for them at this one.
    PROPOSED = "proposed"
    DECLINED = "declined"
    NONE = "none"


#: Whoever answered so does not come at this time.
STAYS_AWAY = frozenset({Response.DECLINED, Response.PROPOSED})


class AttendeeKind(StrEnum):
    """RFC 5545 CUTYPE: a person, something with an address that is not one, or not said."""

    PERSON = "person"
    ROOM = "room"
    GROUP = "group"


class Sensitivity(StrEnum):
    """RFC 5545 CLASS."""

    NORMAL = "normal"
    PRIVATE = "private"
    CONFIDENTIAL = "confidential"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRef:
    """Where an entry lies: the account's name in the configuration, the calendar, the vendor's id."""

    account: str
    calendar: str
    entry_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody or something invited, as the calendar names them. `address` is not normalised."""

    address: str | None = None
    name: str | None = None
    response: Response = Response.NONE
    #: When they answered, where the vendor tells.
    responded_at: datetime | None = None
    optional: bool = False
    kind: AttendeeKind = AttendeeKind.PERSON
    is_organizer: bool = False
    is_self: bool = False
    #: Unnamed people this attendee brings along (Google `additionalGuests`).
    additional_guests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPoint:
    """One structured way into a conference: `video`, `phone`, `sip` or `more`, as the vendor lists it."""

    kind: str
    uri: str
    passcode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """What the calendar itself knows of a conference, apart from any text."""

    #: The vendor's word for the service (`hangoutsMeet`, `addOn`, `teamsForBusiness`), or None.
    solution: str | None = None
    conference_id: str | None = None
    entry_points: tuple[EntryPoint, ...] = ()
    #: The link is still being made; read again.
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One occurrence in one calendar. Everything is as the vendor says it; `reading` gives it meaning.

    `start` and `end` are aware instants. An all-day entry starts at local midnight of `zone`.
    """

    ref: EntryRef
    #: iCalendar UID, the same in every copy of the series; None where the vendor gives none.
    uid: str | None = None
    #: Start the occurrence had in its series before any move; None for a single event.
    original_start: datetime | None = None
    series_id: str | None = None
    status: EntryStatus = EntryStatus.CONFIRMED
    #: The vendor's event type (`default`, `focusTime`, `outOfOffice`, ...).
    event_type: str = "default"
    start: datetime
    end: datetime
    all_day: bool = False
    #: IANA name of the zone the organiser chose, or None.
    zone: str | None = None
    title: str = ""
    location: str = ""
    description: str = ""
    description_is_html: bool = False
    conference: Conference | None = None
    #: Further links in fields of their own (URL of an iCalendar event, X- properties), best first.
    links: tuple[str, ...] = ()
    organizer: Attendee | None = None
    #: This copy lies in the organiser's calendar.
    is_organizer_copy: bool = False
    attendees: tuple[Attendee, ...] = ()
    #: False when the vendor left attendees out (too many, hidden, no right to see them).
    attendees_complete: bool = True
    #: Answer of the calendar's owner.
    own_response: Response = Response.NONE
    sensitivity: Sensitivity = Sensitivity.NORMAL
    #: RFC 5545 TRANSP: False when the time is shown as free.
    busy: bool = True
    created: datetime | None = None
    updated: datetime | None = None
    #: Version mark for conditional writes.
    etag: str | None = None
    #: Web page of the event in the vendor's calendar, for our own side.
    web_link: str | None = None
    #: Marks that programs left on the event (private extended properties), lower-case names.
    marks: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        for name in ("start", "end", "original_start", "created", "updated"):
            require_aware(name, getattr(self, name))
