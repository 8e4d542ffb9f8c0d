"""Which messages about one meeting belong together for whoever reads them."""

from __future__ import annotations

import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKey
from noshowd.ports.channel import Receipt
from noshowd.store.schema import outbox


def first_receipt(conn: sa.Connection, key: FollowUpKey, channel: str) -> Receipt | None:
    """The receipt of the first other message that reached the same person about the same round by this channel."""
    if not key.meeting:
        return None
    about = (outbox.c.meeting == key.meeting, outbox.c.round == key.round, outbox.c.person == key.person)
    sent = (outbox.c.channel == channel, outbox.c.receipt.is_not(None), outbox.c.key != str(key))
    found = sa.select(outbox.c.receipt).where(*about, *sent).order_by(outbox.c.sent_at).limit(1)
    receipt: Receipt | None = conn.scalar(found)
    return receipt
