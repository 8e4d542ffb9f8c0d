"""What is to be saved about rounds that are due: pure, and the same in whichever process it is worked out.

Facts come as they are stored and leave as the rows that are to be written, so that a batch travels cheaply.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from noshowd.domain.evidence import Evidence, SourceTraits
from noshowd.domain.followup import State
from noshowd.domain.gate import NEEDS_A_PERSON
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Meeting
from noshowd.domain.phase import Phase, next_phase, turn_of
from noshowd.domain.plan import Existing, Plan, plan
from noshowd.domain.policy import Policy
from noshowd.domain.verdict import OPEN, Outcome, Verdict, missing_guests
from noshowd.engine.judging.around import Colleague, Standing
from noshowd.engine.presence.matching import match
from noshowd.reading.sides import Us
from noshowd.store.judged import ClaimedMeeting, Judged, NewRow, Row, Written, planned, written
from noshowd.store.texts import read_evidence, read_followup, read_meeting, read_verdict

#: A look takes so much real time; where the clock runs faster (a demo), more of its time is gone by then.
_ANSWERS_WITHIN = timedelta(seconds=1)
#: So many go through each step together: all steps of one meeting after the other take the processor a tenth to a sixth
#: longer, although it does as much. More at once only take memory.
_AT_ONCE = 256


class House(NamedTuple):
    """What is the same for every round of a batch."""

    us: Us
    standing: Standing
    #: Of the clock; 1 is real time.
    speed: float


class Brief(NamedTuple):
    """One claimed round with everything that is known about it."""

    meeting: str
    phase: str | None
    outcome: Outcome | None
    #: The last one.
    verdict: str | None
    token: str
    news: int
    #: A list of facts for each kind.
    evidence: Mapping[str, str]
    #: Every follow-up so far, with its state.
    followups: Sequence[tuple[str, str]]
    policy: Policy
    #: The sources that can see this meeting.
    sources: Mapping[str, SourceTraits]
    colleagues: Mapping[str, Colleague]


class Decided(NamedTuple):
    """What is to be saved about one claimed round."""

    written: Written
    #: New follow-ups.
    rows: tuple[Row, ...]
    #: What was planned earlier and is withdrawn or taken back; None: nothing.
    undone: Plan | None
    #: Something is to be sent, edited or taken back.
    wakes: bool
    #: Where the verdict is new that their side is missing: the sources that covered it.
    newly_missing_by: frozenset[str]
    #: The guests who have missed it by now; None where they are the same as before.
    missed: tuple[str, ...] | None
    #: Whether somebody who reads about this meeting would read something new.
    shows: bool
    #: It is known by now what was asked about before.
    cleared_up: bool


def decide_all(house: House, briefs: Sequence[Brief], now: datetime) -> list[Decided | str]:
    """One decision for each, in order; in its place a traceback where one bad row could not be judged."""
    decided: list[Decided | str] = []
    for first in range(0, len(briefs), _AT_ONCE):
        some = briefs[first : first + _AT_ONCE]
        try:
            decided += decide(house, some, now)
        except Exception:  # noqa: BLE001 - whatever is wrong with one row is found below, where it is alone
            decided += [_alone(house, brief, now) for brief in some]
    return decided


def _alone(house: House, brief: Brief, now: datetime) -> Decided | str:
    try:
        return decide(house, [brief], now)[0]
    except Exception:  # noqa: BLE001 - whatever is wrong with one row must not hold up the others; it is told
        return traceback.format_exc()


def decide(house: House, briefs: Sequence[Brief], now: datetime) -> list[Decided]:
    """The verdict and the plan for each meeting. The same facts at the same instant give the same again."""
    meetings = [read_meeting(brief.meeting) for brief in briefs]
    found = [read_evidence(brief.evidence) for brief in briefs]
    matches = [match(meeting, evidence, house.us) for meeting, evidence in zip(meetings, found, strict=True)]
    verdicts = [
        judge(meeting, evidence, who, _at_speed(house, brief.policy), now, sources=brief.sources)
        for brief, meeting, evidence, who in zip(briefs, meetings, found, matches, strict=True)
    ]
    arounds = [
        house.standing.around(meeting, verdict, brief.policy, evidence, brief.colleagues, now)
        for brief, meeting, evidence, verdict in zip(briefs, meetings, found, verdicts, strict=True)
    ]
    plans = [
        plan(meeting, verdict, brief.policy, _existing(brief), around, now)
        for brief, meeting, verdict, around in zip(briefs, meetings, verdicts, arounds, strict=True)
    ]
    return [_decided(house, *one, now=now) for one in zip(briefs, meetings, found, verdicts, plans, strict=True)]


def _decided(
    house: House, brief: Brief, meeting: Meeting, evidence: Evidence, verdict: Verdict, proposed: Plan, *, now: datetime
) -> Decided:
    turn = turn_of(meeting, verdict, brief.policy.judging, now)
    claim = ClaimedMeeting(
        meeting=meeting,
        text=brief.meeting,
        phase=brief.phase,
        outcome=brief.outcome,
        verdict=brief.verdict,
        token=brief.token,
        news=brief.news,
    )
    before = None if brief.verdict is None else read_verdict(brief.verdict)
    shows = before is not None and _told(before) != _told(verdict)
    missed = missing_guests(verdict)
    judged = Judged(
        claim=claim,
        verdict=verdict,
        phase=next_phase(Phase(brief.phase or Phase.UPCOMING), turn),
        next_look_at=verdict.next_look_at,
        became_at=min(now, verdict.as_of or now),
        closed=verdict.final,
    )
    return Decided(
        written=written(judged),
        rows=tuple([planned(row, now) for row in _new_rows(proposed, shadow=house.standing.shadow)]),
        undone=proposed if proposed.withdraw or proposed.take_back else None,
        wakes=bool(proposed.add or proposed.take_back or shows),
        newly_missing_by=_newly_missing_by(brief, evidence, verdict),
        missed=None if missed == missing_guests(before) else tuple(sorted(missed)),
        shows=shows,
        cleared_up=before is not None and before.outcome in OPEN and verdict.outcome not in OPEN,
    )


def verdict_of(
    house: House,
    meeting: Meeting,
    evidence: Evidence,
    policy: Policy,
    sources: Mapping[str, SourceTraits],
    now: datetime,
) -> Verdict:
    """Judge with what `reading` makes of the evidence and with the sources that can see this meeting."""
    return judge(meeting, evidence, match(meeting, evidence, house.us), _at_speed(house, policy), now, sources=sources)


def _at_speed(house: House, policy: Policy) -> Policy:
    """The policy as it is to be judged by where the clock does not run in real time."""
    if house.speed == 1:
        return policy
    longer = policy.judging.fresh_for + _ANSWERS_WITHIN * (house.speed - 1)
    return replace(policy, judging=replace(policy.judging, fresh_for=longer))


def _existing(brief: Brief) -> list[Existing]:
    known = [(read_followup(text), State(state)) for text, state in brief.followups]
    return [Existing(followup=one, state=state, ordered=one.ordered) for one, state in known]


def _told(verdict: Verdict) -> object:
    return verdict.outcome, [(person.key, person.presence, person.in_lobby) for person in verdict.people]


def _newly_missing_by(brief: Brief, evidence: Evidence, verdict: Verdict) -> frozenset[str]:
    missing = Outcome.THEY_ARE_MISSING
    new = verdict.outcome is missing and brief.outcome is not missing
    return frozenset([c.source for c in evidence.coverages]) if new else frozenset()


def _new_rows(proposed: Plan, *, shadow: bool) -> list[NewRow]:
    rows = [
        NewRow(followup=f, state=State.WITHHELD, next_try_at=None, reason=reason, shadow=shadow)
        for f, reason in proposed.withhold
    ]
    for followup in proposed.add:
        asks = followup.to_guest and followup.approval in NEEDS_A_PERSON
        rows.append(
            NewRow(
                followup=followup,
                state=State.AWAITING if asks else State.QUEUED,
                next_try_at=followup.not_after if asks else followup.not_before,
                shadow=shadow,
            )
        )
    return rows
