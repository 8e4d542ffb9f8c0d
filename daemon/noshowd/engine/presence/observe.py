"""Observe: ask each source about each watched meeting when it is due, and lay down what it saw."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
import structlog

from noshowd.domain.evidence import Observation, SourceTraits
from noshowd.domain.instead import is_beside
from noshowd.domain.meeting import Meeting
from noshowd.domain.policy import Policy
from noshowd.domain.timing import first_source_look, next_source_look, settled_at, window
from noshowd.domain.verdict import Outcome
from noshowd.engine.failure import as_vendor_error, pause_after, report_bad, report_good
from noshowd.engine.judging.around import Standing
from noshowd.engine.parts import Parts
from noshowd.engine.presence.matching import discreet
from noshowd.engine.standing import read_standing
from noshowd.ports.errors import Temporary, VendorError
from noshowd.ports.presence import PresenceSource
from noshowd.store import evidence as evidence_rows
from noshowd.store import looks, meetings
from noshowd.store.errors import LeaseLost
from noshowd.store.evidence import Look
from noshowd.store.judged import RoundId
from noshowd.store.looks import ClaimedLook, GoodLook, PlannedLook
from noshowd.store.meetings import StoredMeeting

log = structlog.get_logger()

#: Between two looks, while a meeting runs, at a source that fails and does not say for how long.
_LONGEST_PAUSE = timedelta(minutes=2)
#: A source that did not get to say its last word is asked for this much longer about what it has kept.
_STILL_ASKED = timedelta(days=1)
#: No source corrects these.
_FOR_GOOD = frozenset({Outcome.HELD, Outcome.CALLED_OFF, Outcome.NOT_WATCHED})


async def observe_due(parts: Parts) -> int:
    """Take the looks that are due, side by side; how many were claimed."""
    now = parts.clock.now()

    def take(conn: sa.Connection) -> tuple[list[ClaimedLook], dict[RoundId, StoredMeeting], Standing]:
        due = looks.claim_due(conn, now=now, lease=parts.lease, limit=parts.pace.batch, worker=parts.worker)
        stored = meetings.rounds(conn, {claim.round_id for claim in due}) if due else {}
        return due, stored, read_standing(conn, shadow=parts.shadow)

    claims, stored, standing = await parts.database.run(take)
    together = _Together(parts)
    async with asyncio.TaskGroup() as group:
        for claim in claims:
            group.create_task(_observe(parts, claim, stored.get(claim.round_id), standing, together))
    return len(claims)


def first_looks(parts: Parts, meeting: Meeting, policy: Policy, now: datetime) -> list[PlannedLook]:
    """When each source that can see this meeting is first asked about it."""
    return [
        PlannedLook(
            round_id=(meeting.key, meeting.round),
            source=name,
            next_look_at=first_source_look(meeting, source.traits, policy, now) if meeting.watched else None,
        )
        for name, source in parts.presences.items()
        if source.sees(meeting)
    ]


async def look(parts: Parts, source: PresenceSource, meeting: Meeting, policy: Policy) -> Observation:
    """What of one look at the whole window of a meeting may be kept. Raises a vendor error; what nobody foresaw is a
    `Temporary` one.
    """
    opens = window(meeting, policy.judging).start
    try:
        async with asyncio.timeout(parts.pace.patience.total_seconds()):
            seen = await source.look(meeting, since=opens, now=parts.clock.now())
    except Exception as error:
        raise as_vendor_error(error) from error
    kept = discreet(meeting, seen, parts.us)
    # that nobody rang says nothing of a room
    return replace(kept, coverages=()) if is_beside(source.traits, meeting) else kept


class _Answer(NamedTuple):
    """What a source said, and when it is to be asked again."""

    claim: ClaimedLook
    seen: Observation
    looked_at: datetime
    due: datetime | None


class _Together:
    """Answers that come while others are being saved are saved together, by whoever waited first."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waiting: list[_Answer] = []
        self._saving = asyncio.Lock()

    async def save(self, answer: _Answer) -> None:
        """Returns once it is saved, whether by this call or with another one's."""
        self._waiting.append(answer)
        async with self._saving:
            answers, self._waiting = self._waiting, []
            if answers:
                now = self._parts.clock.now()
                await self._parts.database.run(lambda conn: _save(conn, answers, now), wake=True)


