"""The table of offers, beside those of `schema`."""

from __future__ import annotations

import sqlalchemy as sa

from noshowd.domain.entry import EntryRef
from noshowd.domain.offer import Offer
from noshowd.ports.calendar import NewEvent
from noshowd.store.codec import Instant, Value
from noshowd.store.schema import metadata, partial_index

offer = sa.Table(
    "offer",
    metadata,
    #: str(FollowUpKey) of the message that carries it.
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("meeting", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("payload", Value(Offer), nullable=False),
    #: When it is looked at next: whether it still stands, or to write the chosen time. Null: nothing holds it any more.
    sa.Column("next_try_at", Instant),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("lease_token", sa.Text),
    sa.Column("lease_until", Instant),
    #: What is written, and into which calendar of which account: stored before the call.
    sa.Column("account", sa.Text),
    sa.Column("calendar", sa.Text),
    sa.Column("event", Value(NewEvent)),
    #: What came of it.
    sa.Column("written", Value(EntryRef)),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Index("ix_offer_meeting", "meeting", "round"),
    sa.Index("ix_offer_created_at", "created_at"),
    sa.Index("ix_offer_person", "person"),
)
partial_index("ix_offer_next_try_at", offer.c.next_try_at, where=offer.c.next_try_at.is_not(None))
