"""Cards: on a channel that edits, one message about a meeting shows how it stands, with what may be pressed.

What has to be noticed is also said in the card's thread. A card is made of what is stored whenever something happened,
so that a restart, a lost answer of the vendor or a late press changes nothing about what it comes to show.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
import structlog

from noshowd.engine.cards.card_text import Shown, shown
from noshowd.engine.claims import work_on_due
from noshowd.engine.failure import pause_after, report_bad
from noshowd.engine.parts import Parts
from noshowd.ports.channel import Carries, Channel, Parcel, Receipt
from noshowd.ports.errors import CredentialsLost, Temporary, VendorError
from noshowd.store import cards
from noshowd.store.cards import Card
from noshowd.store.outbox import OutboxRow
from noshowd.store.texts import encode

log = structlog.get_logger()

#: A message waits so long for another one about the same matter, which is on its way and will be the card.
MOMENT = timedelta(seconds=2)


def keeps_cards(channel: Channel) -> bool:
    """Whether what is said to our side by this channel is gathered in one message a meeting."""
    return channel.edits and Carries.TO_OUR_SIDE in channel.carries


def fingerprint(parcel: Parcel) -> str:
    """Equal for parcels that a reader cannot tell apart."""
    passages = [(parcel.text, parcel.choices), *((one.text, one.choices) for one in parcel.more)]
    told = [(text, [(one.label, one.value, one.style) for one in choices]) for text, choices in passages]
    seen = [parcel.preview or parcel.subject, parcel.link, told]
    return sha256(encode(seen).encode()).hexdigest()[:32]


def note_arrival(conn: sa.Connection, row: OutboxRow, parcel: Parcel, receipt: Receipt, now: datetime) -> None:
    """A message has arrived; should it be the card of its meeting, it is edited from now on."""
    cards.arrived(conn, row.followup.key, receipt, shown=fingerprint(parcel), now=now)


async def show_due(parts: Parts, *, limit: int = 8) -> int:
    """Edit the cards about which something happened; how many were looked at."""
    return await work_on_due(
        parts, cards.claim_due, _bring_up_to_date, limit=limit, action="show", meeting=lambda one: one.meeting
    )


async def _bring_up_to_date(parts: Parts, one: Card) -> None:
    channel = next((c for c in parts.channels if c.name == one.channel), None)
    now = parts.clock.now()
    made = await parts.database.read(lambda conn: shown(conn, parts, one, now)) if channel is not None else None
    if channel is None or made is None:
        await parts.database.run(lambda conn: cards.drop(conn, one))
        return
    seen = fingerprint(made.parcel)
    if seen == one.shown:
        await _done(parts, one, seen, made)
        return
    try:
        async with asyncio.timeout(channel.timeout):
            await channel.edit(one.receipt, replace(made.parcel, thread=None))
    except (VendorError, TimeoutError) as error:
        await _failed(parts, one, error)
    else:
        await _done(parts, one, seen, made)
        log.info("card_edited", action="show", meeting=one.meeting, source=one.channel)


async def _done(parts: Parts, one: Card, seen: str, made: Shown) -> None:
    await parts.database.run(lambda conn: cards.done(conn, one, shown=seen, again=made.changes_at))


async def _failed(parts: Parts, one: Card, error: VendorError | TimeoutError) -> None:
    """Later, the whole channel where it asks for that; a message that is no longer there is given up."""
    failure = error if isinstance(error, VendorError) else Temporary("no answer in time")
    now = parts.clock.now()
    later = now + pause_after(parts.pace, one.attempts, failure)

    def save(conn: sa.Connection) -> None:
        if isinstance(failure, Temporary) and failure.retry_after is not None:
            cards.hold_back(conn, one.channel, now=now, until=later)
        if isinstance(failure, Temporary | CredentialsLost):
            cards.put_off(conn, one, until=later)
            report_bad(conn, f"channel:{one.channel}", failure, now=now)
        else:
            cards.drop(conn, one)

    await parts.database.run(save)
    log.warning("card_not_edited", action="show", meeting=one.meeting, source=one.channel, error=failure.reason)
