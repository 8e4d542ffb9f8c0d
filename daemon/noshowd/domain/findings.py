"""What the evidence of one kind of meeting comes to, before any word is said about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from noshowd.domain.evidence import SAYS_HELD, Coverage, Evidence, Said, SourceTraits, Statement
from noshowd.domain.policy import JudgingRules
from noshowd.domain.spans import Span
from noshowd.domain.verdict import PersonVerdict, Reason, SidePresence


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Presence of both sides as of `as_of`, from sources alone."""

    ours: SidePresence = SidePresence.UNKNOWN
    theirs: SidePresence = SidePresence.UNKNOWN
    overlapped: bool = False
    as_of: datetime | None = None
    people: tuple[PersonVerdict, ...] = ()
    reasons: frozenset[Reason] = field(default_factory=frozenset)
    ours_first: datetime | None = None
    theirs_first: datetime | None = None
    at_least_missing: int = 0
    ours_here: bool = False
    theirs_here: bool = False
    #: Somebody of the other side was surely identified (a negative answer contradicts it).
    theirs_surely: bool = False
    #: When one of them, or somebody who may be one of them, came last: whatever was said before says nothing of that.
    theirs_latest: datetime | None = None
    #: They would have been seen together, had they been; else "missed each other" is not known.
    overlap_would_show: bool = True
    #: Both sides were still there, apart, when last seen (one in the lobby, say): they may meet yet.
    may_still_meet: bool = False


def reach(covered: Iterable[Span], start: datetime, gap: timedelta) -> datetime | None:
    """How far coverage goes on from `start` without a gap; None when it does not cover the start.

    `covered` is in order, and no two of its stretches are as near to each other as `gap` (`union`).
    """
    for span in covered:
        if span.start <= start + gap and span.end >= start:
            return span.end
    return None


def fresh_from(
    coverages: Iterable[Coverage], sources: Mapping[str, SourceTraits], rules: JudgingRules, now: datetime
) -> datetime:
    """Coverage up to this instant or later still speaks of the present, given how far its sources lag behind."""
    lag = max((sources[c.source].lag for c in coverages if c.source in sources), default=timedelta(0))
    return now - lag - rules.fresh_for


def last_words(evidence: Evidence) -> tuple[Statement, ...]:
    """The last statement of each person, in order of time (the last answer of the same person wins)."""
    if not evidence.statements:
        return ()
    latest: dict[str, Statement] = {}
    for statement in sorted(evidence.statements, key=lambda s: s.at):
        latest[statement.by] = statement
    return tuple(sorted(latest.values(), key=lambda s: s.at))


#: Whoever says one of these was there.
_SPEAKER_WAS_THERE = SAYS_HELD | {
    Said.I_AM_HERE,
    Said.NOT_THERE,
    Said.NOBODY_ANSWERED,
    Said.THEY_NEVER_RANG,
}


def confirmed_being_there(evidence: Evidence) -> bool:
    """Whether somebody of our side said that they were there (positive control without a sighting)."""
    return any(s.said in _SPEAKER_WAS_THERE for s in last_words(evidence))
