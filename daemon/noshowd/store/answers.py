"""What people answered: stored before it is acknowledged, handled once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from noshowd.ports.answers import Answer
from noshowd.store.schema import answer, used_token
from noshowd.store.upsert import insert_once


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An answer and what was made of it; `result` is None until it is handled."""

    answer: Answer
    stored_at: datetime
    handled_at: datetime | None
    result: str | None


def put(conn: sa.Connection, given: Answer, *, now: datetime) -> bool:
    """Store an answer; False when the very same was stored before."""
    return insert_once(conn, answer, {"answer_id": given.answer_id, "payload": given, "stored_at": now})


def get(conn: sa.Connection, answer_id: str) -> StoredAnswer | None:
    table = answer.c
    row = conn.execute(
        sa.select(table.payload, table.stored_at, table.handled_at, table.result).where(table.answer_id == answer_id)
    ).first()
    if row is None:
        return None
    given, stored_at, handled_at, result = row
    return StoredAnswer(answer=given, stored_at=stored_at, handled_at=handled_at, result=result)


def take(conn: sa.Connection, *, limit: int) -> list[Answer]:
    """Answers nobody has handled yet, oldest first. They are ours until this transaction ends, in which they are
    handled and marked so.
    """
    table = answer.c
    return list(
        conn.scalars(
            sa.select(table.payload)
            .where(table.handled_at.is_(None))
            .order_by(table.stored_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def mark_handled(conn: sa.Connection, answer_id: str, result: str, *, now: datetime) -> None:
    """`result` is a short word for whoever gave it."""
    conn.execute(sa.update(answer).where(answer.c.answer_id == answer_id).values(handled_at=now, result=result))


def use_token(conn: sa.Connection, digest: str, *, now: datetime) -> bool:
    """Note that a link that works once was used; False when it had been before."""
    return insert_once(conn, used_token, {"digest": digest, "used_at": now})
