"""Everything a text may speak of. Raw as it comes from calendars and people: rendering cleans and bounds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from noshowd.domain.evidence import Said
from noshowd.domain.followup import TO_GUESTS, Approval, Cause, FollowUpKind
from noshowd.domain.meeting import Caller, Kind
from noshowd.domain.policy import Guide
from noshowd.domain.spans import require_aware
from noshowd.domain.verdict import Outcome, Reason


class TaskNote(StrEnum):
    """Why something became a task for a person instead of a message."""

    NOT_ACCEPTED = "not_accepted"
    TOO_MANY_GUESTS = "too_many_guests"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"
    APPROVAL_EXPIRED = "approval_expired"
    NO_FREE_TIME = "no_free_time"
    TIMES_TAKEN = "times_taken"
    SEVERAL_MISSES = "several_misses"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMeeting:
    """One line of a list of meetings."""

    start: datetime
    title: str = ""
    guests: tuple[str, ...] = ()
    #: What the reader answered about it, or what became known.
    told: Said | Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What would have gone out about one appointment, had it not been a trial."""

    start: datetime
    title: str = ""
    outcome: Outcome
    kinds: tuple[FollowUpKind, ...]
    #: The reader is asked whether it was right.
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """When a part of noshowd did not work."""

    part: str
    began: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingContext:
    """The facts of one message. What is not known stays at its default, and the text does without it."""

    kind: FollowUpKind
    cause: Cause = Cause.UNKNOWN
    medium: Kind = Kind.VIDEO
    # the meeting
    title: str = ""
    start: datetime
    end: datetime
    now: datetime
    link: str | None = None
    #: For our own side the guest's number, for a guest the one under which our person is reached.
    phone: str | None = None
    caller: Caller = Caller.UNKNOWN
    # the reader
    #: IANA zone in which times are written.
    zone: str = "UTC"
    #: The zone may not be the reader's own: times name it.
    name_zone: bool = False
    #: Name of the reader; only a plain name is used in a greeting, and nothing is guessed from it.
    reader_name: str | None = None
    #: Whole first line that a [[contact]] asks for.
    greeting: str = ""
    # people
    #: Our person in whose name a guest is written to, or who makes the call (else the reader).
    host_name: str | None = None
    #: Lines below a message to a guest; the host's name where empty.
    signature: str = ""
    #: Names for our own side only, never for guests: everybody of the other side, and how they stand.
    guests: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    in_lobby: tuple[str, ...] = ()
    at_least_missing: int = 0
    absent_since: datetime | None = None
    reasons: frozenset[Reason] = frozenset()
    # what a waiting person doubts first
    unchanged_since: datetime | None = None
    changed_at: datetime | None = None
    #: Everybody who is missed has accepted; on that day, where it is known.
    accepted: bool = False
    accepted_on: datetime | None = None
    #: A source that sees the lobby saw nobody there.
    nobody_in_lobby: bool = False
    next_step: FollowUpKind | None = None
    next_step_at: datetime | None = None
    # offers and ordered words
    free_times: tuple[datetime, ...] = ()
    #: Page on which a time is chosen.
    page: str | None = None
    minutes: int = 5
    #: What a person wrote instead; sent to a guest exactly so, below the usual subject.
    own_text: str | None = None
    # answers
    #: Values of the taps offered, for the reply words of mail without links.
    choices: tuple[str, ...] = ()
    by_reply: bool = False
    # another message that this one is about (approval, doubt)
    quoted_to: str = ""
    quoted_from: str = ""
    quoted_subject: str = ""
    quoted_text: str = ""
    mailto: str | None = None
    #: Until when an approval or a veto counts.
    until: datetime | None = None
    approval: Approval = Approval.ASK
    note: TaskNote | None = None
    #: A firm's own words for a call back.
    guide: Guide | None = None
    listed: tuple[ListedMeeting, ...] = ()
    # noshowd itself
    #: Sort of notice or correction: blind, recovered, in_doubt, settled; of words after a miss: came_late.
    notice: str = ""
    part: str = ""
    detail: str = ""
    since: datetime | None = None
    # the end of a day
    outcomes: tuple[tuple[Outcome, int], ...] = ()
    trials: tuple[Trial, ...] = ()
    outages: tuple[Outage, ...] = ()
    #: How often the reader has found a trial right, and wrong, of late.
    judged_right: int = 0
    judged_wrong: int = 0
    #: That is reason to trust it.
    enough: bool = False
    #: Only tried: nothing leaves our side.
    shadow: bool = False
    # below a message to a guest
    privacy_url: str | None = None
    opt_out_url: str | None = None

    def __post_init__(self) -> None:
        for name in (
            "start",
            "end",
            "now",
            "absent_since",
            "unchanged_since",
            "changed_at",
            "accepted_on",
            "next_step_at",
            "until",
            "since",
        ):
            require_aware(name, getattr(self, name))
        for at in self.free_times:
            require_aware("free_times", at)

    @property
    def to_guest(self) -> bool:
        return self.kind in TO_GUESTS
