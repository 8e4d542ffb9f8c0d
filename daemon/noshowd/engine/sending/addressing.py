"""The last touches of a parcel once it is known by which channel it leaves."""

from __future__ import annotations

from dataclasses import replace

from noshowd.domain.followup import FollowUpKind
from noshowd.engine.cards.cards import keeps_cards
from noshowd.engine.parts import Parts
from noshowd.ports.channel import Carries, Channel, Parcel
from noshowd.store import cards
from noshowd.store.outbox import OutboxRow
from noshowd.store.threads import first_receipt

#: Nothing is to be done about these; whoever looks into the thread finds them.
_ASIDE = frozenset({FollowUpKind.CORRECTION})


async def addressed(parts: Parts, row: OutboxRow, parcel: Parcel, channel: Channel) -> Parcel | None:
    """The parcel in the thread of its meeting; a task as a word to our side where the channel carries no tasks.

    None while another message, in whose thread it belongs, is still on its way.
    """
    key = row.followup.key
    carries = parcel.carries if parcel.carries in channel.carries else Carries.TO_OUR_SIDE
    if keeps_cards(channel) and carries is Carries.TO_OUR_SIDE and key.meeting:
        now = parts.clock.now()
        place = await parts.database.run(lambda conn: cards.place(conn, key, channel.name, now=now))
        if not place.is_card and place.receipt is None:
            return None
        first = place.receipt
    else:
        first = await parts.database.read(lambda conn: first_receipt(conn, key, channel.name))
    aside = row.followup.kind in _ASIDE
    return replace(parcel, carries=carries, thread=first.ref if first is not None else None, aside=aside)
