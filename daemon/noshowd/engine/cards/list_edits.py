"""A list of the day that was sent shows what is answered and what became known, where the channel edits."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
import structlog

from noshowd.domain.followup import Happening, IllegalStepError
from noshowd.domain.meeting import Meeting
from noshowd.engine.cards.listed import Asked, as_it_stands, parcel_of, reader
from noshowd.engine.failure import try_later
from noshowd.engine.parts import Parts
from noshowd.ports.channel import Channel
from noshowd.ports.errors import Temporary, VendorError
from noshowd.store import day_lists, outbox
from noshowd.store.outbox import OutboxRow

log = structlog.get_logger()


def something_new(conn: sa.Connection, meeting: Meeting, now: datetime) -> None:
    """Somebody answered about this appointment, or more became known: lists that ask about it are to be edited."""
    for row in day_lists.asking_about(conn, meeting.key, meeting.round):
        # one that is being edited looks again when it is done
        with suppress(IllegalStepError):
            outbox.record(conn, row.key, Happening.TAKEN_BACK, now=now, next_try_at=now)


async def show_anew(parts: Parts, row: OutboxRow) -> None:
    """Edit a list that was sent into how its appointments stand now; where the channel cannot, it stays as it is."""
    channel = next((c for c in parts.channels if c.name == row.channel), None)
    shown = await parts.database.read(lambda conn: as_it_stands(conn, row))
    try:
        await _edit(parts, row, channel, shown)
    except (Temporary, TimeoutError) as error:
        await try_later(parts, row, error)
        return
    except VendorError as error:
        log.warning("list_not_edited", action="deliver", source=row.channel, error=error.reason)
    now = parts.clock.now()

    def save(conn: sa.Connection) -> None:
        outbox.record(conn, row.key, Happening.EDITED, now=now, token=row.token)
        if as_it_stands(conn, row) != shown:
            outbox.record(conn, row.key, Happening.TAKEN_BACK, now=now, next_try_at=now)

    await parts.database.run(save, wake=True)


async def _edit(parts: Parts, row: OutboxRow, channel: Channel | None, shown: list[Asked]) -> None:
    if channel is None or not channel.edits or row.receipt is None or not shown:
        return
    contact = parts.directory.contact(reader(parts, row.followup.key.person, shown[0].meeting))
    async with asyncio.timeout(channel.timeout):
        await channel.edit(row.receipt, parcel_of(parts, row, contact, shown))