def _save(conn: sa.Connection, answers: list[_Answer], now: datetime) -> None:
    """What was seen, and when to look next; nothing of a look whose lease was lost."""
    soon = now + timedelta(seconds=1)
    good = [
        GoodLook(claim=one.claim, looked_at=one.looked_at, next_look_at=None if one.due is None else max(one.due, soon))
        for one in answers
    ]
    lost = looks.record_all(conn, good)
    brought = [
        Look(round_id=one.claim.round_id, source=one.claim.source, seen=one.seen, looked_at=one.looked_at)
        for one in answers
        if one.claim not in lost
    ]
    evidence_rows.append_looks(conn, brought, now=now)
    for source in sorted({one.source for one in brought}):
        report_good(conn, f"source:{source}", now=now)
    for claim in lost:
        _taken_over(claim)


async def _observe(
    parts: Parts, claim: ClaimedLook, stored: StoredMeeting | None, standing: Standing, together: _Together
) -> None:
    source = parts.presences.get(claim.source)
    policy = parts.policy_for(stored.meeting) if stored is not None else None
    try:
        if (
            stored is None
            or stored.superseded
            or source is None
            or policy is None
            or not stored.meeting.watched
            or standing.stopped_by_one_of_ours(stored.meeting, parts.clock.now())
        ):
            await _stop(parts, claim)
        else:
            await _take(parts, claim, stored, source, policy, together)
    except LeaseLost:
        _taken_over(claim)


def _taken_over(claim: ClaimedLook) -> None:
    log.info("look_taken_over", action="observe", meeting=claim.round_id[0], source=claim.source)


async def _stop(parts: Parts, claim: ClaimedLook) -> None:
    await parts.database.run(lambda conn: looks.leave_out(conn, claim, next_look_at=None))


async def _take(
    parts: Parts,
    claim: ClaimedLook,
    stored: StoredMeeting,
    source: PresenceSource,
    policy: Policy,
    together: _Together,
) -> None:
    now = parts.clock.now()
    due = next_source_look(stored.meeting, source.traits, policy, stored.verdict, now)
    if not _worth_a_look(claim, stored, source.traits, policy, now):
        await parts.database.run(lambda conn: looks.leave_out(conn, claim, next_look_at=due))
        return
    try:
        seen = await look(parts, source, stored.meeting, policy)
    except VendorError as error:
        await _failed(parts, claim, stored.meeting, error, due, now)
        return
    await together.save(_Answer(claim=claim, seen=seen, looked_at=now, due=due))


def _worth_a_look(
    claim: ClaimedLook, stored: StoredMeeting, traits: SourceTraits, policy: Policy, now: datetime
) -> bool:
    """Whether this source can bring anything about this meeting.

    While the case is open, until the source has settled. After that only where it keeps history and did not get to say
    its last word, because it failed or we were down: it may still correct the verdict.
    """
    meeting, verdict = stored.meeting, stored.verdict
    settled = settled_at(meeting, policy.judging, [traits])
    if now < window(meeting, policy.judging).start:
        return False
    if verdict is not None and verdict.final and verdict.outcome in _FOR_GOOD:
        return False
    if now <= settled + policy.judging.gap and (verdict is None or not verdict.final):
        return True
    heard_out = claim.last_good_look is not None and claim.last_good_look >= settled - policy.judging.gap
    return traits.keeps_history and not heard_out and meeting.end < now <= settled + _STILL_ASKED


async def _failed(
    parts: Parts, claim: ClaimedLook, meeting: Meeting, error: VendorError, due: datetime | None, now: datetime
) -> None:
    """A failed look writes no coverage: what it would have seen stays unknown."""
    pause = pause_after(parts.pace, claim.failures, error)
    if isinstance(error, Temporary) and error.retry_after is None and now < meeting.end:
        # the slot runs: what the source knows by then is worth little afterwards
        pause = min(pause, _LONGEST_PAUSE)
    later = max(due or now, now + pause)

    def save(conn: sa.Connection) -> None:
        looks.record_bad(conn, claim, error=error.reason, next_look_at=later)
        report_bad(conn, f"source:{claim.source}", error, now=now)

    await parts.database.run(save)
    log.warning("look_failed", action="observe", meeting=claim.round_id[0], source=claim.source, error=error.reason)
