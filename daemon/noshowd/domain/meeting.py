"""An appointment to watch: who is expected, where, when, and who rings whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from noshowd.domain.entry import STAYS_AWAY, EntryRef, Response
from noshowd.domain.spans import Span, require_aware


class Kind(StrEnum):
    """What an event is. The first two are watched."""

    VIDEO = "video"
    PHONE = "phone"
    IN_PERSON = "in_person"
    NONE = "none"


class Side(StrEnum):
    """Ours (the user of noshowd and colleagues) or theirs."""

    OURS = "ours"
    THEIRS = "theirs"


class Role(StrEnum):
    """Only chooses words; nothing is decided by it."""

    HOST = "host"
    GUEST = "guest"


class Caller(StrEnum):
    """Who dials in a phone appointment."""

    OURS = "ours"
    THEIRS = "theirs"
    UNKNOWN = "unknown"


class Skip(StrEnum):
    """Why a meeting is not watched."""

    CANCELLED = "cancelled"
    DECLINED = "declined"
    ALL_DAY = "all_day"
    EVENT_TYPE = "event_type"
    FREE = "free"
    NO_OTHERS = "no_others"
    TOO_MANY = "too_many"
    PRIVATE = "private"
    COPY = "copy"
    NOT_A_CALL = "not_a_call"
    NO_POLICY = "no_policy"
    STARTED_BEFORE_US = "started_before_us"
    PAUSED_BY_PERSON = "paused_by_person"
    UNKNOWN_ORGANIZER = "unknown_organizer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One expected human, listed once however many addresses they have.

    `key` is the canonical address (lower case, without plus tag), else `name:` or `tel:` and the rest.
    """

    key: str
    side: Side
    role: Role = Role.GUEST
    address: str | None = None
    name: str | None = None
    #: Other addresses of the same person, canonical.
    aliases: tuple[str, ...] = ()
    #: Ids the presence sources know them by, as `source:id`.
    provider_ids: tuple[str, ...] = ()
    #: To the invitation, or by taking this very time from an offer of ours.
    response: Response = Response.NONE
    #: When they answered, or when that was first noticed; None where it was answered before anybody looked.
    responded_at: datetime | None = None
    #: When they were invited, where that was only after the start; None for everybody else.
    invited_at: datetime | None = None
    #: Optional people, and those who declined or asked for another time, are never missing.
    optional: bool = False
    #: Judged singly: a colleague cannot stand in.
    required: bool = False
    #: Telephone numbers in E.164.
    lines: tuple[str, ...] = ()
    #: No line beside `lines` is used for such calls; otherwise an unseen mobile is assumed.
    all_lines_seen: bool = False

    @property
    def expected(self) -> bool:
        """Whether this person can be missing at all."""
        return not self.optional and self.response not in STAYS_AWAY

    @property
    def accepted(self) -> bool:
        """Whether they accepted or answered the invitation (a tentative yes is an answer)."""
        return self.response in (Response.ACCEPTED, Response.TENTATIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the meeting takes place."""

    kind: Kind
    #: Slug of the service (`google_meet`, `teams`, `zoom`), None where unknown or not a video meeting.
    platform: str | None = None
    url: str | None = None
    meeting_id: str | None = None
    passcode: str | None = None
    #: The number the appointment is about, E.164.
    phone: str | None = None
    #: The number is that of a telephone conference, which everybody dials.
    bridge: bool = False
    caller: Caller = Caller.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One round of one meeting: as long as start and join address stay, the evidence belongs together.

    `key` names the occurrence over all copies and vendors; `round` counts from 1.
    """

    key: str
    round: int = 1
    start: datetime
    end: datetime
    place: Place
    people: tuple[Person, ...]
    title: str = ""
    #: The copies it was read from, the organiser's first.
    copies: tuple[EntryRef, ...] = ()
    organizer: str | None = None
    #: Name of the policy that applies.
    policy: str | None = None
    #: Reasons not to watch it, told over all copies; None when it is watched.
    skip: Skip | None = None
    called_off: bool = False
    #: The organiser asks for discretion: the title is told to nobody.
    confidential: bool = False
    zone: str | None = None
    #: Since when start and place are as they are now, as far as known.
    unchanged_since: datetime | None = None
    #: Unnamed extra people that attendees announced.
    additional_guests: int = 0
    #: Somebody or a group that could not be listed one by one is invited.
    open_ended: bool = False
    #: iCalendar UID of the event, by which the mail that invited to it can be found.
    uid: str | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:  # meetings are many: two calls less for each
            require_aware("meeting.start", self.start)
            require_aware("meeting.end", self.end)
        if self.end < self.start:
            raise ValueError(f"meeting {self.key} ends before it starts")

    @property
    def slot(self) -> Span:
        return Span(start=self.start, end=self.end)

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def watched(self) -> bool:
        return self.skip is None and not self.called_off

    def side(self, side: Side) -> tuple[Person, ...]:
        """Everybody of one side, optional people included."""
        return tuple([p for p in self.people if p.side is side])

    def person(self, key: str) -> Person | None:
        for person in self.people:
            if person.key == key:
                return person
        return None
