"""What was seen, by whom it could have been seen, and what people say. Append-only; matching comes later.

Three kinds of evidence come from sources (`Sighting`, `CallRecord`, `Coverage`) and one from people (`Statement`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from noshowd.domain.spans import Span, require_aware


class Where(StrEnum):
    """In the meeting itself, or arrived and not let in yet."""

    ROOM = "room"
    LOBBY = "lobby"


class MatchStrength(IntEnum):
    """How surely an identity is a person. Strong and medium are present, weak is an unidentified human."""

    NONE = 0
    WEAK = 1
    MEDIUM = 2
    STRONG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody as the source named them, raw. Any field may be missing; none is normalised."""

    #: The source's own id of the account, stable between meetings.
    provider_id: str | None = None
    address: str | None = None
    name: str | None = None
    #: As the source writes it, perhaps partly hidden.
    phone: str | None = None
    #: The source itself vouches for id or address (signed in); a typed name is never verified.
    verified: bool = False
    #: The source itself says that this is a room system, recorder or other machine.
    machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Somebody was there from `began` to at least `until`.

    `stay` is the source's key of this visit: a later sighting with the same source and stay replaces this one.
    `open` means still there when last looked; then `until` is the instant up to which that is known.
    """

    source: str
    stay: str
    where: Where = Where.ROOM
    identity: Identity
    began: datetime
    until: datetime
    open: bool = False
    #: The very conference in which it was seen (conference record, meeting instance).
    conference: str | None = None

    def __post_init__(self) -> None:
        if self.began.tzinfo is None or self.until.tzinfo is None:  # sightings are many: two calls less for each
            require_aware("sighting.began", self.began)
            require_aware("sighting.until", self.until)
        if self.until < self.began:
            raise ValueError(f"a stay ends before it begins: {self.source} {self.stay}")

    @property
    def span(self) -> Span:
        return Span(start=self.began, end=self.until)


class Direction(StrEnum):
    """Seen from our side."""

    OUT = "out"
    IN = "in"


class CallResult(StrEnum):
    """What became of one call attempt (all its legs together)."""

    RINGING = "ringing"
    TALKING = "talking"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    REJECTED = "rejected"
    FAILED = "failed"
    #: The source cannot tell whether a person answered.
    UNCLEAR = "unclear"


#: In the place of a number that nobody in the meeting has: who it is, is none of our business.
SOMEBODY_ELSE = "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One telephone call between one of our lines and somebody, all legs together.

    A later record with the same source and `call` replaces this one. Numbers are E.164, None where hidden;
    `their_number` is `SOMEBODY_ELSE` once it is kept and belongs to nobody who matters.
    """

    source: str
    call: str
    direction: Direction
    our_line: str | None
    their_number: str | None
    began: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    result: CallResult
    #: The zone's doubled hour: the call may as well have been this much later (never used for an absence).
    or_later_by: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        for name in ("began", "answered", "ended"):
            require_aware(f"call.{name}", getattr(self, name))

    @property
    def running(self) -> bool:
        return self.ended is None and self.result in (CallResult.RINGING, CallResult.TALKING)

    def talked(self, now: datetime) -> timedelta:
        """Talk time from answer to hang-up (or `now`); zero when no person answered."""
        if self.answered is None or self.result not in (CallResult.ANSWERED, CallResult.TALKING):
            return timedelta(0)
        return max(timedelta(0), (self.ended or now) - self.answered)


class Blind(StrEnum):
    """What a source cannot see."""

    LOBBY = "lobby"
    DIAL_IN = "dial_in"
    OUTSIDERS = "outsiders"
    OPTED_OUT = "opted_out"
    #: Calls whose other number is withheld.
    HIDDEN_NUMBERS = "hidden_numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A source looked and would have seen whoever was there in `span`, but for its blind spots.

    `span.end` already lies before the look by the source's lag and clock skew. Ended-only coverage knows a visit
    or call only once it has ended, so it never speaks of what may still be going on.
    """

    source: str
    span: Span
    ended_only: bool = False
    blind: frozenset[Blind] = field(default_factory=frozenset)
    #: Lines seen completely, E.164 (telephone sources).
    lines: frozenset[str] = field(default_factory=frozenset)
    #: Persons' addresses this source is restricted to; empty means everybody.
    only: frozenset[str] = field(default_factory=frozenset)
    conference: str | None = None
    #: The source vouches for presence only (a record without identity, an unclear report): no absence rests on it.
    presence_only: bool = False
    #: It is told of each coming by itself, and one that got lost leaves no trace: there is no list to compare with.
    #: An absence that rests on it alone is good enough for our own side, and never for a word to a guest (`premises`).
    lossy: bool = False


class Said(StrEnum):
    """What one of us can say about a meeting with one tap."""

    THEY_ARE_HERE = "they_are_here"
    TALKED = "talked"
    MET_ELSEWHERE = "met_elsewhere"
    NOT_THERE = "not_there"
    NOBODY_ANSWERED = "nobody_answered"
    THEY_NEVER_RANG = "they_never_rang"
    MOVED = "moved"
    THEY_TOLD_ME = "they_told_me"
    I_FORGOT = "i_forgot"
    I_AM_HERE = "i_am_here"
    WRONG_ROOM = "wrong_room"
    LEAVE_IT = "leave_it"


#: Any of these wins over everything a source says.
SAYS_HELD = frozenset({Said.THEY_ARE_HERE, Said.TALKED, Said.MET_ELSEWHERE})
#: Counts as coverage of the other side, from the start to the answer, and proves that the speaker was there.
SAYS_ABSENT = frozenset({Said.NOT_THERE, Said.NOBODY_ANSWERED, Said.THEY_NEVER_RANG})
#: The appointment no longer stands as it was.
SAYS_OFF = frozenset({Said.MOVED, Said.THEY_TOLD_ME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person of our side said about this meeting. The last one of the same person wins."""

    by: str
    at: datetime
    said: Said

    def __post_init__(self) -> None:
        require_aware("statement.at", self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one look at one source brought."""

    sightings: tuple[Sighting, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    coverages: tuple[Coverage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything known about one round of one meeting."""

    sightings: tuple[Sighting, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    statements: tuple[Statement, ...] = ()
    #: The last that was told of each stay, by whom the source named; sorted once, for everybody who asks.
    stays: Mapping[Identity, Sequence[Sighting]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        stays: dict[Identity, list[Sighting]] = {}
        for one in {(s.source, s.stay): s for s in self.sightings}.values():
            stays.setdefault(one.identity, []).append(one)
        object.__setattr__(self, "stays", stays)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTraits:
    """What a presence source can do at all; the plan of looks and the finality of a case follow from it."""

    name: str
    #: Tells of calls. Of a video meeting it knows only whether the two sides talked on the telephone instead.
    telephone: bool = False
    #: One good look tells the whole past of the meeting, not only the moment.
    keeps_history: bool = False
    #: Tells of visits and calls only after their end.
    ended_only: bool = False
    #: Never writes coverage: may prove presence only.
    presence_only: bool = False
    #: As of `Coverage`: what is lost on its way leaves no trace.
    lossy: bool = False
    blind: frozenset[Blind] = field(default_factory=frozenset)
    #: How far behind the present its answers are.
    lag: timedelta = timedelta(seconds=15)
    #: How long before the start it is first asked, at most as long as the early window: it has to be told to listen.
    prepares: timedelta = timedelta(0)
    #: How long after the end it may still bring news.
    settles_after: timedelta = timedelta(minutes=5)
