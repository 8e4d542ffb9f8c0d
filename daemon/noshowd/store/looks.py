"""When each source is asked about each round next, and how that went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.store import bulk, leases
from noshowd.store.among import among
from noshowd.store.errors import LeaseLost
from noshowd.store.judged import RoundId
from noshowd.store.schema import look
from noshowd.store.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLook:
    """One source to be asked about one round; `next_look_at` None: not again."""

    round_id: RoundId
    source: str
    next_look_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedLook:
    """A look that is due, leased to a worker until it is recorded."""

    round_id: RoundId
    source: str
    due: datetime
    #: The instant of the last look that succeeded; None when none did.
    last_good_look: datetime | None
    #: In a row, up to now.
    failures: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodLook:
    """A claimed look to which the source answered as of `looked_at`."""

    claim: ClaimedLook
    looked_at: datetime
    next_look_at: datetime | None


def plan(conn: sa.Connection, looks: Iterable[PlannedLook]) -> None:
    """Set when these looks are due; what is known of earlier ones stays."""
    rows = [
        {"meeting": one.round_id[0], "round": one.round_id[1], "source": one.source, "next_look_at": one.next_look_at}
        for one in looks
    ]
    upsert(conn, look, rows)


def claim_due(
    conn: sa.Connection,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    worker: str,
    sources: Collection[str] | None = None,
) -> list[ClaimedLook]:
    """Lease up to `limit` looks that are due, the longest due first, of `sources` only where given."""
    where = () if sources is None else (look.c.source.in_(sources),)
    columns = (look.c.meeting, look.c.round, look.c.source, look.c.last_good_look, look.c.failures)
    token, rows = leases.claim(
        conn, look.c.next_look_at, now=now, lease=lease, limit=limit, worker=worker, returning=columns, where=where
    )
    return [
        ClaimedLook(round_id=(key, round_), source=source, due=due, last_good_look=good, failures=failures, token=token)
        for due, key, round_, source, good, failures in rows
    ]


def record_good(conn: sa.Connection, claim: ClaimedLook, *, looked_at: datetime, next_look_at: datetime | None) -> None:
    """The source answered, as of `looked_at`. Raises `LeaseLost`."""
    _record(conn, claim, last_good_look=looked_at, failures=0, last_error=None, next_look_at=next_look_at)


def record_all(conn: sa.Connection, good: Sequence[GoodLook]) -> set[ClaimedLook]:
    """As `record_good` for many at once; nothing is raised: returns those whose lease was lost."""
    tokens = {one.claim.token for one in good}
    held = set(
        conn.execute(
            sa.select(look.c.meeting, look.c.round, look.c.source)
            .where(among(look.c.meeting, [one.claim.round_id[0] for one in good]), look.c.lease_token.in_(tokens))
            .with_for_update()
        ).all()
    )
    lost = {one.claim for one in good if (*one.claim.round_id, one.claim.source) not in held}
    rows = [
        {
            "meeting": one.claim.round_id[0],
            "round": one.claim.round_id[1],
            "source": one.claim.source,
            "lease_token": None,
            "lease_until": None,
            "last_good_look": one.looked_at,
            "failures": 0,
            "last_error": None,
            "next_look_at": one.next_look_at,
        }
        for one in good
        if one.claim not in lost
    ]
    bulk.update(conn, look, rows)
    return lost


def record_bad(conn: sa.Connection, claim: ClaimedLook, *, error: str, next_look_at: datetime | None) -> None:
    """The source failed; `error` has no personal data. Raises `LeaseLost`."""
    _record(conn, claim, failures=claim.failures + 1, last_error=error, next_look_at=next_look_at)


def leave_out(conn: sa.Connection, claim: ClaimedLook, *, next_look_at: datetime | None) -> None:
    """The source was not asked this time; what is known of earlier looks stays. Raises `LeaseLost`."""
    _record(conn, claim, next_look_at=next_look_at)


def hurry(conn: sa.Connection, source: str, rounds: Collection[RoundId], *, at: datetime) -> int:
    """Have this source look at these rounds no later than `at`, where it was going to look at all; at how many."""
    this = sa.tuple_(look.c.meeting, look.c.round)
    planned = (look.c.source == source, look.c.next_look_at > at, this.in_(list(rounds)))
    return conn.execute(sa.update(look).where(*planned).values(next_look_at=at)).rowcount


def next_due(conn: sa.Connection, *, now: datetime) -> datetime | None:
    return leases.next_due(conn, look.c.next_look_at, now=now)


def last_good(conn: sa.Connection, round_id: RoundId) -> dict[str, datetime | None]:
    """For each source that is or was to be asked about this round: when it last answered."""
    key, round_ = round_id
    rows = conn.execute(
        sa.select(look.c.source, look.c.last_good_look).where(look.c.meeting == key, look.c.round == round_)
    )
    return {row.source: row.last_good_look for row in rows}


def _record(conn: sa.Connection, claim: ClaimedLook, **values: Any) -> None:
    key, round_ = claim.round_id
    changed = conn.execute(
        sa.update(look)
        .where(
            look.c.meeting == key,
            look.c.round == round_,
            look.c.source == claim.source,
            look.c.lease_token == claim.token,
        )
        .values(lease_token=None, lease_until=None, **values)
    )
    if changed.rowcount == 0:
        raise LeaseLost(f"the look of {claim.source} is somebody else's by now")
