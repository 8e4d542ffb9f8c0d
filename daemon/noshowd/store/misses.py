"""Confirmed misses by the keyed hash of an address: they are counted for longer than meetings keep names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from noshowd.store import bulk
from noshowd.store.among import among
from noshowd.store.schema import miss


def replace(conn: sa.Connection, meeting: str, digests: Collection[str], *, at: datetime) -> None:
    """Exactly these missed that meeting, as far as is known now; whoever was held to have missed it before did not."""
    replace_all(conn, {meeting: (at, digests)})


def replace_all(conn: sa.Connection, missed: Mapping[str, tuple[datetime, Collection[str]]]) -> None:
    """As `replace`, for many meetings: when each was, and who missed it."""
    conn.execute(sa.delete(miss).where(among(miss.c.meeting, missed)))
    rows = [
        {"digest": one, "meeting": meeting, "missed_at": at}
        for meeting, (at, digests) in missed.items()
        for one in digests
    ]
    bulk.insert(conn, miss, rows)


def of(conn: sa.Connection, digests: Collection[str], *, since: datetime) -> set[str]:
    """The meetings from then on that the owner of these hashes missed."""
    hers = (miss.c.digest.in_(digests), miss.c.missed_at >= since)
    return set(conn.scalars(sa.select(miss.c.meeting).where(*hers)))


def forget(conn: sa.Connection, digest: str) -> int:
    """Nothing is counted of this person any more; how many there were."""
    return conn.execute(sa.delete(miss).where(miss.c.digest == digest)).rowcount


def clear(conn: sa.Connection, *, before: datetime) -> int:
    """Misses of before that go; how many."""
    return conn.execute(sa.delete(miss).where(miss.c.missed_at < before)).rowcount
