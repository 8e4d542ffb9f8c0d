"""Take back what was sent and is no longer true: a task by its key, a question by editing it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.followup import FollowUpKind, Happening
from noshowd.engine.answers.notices import correct
from noshowd.engine.cards.cards import keeps_cards
from noshowd.engine.failure import try_later
from noshowd.engine.parts import Parts
from noshowd.engine.words.compose import Composer
from noshowd.ports.channel import Carries, Channel
from noshowd.ports.errors import Temporary, VendorError
from noshowd.store import meetings, outbox
from noshowd.store.outbox import OutboxRow

log = structlog.get_logger()

#: What our side would act on by mistake if it simply stayed where it lies.
_MISLEADS = frozenset({FollowUpKind.RECALL_TASK})
#: Nobody is bothered with a correction of something this old.
_FRESH = timedelta(hours=12)


async def take_back(parts: Parts, row: OutboxRow) -> None:
    """Remove or edit a sent row. Where the channel can do neither, our side gets a correction if it would mislead."""
    channel = next((c for c in parts.channels if c.name == row.channel), None)
    try:
        done = channel is not None and await _undo(parts, row, channel)
    except (Temporary, TimeoutError) as error:
        await try_later(parts, row, error)
        return
    except VendorError as error:
        log.warning("retract_failed", action="deliver", source=row.channel, error=error.reason)
        done = False
    now = parts.clock.now()

    def save(conn: sa.Connection) -> None:
        outbox.record(conn, row.key, Happening.GONE, now=now, token=row.token)
        recent = row.sent_at is not None and now - row.sent_at < _FRESH
        if not done and recent and row.followup.kind in _MISLEADS:
            correct(conn, row, now)

    await parts.database.run(save, wake=True)


async def _undo(parts: Parts, row: OutboxRow, channel: Channel) -> bool:
    """True when nothing misleading is left. Raises a vendor error."""
    if row.receipt is None or row.parcel is None:
        return False
    if keeps_cards(channel) and row.parcel.thread is None and row.followup.key.meeting:
        return True  # the card of the meeting shows what became of it, and is edited whenever something happens
    async with asyncio.timeout(channel.timeout):
        if row.parcel.carries is Carries.TASKS:
            await channel.retract(row.receipt)
            return True
        if not channel.edits:
            return False
        key = row.followup.key
        # of the round it was about; what belongs to none is about the meeting as it is now
        stored = await parts.database.read(lambda conn: meetings.get(conn, key.meeting, key.round or None))
        await channel.edit(row.receipt, Composer(parts).settled(row, stored))
        return True
