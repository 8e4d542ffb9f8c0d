"""A claimed round, what a judge says about it, and the rows that say so: made without a database, in any process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from noshowd.domain.followup import FollowUp, State
from noshowd.domain.meeting import Meeting
from noshowd.domain.verdict import Outcome, Verdict
from noshowd.store.texts import encode, micros

#: Key of a meeting and number of the round.
RoundId = tuple[str, int]
#: A row as both drivers take it, its values in the order of the columns that are named for it below.
Row = tuple[Any, ...]

ROUND = (
    "key",
    "round",
    "phase",
    "outcome",
    "verdict",
    "judged_at",
    "closed_at",
    "next_look_at",
    "lease_token",
    "lease_until",
)
CHANGE = ("meeting", "round", "phase", "outcome", "reasons", "became_at", "noticed_at")
FOLLOWUP = (
    "key",
    "meeting",
    "round",
    "person",
    "kind",
    "followup",
    "concerns",
    "state",
    "shadow",
    "next_try_at",
    "reason",
    "created_at",
    "changed_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedMeeting:
    """One round that is due, leased to a worker until it is saved."""

    meeting: Meeting
    #: The same as it is stored.
    text: str
    phase: str | None
    #: The last outcome, and the verdict as it is stored; None when it was never judged.
    outcome: Outcome | None
    verdict: str | None
    token: str
    #: How much was known when it was claimed.
    news: int

    @property
    def id(self) -> RoundId:
        return self.meeting.key, self.meeting.round


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a worker has to say about a round it claimed."""

    claim: ClaimedMeeting
    verdict: Verdict
    phase: str
    #: When to look again, the plan's instants included; None when nothing but news can change it.
    next_look_at: datetime | None
    #: Since when the outcome has been true; written down when outcome or phase changed.
    became_at: datetime
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A follow-up as it enters the outbox: waiting for approval, queued, or withheld from the beginning."""

    followup: FollowUp
    state: State
    #: When something is to be done with it (sent, closed); None: nothing.
    next_try_at: datetime | None
    shadow: bool = False
    #: Why it is withheld.
    reason: str | None = None


class Written(NamedTuple):
    """A judgement in rows."""

    id: RoundId
    token: str
    #: How much was known when it was judged.
    news: int
    judged_at: int
    round: Row
    #: None where neither phase nor outcome changed.
    change: Row | None


def written(one: Judged) -> Written:
    """The rows that say this judgement and end its lease."""
    key, round_ = one.claim.id
    verdict = one.verdict
    judged_at = micros(verdict.judged_at)
    next_look_at = None if one.next_look_at is None else micros(one.next_look_at)
    closed_at = judged_at if one.closed else None
    same = one.claim.outcome is verdict.outcome and one.claim.phase == one.phase
    reasons = encode(sorted(verdict.reasons))
    return Written(
        id=one.claim.id,
        token=one.claim.token,
        news=one.claim.news,
        judged_at=judged_at,
        round=(
            key,
            round_,
            str(one.phase),
            verdict.outcome.value,
            encode(verdict),
            judged_at,
            closed_at,
            next_look_at,
            None,
            None,
        ),
        change=None
        if same
        else (key, round_, str(one.phase), verdict.outcome.value, reasons, micros(one.became_at), judged_at),
    )


def planned(row: NewRow, now: datetime) -> Row:
    """The row of a new follow-up."""
    key, at = row.followup.key, micros(now)
    return (
        str(key),
        key.meeting,
        key.round,
        key.person,
        key.kind.value,
        encode(row.followup),
        row.followup.concerns,
        row.state.value,
        row.shadow,
        None if row.next_try_at is None else micros(row.next_try_at),
        None if row.reason is None else str(row.reason),
        at,
        at,
    )
