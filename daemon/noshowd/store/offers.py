"""Offers, from being made to being booked. Every change goes through `domain.offer.offer_step`.

Whoever makes, chooses or changes times calls `one_at_a_time` first: what is held for one guest is then seen by all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.domain.entry import EntryRef
from noshowd.domain.offer import Offer, OfferState, OfferStep, offer_step
from noshowd.domain.spans import Span
from noshowd.ports.calendar import NewEvent
from noshowd.store import leases
from noshowd.store.errors import LeaseLost
from noshowd.store.offer_tables import offer
from noshowd.store.upsert import upsert

#: Any number, the same in every worker: the lock of PostgreSQL under which times are given away.
_TIMES_LOCK = 0x6E6F7368_0FFE


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOffer:
    """An offer and all that is known of its way."""

    offer: Offer
    state: OfferState
    attempts: int
    #: What is or was written, and where.
    account: str | None
    calendar: str | None
    event: NewEvent | None
    written: EntryRef | None
    changed_at: datetime
    #: Set on a claimed row: names the lease in every write.
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """What is about to be written into which calendar."""

    account: str
    calendar: str
    event: NewEvent


#: States of an offer of which a time was chosen, and given up by nobody since.
_TAKEN = (OfferState.TAKEN, OfferState.WRITING, OfferState.BOOKED, OfferState.BY_HAND)
_COLUMNS = (
    offer.c.payload,
    offer.c.state,
    offer.c.attempts,
    offer.c.account,
    offer.c.calendar,
    offer.c.event,
    offer.c.written,
    offer.c.changed_at,
)


def one_at_a_time(conn: sa.Connection) -> None:
    """Until this transaction ends nobody else gives times away. SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_TIMES_LOCK)))


def put(conn: sa.Connection, made: Offer, *, now: datetime, next_try_at: datetime) -> None:
    """Keep an open offer; one with the same key takes its new times, unless it was answered."""
    known = get(conn, made.key)
    if known is not None and known.state is not OfferState.OPEN:
        return
    row = {
        "key": made.key,
        "meeting": made.meeting,
        "round": made.round,
        "person": made.guest,
        "state": OfferState.OPEN,
        "payload": made,
        "next_try_at": next_try_at,
        "created_at": now,
        "changed_at": now,
    }
    upsert(conn, offer, [row], keep=("created_at",))


def get(conn: sa.Connection, key: str) -> StoredOffer | None:
    row = conn.execute(sa.select(*_COLUMNS).where(offer.c.key == key)).first()
    return None if row is None else _stored(row)


def is_taken(conn: sa.Connection, key: str) -> bool:
    """Whether a time of the offer with this key was chosen, and given up by nobody since."""
    chosen = sa.select(offer.c.key).where(offer.c.key == key, offer.c.state.in_(_TAKEN))
    return conn.execute(chosen).first() is not None


def held(conn: sa.Connection, people: Collection[str], *, now: datetime, but: str = "") -> list[Span]:
    """What is held for other offers in the time of any of these people of ours."""
    wanted = frozenset(people)
    rows = conn.execute(sa.select(offer.c.payload).where(offer.c.next_try_at.is_not(None), offer.c.key != but))
    return [span for one in rows.scalars() if wanted & set(one.ours) for span in one.holds(now)]


def taken(conn: sa.Connection, guests: Collection[str]) -> dict[str, list[Offer]]:
    """The offers of which these guests (person keys) have a time, in a calendar by now or not."""
    found: dict[str, list[Offer]] = {}
    chosen = sa.select(offer.c.payload).where(offer.c.person.in_(guests), offer.c.state.in_(_TAKEN))
    for one in conn.execute(chosen).scalars():
        found.setdefault(one.guest, []).append(one)
    return found


