"""The table of cards, beside those of `schema`."""

from __future__ import annotations

import sqlalchemy as sa

from noshowd.ports.channel import Receipt
from noshowd.store.codec import Instant, Value
from noshowd.store.tables import due_index, lease_columns, metadata

card = sa.Table(
    "card",
    metadata,
    sa.Column("meeting", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    #: Outbox key of the message that is the card.
    sa.Column("root", sa.Text, nullable=False),
    #: Null until it has arrived.
    sa.Column("receipt", Value(Receipt)),
    #: Fingerprint of what it shows.
    sa.Column("shown", sa.Text),
    #: Counts what happened; a card made before the last of it is made again at once.
    sa.Column("news", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("next_try_at", Instant),
    *lease_columns(),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_card_created_at", "created_at"),
)
due_index(card, "next_try_at")
