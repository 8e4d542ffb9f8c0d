"""What is remembered of people across meetings: ids by which sources know them, and who wants no messages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from noshowd.store.schema import forgotten, identity_link, suppression
from noshowd.store.upsert import insert_new, upsert


def learn(conn: sa.Connection, provider_id: str, person: str, *, now: datetime) -> None:
    """`provider_id` (as `source:id`) is that person (its key); the last word counts."""
    upsert(conn, identity_link, [{"provider_id": provider_id, "person": person, "learned_at": now}])


def provider_ids(conn: sa.Connection, persons: Collection[str]) -> dict[str, tuple[str, ...]]:
    """For each of these persons the learnt provider ids, none for most."""
    found: dict[str, list[str]] = {person: [] for person in persons}
    table = identity_link.c
    rows = conn.execute(
        sa.select(table.person, table.provider_id).where(table.person.in_(persons)).order_by(table.provider_id)
    )
    for person, provider_id in rows:
        found[person].append(provider_id)
    return {person: tuple(ids) for person, ids in found.items()}


def suppress(conn: sa.Connection, digest: str, *, now: datetime) -> None:
    """Whoever has this keyed hash of an address wants no more messages."""
    insert_new(conn, suppression, [{"digest": digest, "since": now}])


def suppressed(conn: sa.Connection, digests: Collection[str]) -> set[str]:
    """Those of the digests whose owners want no messages."""
    return set(conn.scalars(sa.select(suppression.c.digest).where(suppression.c.digest.in_(digests))))


def never_again(conn: sa.Connection, digest: str, *, now: datetime) -> None:
    """Nothing of whoever has this keyed hash of an address is stored any more."""
    insert_new(conn, forgotten, [{"digest": digest, "since": now}])


def gone_for_good(conn: sa.Connection) -> frozenset[str]:
    """The keyed hashes of everybody who was forgotten."""
    return frozenset(conn.scalars(sa.select(forgotten.c.digest)))