def claim_due(conn: sa.Connection, *, now: datetime, lease: timedelta, limit: int, worker: str) -> list[StoredOffer]:
    """Lease up to `limit` offers that are due, the longest due first.

    One in `writing` comes only when the lease under which it was written has ended: nobody knows whether it was.
    """
    token, rows = leases.claim(
        conn, offer.c.next_try_at, now=now, lease=lease, limit=limit, worker=worker, returning=_COLUMNS
    )
    return [_stored(row[1:], token) for row in rows]


def next_due(conn: sa.Connection, *, now: datetime) -> datetime | None:
    return leases.next_due(conn, offer.c.next_try_at, now=now)


def record(
    conn: sa.Connection,
    key: str,
    what: OfferStep,
    *,
    now: datetime,
    token: str | None = None,
    next_try_at: datetime | None = None,
    changed: Offer | None = None,
    written: EntryRef | None = None,
) -> OfferState:
    """Take one step of the table and end any lease; the state it leads to.

    With `token` raises `LeaseLost` when the row is no longer leased to it; without, it is a person's step and takes
    the row away from whoever claimed it. Raises `IllegalStepError`, and `KeyError` for an unknown key.
    """
    row = conn.execute(
        sa.select(offer.c.state, offer.c.lease_token).where(offer.c.key == key).with_for_update()
    ).first()
    if row is None:
        raise KeyError(key)
    if token is not None and row.lease_token != token:
        raise LeaseLost("this offer was claimed by another worker, or answered")
    state = offer_step(OfferState(row.state), what)
    changes: dict[str, Any] = {"state": state, "next_try_at": next_try_at, "changed_at": now}
    if changed is not None:
        changes["payload"] = changed
    if written is not None:
        changes["written"] = written
    conn.execute(sa.update(offer).where(offer.c.key == key).values(lease_token=None, lease_until=None, **changes))
    return state


def mark_writing(conn: sa.Connection, key: str, token: str, *, now: datetime, lease: timedelta, write: Write) -> None:
    """Store, to be committed before the call, what is written where. The lease begins anew. Raises `LeaseLost`."""
    taken = (offer.c.key == key, offer.c.lease_token == token)
    changed = conn.execute(
        sa.update(offer)
        .where(*taken, offer.c.state.in_([OfferState.TAKEN, OfferState.WRITING]))
        .values(
            state=OfferState.WRITING,
            lease_until=now + lease,
            next_try_at=now,
            attempts=offer.c.attempts + 1,
            account=write.account,
            calendar=write.calendar,
            event=write.event,
            changed_at=now,
        )
    )
    if changed.rowcount == 0:
        raise LeaseLost("this offer was claimed by another worker, or answered")


def change_times(conn: sa.Connection, changed: Offer, *, now: datetime) -> None:
    """Other times in an offer that is still open; does nothing to any other."""
    open_ = (offer.c.key == changed.key, offer.c.state == OfferState.OPEN)
    conn.execute(sa.update(offer).where(*open_).values(payload=changed, changed_at=now))


def postpone(conn: sa.Connection, key: str, *, token: str, next_try_at: datetime) -> None:
    """Put a claimed row back as it is until later, and end the lease. Raises `LeaseLost`."""
    changed = conn.execute(
        sa.update(offer)
        .where(offer.c.key == key, offer.c.lease_token == token)
        .values(lease_token=None, lease_until=None, next_try_at=next_try_at)
    )
    if changed.rowcount == 0:
        raise LeaseLost("this offer was claimed by another worker, or answered")


def clear(conn: sa.Connection, *, before: datetime, limit: int) -> int:
    """Delete offers to which nothing has happened since, and nothing more will; how many."""
    over = (offer.c.created_at < before, offer.c.changed_at < before, offer.c.next_try_at.is_(None))
    old = sa.select(offer.c.key).where(*over).limit(limit)
    return conn.execute(sa.delete(offer).where(offer.c.key.in_(old))).rowcount


def _stored(row: Any, token: str | None = None) -> StoredOffer:
    made, state, *rest = row
    names = ("attempts", "account", "calendar", "event", "written", "changed_at")
    return StoredOffer(offer=made, state=OfferState(state), token=token, **dict(zip(names, rest, strict=True)))
