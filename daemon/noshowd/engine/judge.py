"""Judge and plan: what is known of a meeting becomes a verdict and intended effects, saved in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.evidence import Evidence
from noshowd.domain.followup import State
from noshowd.domain.gate import NEEDS_A_PERSON
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Meeting
from noshowd.domain.phase import Phase, next_phase, turn_of
from noshowd.domain.plan import Plan, plan
from noshowd.domain.policy import Policy
from noshowd.domain.verdict import Outcome, Verdict
from noshowd.engine import list_edits
from noshowd.engine.foresight import look_ahead
from noshowd.engine.history import note_misses
from noshowd.engine.listed import OPEN
from noshowd.engine.matching import match
from noshowd.engine.parts import Parts
from noshowd.engine.standing import Standing, read_standing, took_over
from noshowd.engine.undo import existing, undo
from noshowd.store import cards, meetings, outbox
from noshowd.store import evidence as evidence_rows
from noshowd.store.meetings import ClaimedMeeting, Judged
from noshowd.store.outbox import NewRow, OutboxRow

log = structlog.get_logger()

#: A meeting that could not be judged at all is tried again after this long.
_POISON_PAUSE = timedelta(hours=1)
#: A look takes so much real time; where the clock runs faster (a demo), more of its time is gone by then.
_ANSWERS_WITHIN = timedelta(seconds=1)
_NO_POLICY = Policy(name="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One claimed meeting with everything that is known about it."""

    claim: ClaimedMeeting
    evidence: Evidence
    rows: list[OutboxRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be saved about one claimed meeting."""

    judged: Judged
    plan: Plan
    #: Where the verdict is new that their side is missing: the sources that covered it.
    newly_missing_by: frozenset[str]


async def judge_due(parts: Parts) -> int:
    """Judge a batch of meetings that are due; how many were claimed."""
    now = parts.clock.now()
    facts, standing = await parts.database.run(lambda conn: _claim(conn, parts, now))
    if not facts:
        return 0
    decided: list[Decision] = []
    poisoned: list[ClaimedMeeting] = []
    for one in facts:
        try:
            decided.append(decide(parts, one, standing, now))
        except Exception:
            # one bad row must not hold up the others; it comes back later and is seen in `status`
            log.exception("judge_failed", action="judge", meeting=one.claim.meeting.key)
            poisoned.append(one.claim)
    wake = any(one.plan.add or one.plan.take_back or _shows(one.judged) for one in decided)
    await parts.database.run(lambda conn: _save(conn, parts, decided, poisoned, standing, now), wake=wake)
    return len(facts)


def _claim(conn: sa.Connection, parts: Parts, now: datetime) -> tuple[list[Facts], Standing]:
    claims = meetings.claim_due(conn, now=now, lease=parts.lease, limit=parts.pace.batch, worker=parts.worker)
    ids = [claim.id for claim in claims]
    known = evidence_rows.load(conn, ids)
    rows = outbox.of_rounds(conn, ids)
    facts = [Facts(claim=c, evidence=known[c.id], rows=rows[c.id]) for c in claims]
    return facts, read_standing(conn, shadow=parts.shadow)


def decide(parts: Parts, facts: Facts, standing: Standing, now: datetime) -> Decision:
    """The verdict and the plan for one meeting. No I/O: the same facts at the same instant give the same again."""
    meeting = facts.claim.meeting
    policy = parts.policy_for(meeting) or _NO_POLICY
    verdict = verdict_of(parts, meeting, facts.evidence, policy, now)
    around = standing.around(parts, meeting, verdict, policy, human_took_over=took_over(facts.evidence))
    planned = plan(meeting, verdict, policy, existing(facts.rows), around, now)
    turn = turn_of(meeting, verdict, policy.judging, now)
    phase = next_phase(Phase(facts.claim.phase or Phase.UPCOMING), turn)
    judged = Judged(
        claim=facts.claim,
        verdict=verdict,
        phase=phase,
        next_look_at=verdict.next_look_at,
        became_at=min(now, verdict.as_of or now),
        closed=verdict.final,
    )
    return Decision(judged=judged, plan=planned, newly_missing_by=_newly_missing_by(facts, verdict))


def _newly_missing_by(facts: Facts, verdict: Verdict) -> frozenset[str]:
    before = facts.claim.verdict
    was = before is not None and before.outcome is Outcome.THEY_ARE_MISSING
    new = verdict.outcome is Outcome.THEY_ARE_MISSING and not was
    return frozenset(c.source for c in facts.evidence.coverages) if new else frozenset()


def verdict_of(parts: Parts, meeting: Meeting, evidence: Evidence, policy: Policy, now: datetime) -> Verdict:
    """Judge with what `reading` makes of the evidence and with the sources that can see this meeting."""
    sources = {source.traits.name: source.traits for source in parts.sources_for(meeting)}
    if parts.clock.speed != 1:
        longer = policy.judging.fresh_for + _ANSWERS_WITHIN * (parts.clock.speed - 1)
        policy = replace(policy, judging=replace(policy.judging, fresh_for=longer))
    return judge(meeting, evidence, match(meeting, evidence, parts.us), policy, now, sources=sources)


def _save(
    conn: sa.Connection,
    parts: Parts,
    decided: list[Decision],
    poisoned: list[ClaimedMeeting],
    standing: Standing,
    now: datetime,
) -> None:
    """Verdicts, phases and intended effects together; nothing of a meeting whose lease was lost."""
    lost = meetings.save_verdicts(conn, [one.judged for one in decided])
    look_ahead(conn, parts, [one.judged.claim.meeting for one in decided if one.judged.claim.id not in lost], now)
    saved = [one for one in decided if one.judged.claim.id not in lost]
    absences = Counter(source for one in saved for source in one.newly_missing_by)
    parts.breaker.watch(conn, absences, at_most=parts.pace.absences_before_stop, now=now)
    outbox.add(conn, [row for one in saved for row in _new_rows(one.plan, standing)], now=now)
    for one in saved:
        undo(conn, one.plan, now=now)
        claim = one.judged.claim
        note_misses(conn, parts, claim.verdict, claim.meeting, one.judged.verdict)
        if _cleared_up(one.judged):
            list_edits.something_new(conn, claim.meeting, now)
    cards.poke(conn, [one.judged.claim.meeting.key for one in saved if _shows(one.judged)], now=now)
    for claim in poisoned:
        meetings.put_off(conn, claim, until=now + _POISON_PAUSE)


def _shows(judged: Judged) -> bool:
    """Whether somebody who reads about this meeting would read something new."""
    before = judged.claim.verdict
    return before is not None and _told(before) != _told(judged.verdict)


def _told(verdict: Verdict) -> object:
    return verdict.outcome, [(person.key, person.presence, person.in_lobby) for person in verdict.people]


def _cleared_up(judged: Judged) -> bool:
    """Whether it is known by now what was asked about before."""
    before = judged.claim.verdict
    return before is not None and before.outcome in OPEN and judged.verdict.outcome not in OPEN


def _new_rows(planned: Plan, standing: Standing) -> list[NewRow]:
    rows = [
        NewRow(followup=f, state=State.WITHHELD, next_try_at=None, reason=reason, shadow=standing.shadow)
        for f, reason in planned.withhold
    ]
    for followup in planned.add:
        asks = followup.to_guest and followup.approval in NEEDS_A_PERSON
        rows.append(
            NewRow(
                followup=followup,
                state=State.AWAITING if asks else State.QUEUED,
                next_try_at=followup.not_after if asks else followup.not_before,
                shadow=standing.shadow,
            )
        )
    return rows
