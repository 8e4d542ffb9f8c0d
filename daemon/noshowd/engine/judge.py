"""Judge and plan: what is known of a meeting becomes a verdict and intended effects, saved in one transaction."""

from __future__ import annotations

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
from noshowd.domain.verdict import Verdict
from noshowd.engine.breaker import watch
from noshowd.engine.matching import match
from noshowd.engine.parts import Parts
from noshowd.engine.standing import Standing, read_standing, took_over
from noshowd.engine.undo import existing, undo
from noshowd.store import evidence as evidence_rows
from noshowd.store import meetings, outbox
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


async def judge_due(parts: Parts) -> int:
    """Judge a batch of meetings that are due; how many were claimed."""
    now = parts.clock.now()
    facts, standing = await parts.database.run(lambda conn: _claim(conn, parts, now))
    if not facts:
        return 0
    decided: list[tuple[Judged, Plan]] = []
    poisoned: list[ClaimedMeeting] = []
    for one in facts:
        try:
            decided.append(decide(parts, one, standing, now))
        except Exception:
            # one bad row must not hold up the others; it comes back later and is seen in `status`
            log.exception("judge_failed", action="judge", meeting=one.claim.meeting.key)
            poisoned.append(one.claim)
    at_most = parts.pace.absences_before_stop
    wake = any(p.add or p.take_back for _, p in decided)
    await parts.database.run(lambda conn: _save(conn, decided, poisoned, standing, now, at_most=at_most), wake=wake)
    return len(facts)


def _claim(conn: sa.Connection, parts: Parts, now: datetime) -> tuple[list[Facts], Standing]:
    claims = meetings.claim_due(conn, now=now, lease=parts.lease, limit=parts.pace.batch, worker=parts.worker)
    ids = [claim.id for claim in claims]
    known = evidence_rows.load(conn, ids)
    rows = outbox.of_rounds(conn, ids)
    facts = [Facts(claim=c, evidence=known[c.id], rows=rows[c.id]) for c in claims]
    return facts, read_standing(conn, shadow=parts.shadow)


def decide(parts: Parts, facts: Facts, standing: Standing, now: datetime) -> tuple[Judged, Plan]:
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
    return judged, planned


def verdict_of(parts: Parts, meeting: Meeting, evidence: Evidence, policy: Policy, now: datetime) -> Verdict:
    """Judge with what `reading` makes of the evidence and with the sources that can see this meeting."""
    sources = {source.traits.name: source.traits for source in parts.sources_for(meeting)}
    fresh_for = policy.judging.fresh_for + _ANSWERS_WITHIN * (parts.clock.speed - 1)
    policy = replace(policy, judging=replace(policy.judging, fresh_for=fresh_for))
    return judge(meeting, evidence, match(meeting, evidence, parts.us), policy, now, sources=sources)


def _save(
    conn: sa.Connection,
    decided: list[tuple[Judged, Plan]],
    poisoned: list[ClaimedMeeting],
    standing: Standing,
    now: datetime,
    *,
    at_most: int,
) -> None:
    """Verdicts, phases and intended effects together; nothing of a meeting whose lease was lost."""
    lost = meetings.save_verdicts(conn, [judged for judged, _ in decided])
    watch(conn, [judged for judged, _ in decided if judged.claim.id not in lost], at_most=at_most, now=now)
    plans = [planned for judged, planned in decided if judged.claim.id not in lost]
    outbox.add(conn, [row for planned in plans for row in _new_rows(planned, standing)], now=now)
    for planned in plans:
        undo(conn, planned, now=now)
    for claim in poisoned:
        meetings.put_off(conn, claim, until=now + _POISON_PAUSE)


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
