"""What is over for long, and what happened within a day, is found by an index: no table is read to the end for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for table, column in (
        ("outbox", "created_at"),
        ("offer", "created_at"),
        ("transition", "noticed_at"),
        ("answer", "stored_at"),
        ("used_token", "used_at"),
        ("outage", "ended"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index(
        "ix_meeting_named",
        "meeting",
        ["end_at"],
        sqlite_where=sa.text("nameless = 0"),
        postgresql_where=sa.text("NOT nameless"),
    )
