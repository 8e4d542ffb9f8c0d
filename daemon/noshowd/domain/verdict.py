"""What noshowd holds to be true of a meeting as of one instant, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from noshowd.domain.meeting import Side
from noshowd.domain.spans import require_aware


class Presence(StrEnum):
    """Of one person. Unknown is an honest answer and never accuses anybody."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class SidePresence(StrEnum):
    """Of one side as a whole."""

    PRESENT = "present"
    #: In the lobby, or their call reached us, but not together with anybody yet.
    ARRIVED = "arrived"
    ABSENT = "absent"
    #: A source covered the time and saw nobody at all: worth nothing by itself (no positive control).
    UNSEEN = "unseen"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """The one word about the meeting."""

    WAITING = "waiting"
    HELD = "held"
    THEY_ARE_MISSING = "they_are_missing"
    WE_ARE_MISSING = "we_are_missing"
    NOBODY_CAME = "nobody_came"
    MISSED_EACH_OTHER = "missed_each_other"
    CALLED_OFF = "called_off"
    UNKNOWN = "unknown"
    NOT_WATCHED = "not_watched"


#: Outcomes in which the two sides did not come together although they should have, and it is known.
CONFIRMED_MISSES = frozenset({Outcome.THEY_ARE_MISSING, Outcome.WE_ARE_MISSING, Outcome.MISSED_EACH_OTHER})


#: Outcomes in which it is not known whether the two sides came together.
OPEN = frozenset({Outcome.UNKNOWN, Outcome.NOBODY_CAME})


class Reason(StrEnum):
    """Why a verdict is what it is. Words for people are made from these in `wording`."""

    # what was seen
    SEEN_TOGETHER = "seen_together"
    TALKED = "talked"
    PRESUMED = "presumed"
    NOT_ADMITTED = "not_admitted"
    SHORT_STAY = "short_stay"
    UNIDENTIFIED_HUMAN = "unidentified_human"
    ONLY_BOTS = "only_bots"
    BOT_INSTEAD = "bot_instead"
    NEVER_SEEN = "never_seen"
    AT_LEAST_MISSING = "at_least_missing"
    CAME_LATE = "came_late"
    LEFT_EARLY = "left_early"
    # what is missing in the evidence
    NO_SOURCE = "no_source"
    NO_COVERAGE = "no_coverage"
    GAP = "gap"
    NO_POSITIVE_CONTROL = "no_positive_control"
    LOST_SIGHT = "lost_sight"
    NOBODY_SEEN = "nobody_seen"
    BLIND_SPOT = "blind_spot"
    ENDED_ONLY = "ended_only"
    OPEN_ENDED_GUESTS = "open_ended_guests"
    #: An absence in this verdict rests on a source that may have lost a coming without a trace.
    MAY_BE_LOST = "may_be_lost"
    # telephone
    WE_RANG = "we_rang"
    THEY_RANG = "they_rang"
    NOBODY_RANG = "nobody_rang"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    CALL_RUNNING = "call_running"
    SHORT_TALK = "short_talk"
    HIDDEN_CALL = "hidden_call"
    WEAK_NUMBER = "weak_number"
    OTHER_NUMBER = "other_number"
    NUMBER_UNTRIED = "number_untried"
    UNSEEN_LINE = "unseen_line"
    OTHER_TIME = "other_time"
    CALLER_UNKNOWN = "caller_unknown"
    # what people said
    SAID_HELD = "said_held"
    SAID_ABSENT = "said_absent"
    SAID_FORGOT = "said_forgot"
    SAID_OFF = "said_off"
    CONFLICT = "conflict"
    # the calendar
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    CANCELLED_AFTER_START = "cancelled_after_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonVerdict:
    """Presence of one person as of the verdict's instant."""

    key: str
    side: Side
    presence: Presence = Presence.UNKNOWN
    #: Provably not there at `as_of`, whatever was before.
    absent_now: bool = False
    #: Not there now and provably not since this instant ("not there since T").
    absent_since: datetime | None = None
    #: Seen in the room, in the lobby or on a call during this round, however short.
    seen: bool = False
    #: An unidentified human seen in this round may be this person.
    maybe_seen: bool = False
    in_lobby: bool = False
    #: Somebody who is there now (as of the latest look).
    here_now: bool = False
    arrived_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement of one round at one instant. Judging the same evidence at the same instant gives it."""

    outcome: Outcome
    judged_at: datetime
    ours: SidePresence = SidePresence.UNKNOWN
    theirs: SidePresence = SidePresence.UNKNOWN
    #: The instant up to which the evidence reaches without a gap; None when it does not reach the start.
    as_of: datetime | None = None
    people: tuple[PersonVerdict, ...] = ()
    reasons: frozenset[Reason] = field(default_factory=frozenset)
    #: Whole minutes between the start and the first of a side to arrive; None while nobody has.
    ours_late: int | None = None
    theirs_late: int | None = None
    #: How many of their expected people are certainly missing; told to our side only.
    at_least_missing: int = 0
    #: Somebody of a side is in the room as of the latest look.
    ours_here: bool = False
    theirs_here: bool = False
    #: The confirmation instant has passed.
    confirmed: bool = False
    #: Of the time from `as_of` to now, or to the end of the slot, nothing is known: nobody looked.
    broken_off: bool = False
    ended: bool = False
    #: No source and no person is expected to change it any more.
    final: bool = False
    #: When to judge again; later than `judged_at`, or None when nothing but new facts can change it.
    next_look_at: datetime | None = None

    def __post_init__(self) -> None:
        require_aware("verdict.judged_at", self.judged_at)
        require_aware("verdict.next_look_at", self.next_look_at)
        if self.next_look_at is not None and self.next_look_at <= self.judged_at:
            raise ValueError(f"next look {self.next_look_at} is not after {self.judged_at}")

    def side(self, side: Side) -> SidePresence:
        return self.ours if side is Side.OURS else self.theirs

    def person(self, key: str) -> PersonVerdict | None:
        for person in self.people:
            if person.key == key:
                return person
        return None


def missing_guests(verdict: Verdict | None) -> frozenset[str]:
    """The keys of those who, as is confirmed, did not come."""
    if verdict is None or not verdict.confirmed or verdict.outcome is not Outcome.THEY_ARE_MISSING:
        return frozenset()
    return frozenset([p.key for p in verdict.people if p.side is Side.THEIRS and p.presence is Presence.ABSENT])
