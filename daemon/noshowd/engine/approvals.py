"""A veto's clock starts when a reachable person has received the question; until then nobody has been asked."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.followup import Approval, State
from noshowd.engine.parts import Parts
from noshowd.store import meetings, outbox
from noshowd.store.outbox import OutboxRow


def start_veto(conn: sa.Connection, parts: Parts, question: OutboxRow, now: datetime) -> None:
    """The question about a message was delivered: where a veto suffices, the message goes when its time has run out."""
    asked = outbox.get(conn, question.followup.concerns or "")
    if asked is None or asked.state is not State.AWAITING or asked.followup.approval is not Approval.VETO:
        return
    stored = meetings.get(conn, asked.followup.key.meeting)
    policy = parts.policy_for(stored.meeting) if stored is not None else None
    if policy is not None and now + policy.veto_after < asked.followup.not_after:
        outbox.wake_at(conn, asked.key, now + policy.veto_after)
