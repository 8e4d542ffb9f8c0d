"""What was planned or sent earlier and no longer holds is withdrawn and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKind, Happening, IllegalStepError
from noshowd.domain.plan import Existing, Plan
from noshowd.store import offers, outbox
from noshowd.store.outbox import OutboxRow


def existing(rows: Sequence[OutboxRow]) -> list[Existing]:
    """Rows of the outbox as the plan sees them."""
    return [Existing(followup=row.followup, state=row.state, ordered=row.followup.ordered) for row in rows]


def undo(conn: sa.Connection, planned: Plan, *, now: datetime) -> None:
    """Withdraw and take back what this plan names, unless it was sent, withheld or decided since the plan was made.

    What was sent meanwhile is taken back by the next judgement. An offer of which a time
    was taken has done what it was for, and stays.
    """
    for key, reason in planned.withdraw:
        with suppress(IllegalStepError):
            outbox.record(conn, str(key), Happening.WITHDRAWN, now=now, reason=reason)
    for key in planned.take_back:
        if key.kind is FollowUpKind.RESCHEDULE_OFFER and offers.is_taken(conn, str(key)):
            continue
        with suppress(IllegalStepError):
            outbox.record(conn, str(key), Happening.TAKEN_BACK, now=now, next_try_at=now)
