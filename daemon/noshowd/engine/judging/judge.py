"""Judge and plan: what is known of a meeting becomes a verdict and intended effects, saved in one transaction."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.evidence import Evidence
from noshowd.domain.meeting import Meeting
from noshowd.domain.policy import Policy
from noshowd.domain.verdict import Verdict
from noshowd.engine.cards import list_edits
from noshowd.engine.judging import deciding
from noshowd.engine.judging.around import Standing
from noshowd.engine.judging.deciding import Brief, Decided, House, decide_all
from noshowd.engine.judging.foresight import look_ahead
from noshowd.engine.judging.history import note_misses
from noshowd.engine.judging.undo import undo
from noshowd.engine.parts import Parts
from noshowd.engine.standing import Colleagues, read_standing
from noshowd.store import cards, meetings, outbox
from noshowd.store import evidence as evidence_rows
from noshowd.store.judged import ClaimedMeeting, RoundId

log = structlog.get_logger()

#: A meeting that could not be judged at all is tried again after this long.
_POISON_PAUSE = timedelta(hours=1)
#: Of a crowd each batch is so many times as large: what a statement costs by itself is then shared by more.
_LARGER = 4
#: Without other processes one batch is judged while the database reads or saves another.
_ALONE = 2
#: Batches that one of several takes on before everybody comes round.
_A_ROUND = 16
_NO_POLICY = Policy(name="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Claimed rounds with everything that is stored about them."""

    claims: list[ClaimedMeeting]
    evidence: dict[RoundId, dict[str, str]]
    followups: dict[RoundId, list[tuple[str, str]]]
    standing: Standing


async def judge_due(parts: Parts) -> int:
    """Judge meetings that are due, a batch of them or several at once; how many were claimed."""
    colleagues = Colleagues(parts)
    batch = await _take(parts, parts.pace.batch)
    judged = await _judge(parts, colleagues, batch)
    if judged < parts.pace.batch or not await _crowded(parts):
        if parts.judges is not None:
            await parts.judges.rest()
        return judged
    side_by_side = _ALONE if parts.judges is None else parts.judges.side_by_side
    async with asyncio.TaskGroup() as group:
        rounds = [group.create_task(_judge_round(parts, colleagues)) for _ in range(side_by_side)]
    return judged + sum(one.result() for one in rounds)


async def _crowded(parts: Parts) -> bool:
    now, crowd = parts.clock.now(), parts.pace.crowd
    return await parts.database.read(lambda conn: meetings.due(conn, now=now, at_most=crowd)) == crowd


async def _judge_round(parts: Parts, colleagues: Colleagues) -> int:
    """One of several who judge batch after batch: while some are judged, others are read and saved."""
    done = 0
    for _ in range(_A_ROUND):
        batch = await _take(parts, parts.pace.batch * _LARGER)
        if not batch.claims:
            break
        done += await _judge(parts, colleagues, batch, aside=True)
    return done


async def _take(parts: Parts, limit: int) -> Batch:
    now = parts.clock.now()
    return await parts.database.run(lambda conn: _claim(conn, parts, limit, now))


async def _decide_aside(parts: Parts, house: House, briefs: list[Brief], now: datetime) -> Sequence[Decided | str]:
    """In another process where there is one, else in another thread: everything else here goes on meanwhile."""
    decided = None if parts.judges is None else await parts.judges.decide(house, briefs, now)
    return await asyncio.to_thread(decide_all, house, briefs, now) if decided is None else decided


async def _judge(parts: Parts, colleagues: Colleagues, batch: Batch, *, aside: bool = False) -> int:
    """Judge and save one batch; how many it was."""
    if not batch.claims:
        return 0
    now = parts.clock.now()
    house = House(us=parts.us, standing=batch.standing, speed=parts.clock.speed)
    briefs = _briefs(parts, colleagues, batch)
    decided = await _decide_aside(parts, house, briefs, now) if aside else decide_all(house, briefs, now)
    pairs = list(zip(batch.claims, decided, strict=True))
    good = [(claim, one) for claim, one in pairs if not isinstance(one, str)]
    poisoned = [claim for claim, one in pairs if isinstance(one, str)]
    for claim, one in pairs:
        if isinstance(one, str):
            # one bad row must not hold up the others; it comes back later and is seen in `status`
            log.error("judge_failed", action="judge", meeting=claim.meeting.key, exception=one)
    wake = any(one.wakes for _, one in good)
    await parts.database.run(lambda conn: _save(conn, parts, good, poisoned, now), wake=wake)
    return len(pairs)


def _claim(conn: sa.Connection, parts: Parts, limit: int, now: datetime) -> Batch:
    claims = meetings.claim_due(conn, now=now, lease=parts.lease, limit=limit, worker=parts.worker)
    ids = [claim.id for claim in claims]
    return Batch(
        claims=claims,
        evidence=evidence_rows.load_texts(conn, ids) if ids else {},
        followups=outbox.plans(conn, ids) if ids else {},
        standing=read_standing(conn, shadow=parts.shadow),
    )


def _briefs(parts: Parts, colleagues: Colleagues, batch: Batch) -> list[Brief]:
    return [
        Brief(
            meeting=claim.text,
            phase=claim.phase,
            outcome=claim.outcome,
            verdict=claim.verdict,
            token=claim.token,
            news=claim.news,
            evidence=batch.evidence.get(claim.id, {}),
            followups=batch.followups.get(claim.id, ()),
            policy=parts.policy_for(claim.meeting) or _NO_POLICY,
            sources=parts.traits_for(claim.meeting),
            colleagues=colleagues.of(claim.meeting),
        )
        for claim in batch.claims
    ]


def verdict_of(parts: Parts, meeting: Meeting, evidence: Evidence, policy: Policy, now: datetime) -> Verdict:
    """What `judge_due` would find as of now with this evidence."""
    house = House(us=parts.us, standing=Standing(shadow=parts.shadow), speed=parts.clock.speed)
    return deciding.verdict_of(house, meeting, evidence, policy, parts.traits_for(meeting), now)


def _save(
    conn: sa.Connection,
    parts: Parts,
    decided: list[tuple[ClaimedMeeting, Decided]],
    poisoned: list[ClaimedMeeting],
    now: datetime,
) -> None:
    """Verdicts, phases and intended effects together; nothing of a meeting whose lease was lost."""
    lost = meetings.save_written(conn, [one.written for _, one in decided])
    kept = [(claim, one) for claim, one in decided if claim.id not in lost]
    look_ahead(conn, parts, [claim.meeting for claim, _ in kept], now)
    absences = Counter(source for _, one in kept for source in one.newly_missing_by)
    parts.breaker.watch(conn, absences, at_most=parts.pace.absences_before_stop, now=now)
    outbox.add_planned(conn, [row for _, one in kept for row in one.rows])
    for _, one in kept:
        if one.undone is not None:
            undo(conn, one.undone, now=now)
    note_misses(conn, parts, [(claim.meeting, one.missed) for claim, one in kept if one.missed is not None])
    for claim, one in kept:
        if one.cleared_up:
            list_edits.something_new(conn, claim.meeting, now)
    cards.poke(conn, [claim.meeting.key for claim, one in kept if one.shows], now=now)
    for claim in poisoned:
        meetings.put_off(conn, claim, until=now + _POISON_PAUSE)
