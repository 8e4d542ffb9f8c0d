"""Observe: ask each source about each watched meeting when it is due, and lay down what it saw."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.evidence import Observation
from noshowd.domain.meeting import Meeting
from noshowd.domain.policy import Policy
from noshowd.domain.timing import first_source_look, next_source_look, settled_at, window
from noshowd.engine.around import Standing
from noshowd.engine.failure import as_vendor_error, pause_after, report_bad, report_good
from noshowd.engine.matching import discreet
from noshowd.engine.parts import Parts
from noshowd.engine.standing import read_standing
from noshowd.ports.errors import Temporary, VendorError
from noshowd.ports.presence import PresenceSource
from noshowd.store import evidence as evidence_rows
from noshowd.store import looks, meetings
from noshowd.store.errors import LeaseLost
from noshowd.store.looks import ClaimedLook, PlannedLook
from noshowd.store.meetings import StoredMeeting

log = structlog.get_logger()

#: Between two looks at a meeting of a source that fails and does not say for how long.
_LONGEST_PAUSE = timedelta(minutes=2)


async def observe_due(parts: Parts) -> int:
    """Take the looks that are due, side by side; how many were claimed."""
    now = parts.clock.now()

    def take(conn: sa.Connection) -> tuple[list[ClaimedLook], Standing]:
        due = looks.claim_due(conn, now=now, lease=parts.lease, limit=parts.pace.batch, worker=parts.worker)
        return due, read_standing(conn, shadow=parts.shadow)

    claims, standing = await parts.database.run(take)
    async with asyncio.TaskGroup() as group:
        for claim in claims:
            group.create_task(_observe(parts, claim, standing))
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
    return discreet(meeting, seen, parts.us)


async def _observe(parts: Parts, claim: ClaimedLook, standing: Standing) -> None:
    key, round_ = claim.round_id
    stored = await parts.database.read(lambda conn: meetings.get(conn, key, round_))
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
            await _take(parts, claim, stored, source, policy)
    except LeaseLost:
        log.info("look_taken_over", action="observe", meeting=key, source=claim.source)


async def _stop(parts: Parts, claim: ClaimedLook) -> None:
    now = parts.clock.now()
    await parts.database.run(lambda conn: looks.record_good(conn, claim, looked_at=now, next_look_at=None))


async def _take(
    parts: Parts, claim: ClaimedLook, stored: StoredMeeting, source: PresenceSource, policy: Policy
) -> None:
    now = parts.clock.now()
    due = next_source_look(stored.meeting, source.traits, policy, stored.verdict, now)
    settled = settled_at(stored.meeting, policy.judging, [source.traits]) + policy.judging.gap
    closed = stored.verdict is not None and stored.verdict.final
    if closed or not window(stored.meeting, policy.judging).start <= now <= settled:
        await parts.database.run(lambda conn: looks.record_good(conn, claim, looked_at=now, next_look_at=due))
        return
    try:
        seen = await look(parts, source, stored.meeting, policy)
    except VendorError as error:
        await _failed(parts, claim, error, due, now)
        return
    key, round_ = claim.round_id
    done = parts.clock.now()

    def save(conn: sa.Connection) -> None:
        again = None if due is None else max(due, done + timedelta(seconds=1))
        looks.record_good(conn, claim, looked_at=now, next_look_at=again)
        evidence_rows.append_look(conn, key, round_, claim.source, seen, looked_at=now, now=done)
        report_good(conn, f"source:{claim.source}", now=done)

    await parts.database.run(save, wake=True)


async def _failed(parts: Parts, claim: ClaimedLook, error: VendorError, due: datetime | None, now: datetime) -> None:
    """A failed look writes no coverage: what it would have seen stays unknown."""
    pause = pause_after(parts.pace, claim.failures, error)
    if isinstance(error, Temporary) and error.retry_after is None:
        # the slot runs: what the source knows by then is worth little afterwards
        pause = min(pause, _LONGEST_PAUSE)
    later = max(due or now, now + pause)

    def save(conn: sa.Connection) -> None:
        looks.record_bad(conn, claim, error=error.reason, next_look_at=later)
        report_bad(conn, f"source:{claim.source}", error, now=now)

    await parts.database.run(save)
    log.warning("look_failed", action="observe", meeting=claim.round_id[0], source=claim.source, error=error.reason)
