"""Counts and delays for the metrics; nothing here names anybody."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKind, State
from noshowd.store.allowances import USER
from noshowd.store.schema import UNCERTAIN, allowance, meeting, outbox, transition

_DAY = timedelta(days=1)


def messages(conn: sa.Connection) -> Counter[tuple[str, ...]]:
    """How many are stored of each kind in each state.

    Reads the whole table: for a person's question, not for a loop.
    """
    return _by_kind_and_state(conn)


def current_messages(conn: sa.Connection, *, since: datetime) -> Counter[tuple[str, ...]]:
    """How many there are of each kind in each state, of finished ones only those made since then."""
    unfinished = outbox.c.next_try_at.is_not(None)
    finished = (outbox.c.created_at >= since, ~unfinished, outbox.c.state != State.UNCERTAIN)
    return (
        _by_kind_and_state(conn, unfinished, outbox.c.state != State.UNCERTAIN)
        + _by_kind_and_state(conn, UNCERTAIN)
        + _by_kind_and_state(conn, *finished)
    )


def _by_kind_and_state(conn: sa.Connection, *where: sa.ColumnElement[bool] | sa.TextClause) -> Counter[tuple[str, ...]]:
    counted = sa.select(outbox.c.kind, outbox.c.state, sa.func.count()).group_by(outbox.c.kind, outbox.c.state)
    return Counter({(kind, state): count for kind, state, count in conn.execute(counted.where(*where))})


def outcomes(conn: sa.Connection, *, since: datetime) -> Counter[str]:
    """Outcomes so far of the latest rounds that began after that instant."""
    begun = (meeting.c.start_at >= since, ~meeting.c.superseded, meeting.c.outcome.is_not(None))
    counted = sa.select(meeting.c.outcome, sa.func.count()).where(*begun).group_by(meeting.c.outcome)
    return Counter({row[0]: row[1] for row in conn.execute(counted)})


def noticed_after(conn: sa.Connection, *, since: datetime) -> list[float]:
    """For each change of a verdict, the seconds from its becoming true to its being noticed."""
    rows = conn.execute(
        sa.select(transition.c.became_at, transition.c.noticed_at).where(transition.c.noticed_at >= since)
    )
    return [(noticed - became).total_seconds() for became, noticed in rows]


def sent_after(conn: sa.Connection, *, since: datetime) -> list[float]:
    """For each message that was sent, the seconds from its being due."""
    rows = conn.execute(sa.select(outbox.c.followup, outbox.c.sent_at).where(outbox.c.sent_at >= since))
    return [(sent - followup.not_before).total_seconds() for followup, sent in rows]


def calls_in_minute(conn: sa.Connection, now: datetime) -> Counter[str]:
    """What each account was charged within the present minute."""
    this = allowance.c.minute == now.replace(second=0, microsecond=0)
    whole = allowance.c.account.not_like(f"%{USER}%")
    rows = conn.execute(sa.select(allowance.c.account, allowance.c.taken).where(this, whole))
    return Counter({row[0]: row[1] for row in rows})


def waiting_for(conn: sa.Connection, now: datetime) -> Counter[str]:
    """What is open with each of our people: messages to guests that they may let go, and questions."""
    asked, about = outbox, outbox.alias("about")
    approvals = (
        sa.select(asked.c.person, sa.func.count())
        .join(about, asked.c.concerns == about.c.key)
        .where(asked.c.kind == FollowUpKind.APPROVAL, about.c.state == State.AWAITING)
        .group_by(asked.c.person)
    )
    waiting: Counter[str] = Counter({row[0]: row[1] for row in conn.execute(approvals)})
    open_ = (asked.c.kind == FollowUpKind.QUESTION, asked.c.state == State.SENT, asked.c.sent_at >= now - _DAY)
    for person, followup in conn.execute(sa.select(asked.c.person, asked.c.followup).where(*open_)):
        waiting[person] += followup.not_after >= now
    return +waiting
