"""Settle a row of which nobody knows whether it left: look it up, send it again where harmless, or ask."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
import structlog

from noshowd.domain.followup import Happening
from noshowd.engine.answers.notices import ask_about_doubt
from noshowd.engine.cards.cards import note_arrival
from noshowd.engine.failure import pause_after
from noshowd.engine.parts import Parts
from noshowd.ports.channel import Channel, Receipt, Recovery
from noshowd.ports.errors import Temporary, VendorError
from noshowd.store import outbox
from noshowd.store.outbox import OutboxRow

log = structlog.get_logger()


async def settle_doubt(parts: Parts, row: OutboxRow) -> None:
    """A claimed row in `sending` ends as sent, queued again, or as a visible question to our side."""
    channel = next((c for c in parts.channels if c.name == row.channel), None)
    recovery = Recovery.ASK if channel is None or row.parcel is None else channel.recovery
    if recovery is Recovery.RESEND:
        await _record(parts, row, Happening.NOT_SENT)
    elif recovery is Recovery.VERIFY and channel is not None:
        await _look_up(parts, row, channel)
    else:
        await _ask(parts, row)


async def _look_up(parts: Parts, row: OutboxRow, channel: Channel) -> None:
    if row.parcel is None:
        await _ask(parts, row)
        return
    try:
        async with asyncio.timeout(channel.timeout):
            receipt = await channel.verify(row.parcel)
    except (VendorError, TimeoutError) as error:
        failure = error if isinstance(error, VendorError) else Temporary("no answer in time")
        later = parts.clock.now() + pause_after(parts.pace, row.attempts, failure)
        token = row.token or ""
        await parts.database.run(lambda conn: outbox.postpone(conn, row.key, token=token, next_try_at=later))
        return
    if receipt is None and parts.database.shared:
        # whoever was sending may only stand still, and would send when it goes on: nobody can tell that from its death
        await _ask(parts, row)
        return
    await _record(parts, row, Happening.NOT_SENT if receipt is None else Happening.DELIVERED, receipt)


async def _ask(parts: Parts, row: OutboxRow) -> None:
    now = parts.clock.now()

    def save(conn: sa.Connection) -> None:
        outbox.record(conn, row.key, Happening.IN_DOUBT, now=now, token=row.token)
        ask_about_doubt(conn, row, now)

    await parts.database.run(save, wake=True)
    log.warning("send_in_doubt", action="deliver", meeting=row.followup.key.meeting, source=row.channel)


async def _record(parts: Parts, row: OutboxRow, what: Happening, receipt: Receipt | None = None) -> None:
    now = parts.clock.now()
    again = now if what is Happening.NOT_SENT else None

    def save(conn: sa.Connection) -> None:
        outbox.record(conn, row.key, what, now=now, token=row.token, next_try_at=again, receipt=receipt)
        if receipt is not None and row.parcel is not None:
            note_arrival(conn, row, row.parcel, receipt, now)

    await parts.database.run(save, wake=True)
