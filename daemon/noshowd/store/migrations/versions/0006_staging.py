"""Staged entries have the columns of mirrored ones, so that they are taken over inside the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # what lies there belongs to listings that were broken off, and is listed again
    op.drop_table("entry_staging")
    op.create_table(
        "entry_staging",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=True),
        sa.Column("start_at", sa.BigInteger(), nullable=True),
        sa.Column("end_at", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("bad", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account", "calendar", "entry_id"),
    )
