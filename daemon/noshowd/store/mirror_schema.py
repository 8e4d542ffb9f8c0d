"""The tables of the mirrored calendars: where each listing stands, what it brought, and how the next is noticed."""

from __future__ import annotations

import sqlalchemy as sa

from noshowd.domain.spans import Span
from noshowd.store.codec import Instant, Value
from noshowd.store.tables import due_index, lease_columns, metadata

calendar = sa.Table(
    "calendar",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("calendar", sa.Text, primary_key=True),
    #: Of the mirrored entries; a newer one drops the cursor, so that all are read again.
    sa.Column("format", sa.Integer, nullable=False),
    sa.Column("cursor", sa.Text),
    #: What the last complete listing covered.
    sa.Column("listed", Value(Span)),
    sa.Column("next_look_at", Instant),
    *lease_columns(),
    sa.Column("last_success", Instant),
    sa.Column("last_error", sa.Text),
    sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
    #: Since when a listing has been missing more than half of what was known.
    sa.Column("suspicious_since", Instant),
)
due_index(calendar, "next_look_at")

allowance = sa.Table(
    "allowance",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    #: The minute that is counted, and the calls taken in it by all workers.
    sa.Column("minute", Instant, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False),
)

watch = sa.Table(
    "watch",
    metadata,
    #: Our own id of the channel by which a vendor tells that a calendar has changed.
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("calendar", sa.Text, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    #: The vendor's promise and its handle for it; null while it has not promised anything.
    sa.Column("until", Instant),
    sa.Column("ref", sa.Text),
    #: When it last spoke; a channel that never did is not relied upon.
    sa.Column("heard_at", Instant),
    #: A change was found that it should have told of.
    sa.Column("deaf", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("ix_watch_account_calendar", "account", "calendar"),
)

entry = sa.Table(
    "entry",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("calendar", sa.Text, primary_key=True),
    sa.Column("entry_id", sa.Text, primary_key=True),
    sa.Column("uid", sa.Text),
    sa.Column("start_at", Instant, nullable=False),
    sa.Column("end_at", Instant, nullable=False),
    #: A CalendarEntry; compared as text.
    sa.Column("payload", sa.Text, nullable=False),
    sa.Index("ix_entry_uid", "uid"),
    sa.Index("ix_entry_start_at", "start_at"),
)

entry_staging = sa.Table(
    "entry_staging",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("calendar", sa.Text, primary_key=True),
    sa.Column("entry_id", sa.Text, primary_key=True),
    sa.Column("uid", sa.Text),
    sa.Column("start_at", Instant),
    sa.Column("end_at", Instant),
    #: Set: a CalendarEntry. Null: it is gone.
    sa.Column("payload", sa.Text),
    #: Set: the entry could not be understood; what the mirror holds stays.
    sa.Column("bad", sa.Text),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("calendar", sa.Text, primary_key=True),
    sa.Column("entry_id", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
)
