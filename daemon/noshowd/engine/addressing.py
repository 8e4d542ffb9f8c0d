"""The last touches of a parcel once it is known by which channel it leaves."""

from __future__ import annotations

from dataclasses import replace

from noshowd.engine.parts import Parts
from noshowd.ports.channel import Carries, Channel, Parcel
from noshowd.store.outbox import OutboxRow
from noshowd.store.threads import first_receipt


async def addressed(parts: Parts, row: OutboxRow, parcel: Parcel, channel: Channel) -> Parcel:
    """The parcel in the thread of its meeting; a task as a word to our side where the channel carries no tasks."""
    first = await parts.database.read(lambda conn: first_receipt(conn, row.followup.key, channel.name))
    return replace(
        parcel,
        carries=parcel.carries if parcel.carries in channel.carries else Carries.TO_OUR_SIDE,
        thread=first.ref if first is not None else None,
    )
