"""What was judged, beside what people said: how right the verdicts have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.evidence import SAYS_ABSENT, SAYS_HELD, Said, Statement
from noshowd.domain.meeting import Kind, Meeting
from noshowd.domain.verdict import Outcome
from noshowd.store import evidence as facts
from noshowd.store import meetings
from noshowd.store.meetings import StoredMeeting
from noshowd.store.schema import evidence

#: Verdicts that accuse nobody and wait for more.
_OPEN = frozenset({Outcome.WAITING, Outcome.NOT_WATCHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One meeting of which somebody of ours said what was."""

    meeting: Meeting
    #: Sources that covered it.
    sources: frozenset[str]
    #: The verdict that stood when the first of ours spoke: what noshowd had found by itself. None: not judged yet.
    found: Outcome | None
    said: Outcome
    by: str


def truth(said: Said) -> Outcome | None:
    """The outcome that somebody tells of; None for words that settle nothing (`moved`, `leave_it`)."""
    if said in SAYS_HELD or said is Said.I_AM_HERE:
        return Outcome.HELD
    if said in SAYS_ABSENT:
        return Outcome.THEY_ARE_MISSING
    return Outcome.WE_ARE_MISSING if said is Said.I_FORGOT else None


def compared(
    conn: sa.Connection, *, since: datetime, until: datetime, concerns: Callable[[Meeting], bool] = lambda _: True
) -> list[Compared]:
    """Every meeting that began in this stretch, that concerns the asker, and of which something was said."""
    spoken = set(conn.scalars(sa.select(evidence.c.meeting).where(evidence.c.kind == "statement").distinct()))
    stored = [one for one in meetings.between(conn, since, until) if one.meeting.key in spoken]
    found = (_compare(conn, one) for one in stored if concerns(one.meeting))
    return [one for one in found if one is not None]


def _compare(conn: sa.Connection, stored: StoredMeeting) -> Compared | None:
    noted = facts.history(conn, *stored.id)
    spoken = [(one.noted_at, one.fact) for one in noted if isinstance(one.fact, Statement)]
    telling = [(at, fact, said) for at, fact in spoken if (said := truth(fact.said)) is not None]
    if not telling:
        return None
    sources = frozenset(str(one.fact.source) for one in noted if not isinstance(one.fact, Statement))
    _, last, said = telling[-1]
    return Compared(
        meeting=stored.meeting,
        sources=sources,
        found=_found(conn, stored, before=telling[0][0]),
        said=said,
        by=last.by,
    )


def _found(conn: sa.Connection, stored: StoredMeeting, *, before: datetime) -> Outcome | None:
    steps: Sequence[meetings.Transition] = meetings.transitions(conn, *stored.id)
    known = [one.outcome for one in steps if one.noticed_at < before and one.outcome not in _OPEN]
    return known[-1] if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How often a claim was right, and how much of what happened was found."""

    #: Claimed, and so it was.
    right: int
    #: Claimed, and it was otherwise.
    wrong: int
    #: It was so, and nothing or something else had been found.
    missed: int

    @property
    def precision(self) -> float | None:
        """Share of the claims that were right; None without any."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Share of what happened that was found; None where nothing happened."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None


def score(compared: Sequence[Compared], outcome: Outcome) -> Score:
    """Of this outcome."""
    right = sum(one.found is outcome and one.said is outcome for one in compared)
    wrong = sum(one.found is outcome and one.said is not outcome for one in compared)
    missed = sum(one.said is outcome and one.found is not outcome for one in compared)
    return Score(right=right, wrong=wrong, missed=missed)


#: What can be right or wrong to a guest's or our own disadvantage.
CLAIMS = (Outcome.THEY_ARE_MISSING, Outcome.WE_ARE_MISSING, Outcome.HELD)
MEDIA = (Kind.VIDEO, Kind.PHONE)
