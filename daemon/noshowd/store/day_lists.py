"""Questions that wait for the list of a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.followup import FollowUp, FollowUpKind, State, Withheld
from noshowd.store.outbox import OutboxRow, of_rounds, sent_to
from noshowd.store.schema import outbox

#: A question is laid aside within so long after it was planned.
_PLANNED_BEFORE = timedelta(days=2)


def laid_aside(conn: sa.Connection, person: str, *, since: datetime) -> list[tuple[str, FollowUp]]:
    """Outbox key and follow-up of the questions to this person laid aside from then on, the oldest first."""
    found = conn.execute(
        sa.select(outbox.c.key, outbox.c.followup)
        .where(
            outbox.c.created_at >= since - _PLANNED_BEFORE,
            outbox.c.person == person,
            outbox.c.kind == FollowUpKind.QUESTION,
            outbox.c.state == State.WITHHELD,
            outbox.c.reason == Withheld.IN_THE_LIST,
            outbox.c.changed_at >= since,
        )
        .order_by(outbox.c.created_at, outbox.c.key)
    )
    return [(row.key, row.followup) for row in found]


def asking_about(conn: sa.Connection, meeting: str, round_: int) -> list[OutboxRow]:
    """The lists, sent and standing, that ask about this round."""
    this = (meeting, round_)
    aside = [row for row in of_rounds(conn, [this])[this] if row.reason == Withheld.IN_THE_LIST]
    lists = [
        row
        for person in {one.followup.key.person for one in aside}
        for row in sent_to(conn, person, FollowUpKind.NOTICE, since=min(one.changed_at for one in aside))
    ]
    return [row for row in lists if _asks_one_of(row, {one.key for one in aside})]


def _asks_one_of(row: OutboxRow, keys: set[str]) -> bool:
    """Whether a tap under it answers one of these questions."""
    choices = row.parcel.choices if row.parcel is not None else ()
    return any(key in choice.value for choice in choices for key in keys)
