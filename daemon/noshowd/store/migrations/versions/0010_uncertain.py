"""Messages that may or may not have left are found by an index: the metrics ask for them again and again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    uncertain = sa.text("state = 'uncertain'")
    op.create_index("ix_outbox_uncertain", "outbox", ["created_at"], sqlite_where=uncertain, postgresql_where=uncertain)
