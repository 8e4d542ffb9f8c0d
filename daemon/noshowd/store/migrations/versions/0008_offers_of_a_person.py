"""What a guest has chosen is looked up whenever an invitation to them is unanswered."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index("ix_offer_person", "offer", ["person"])
