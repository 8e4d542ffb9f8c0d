"""Intended effects, from being planned to being sent once. Every change goes through `domain.followup.step`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.domain.followup import FollowUp, FollowUpKind, Happening, State, step
from noshowd.ports.channel import Parcel, Receipt
from noshowd.store import bulk, cards, leases
from noshowd.store.among import among
from noshowd.store.errors import LeaseLost
from noshowd.store.judged import FOLLOWUP, NewRow, RoundId, Row, planned
from noshowd.store.schema import happening as trail
from noshowd.store.schema import outbox

#: Any number, the same in every worker: the lock of PostgreSQL under which messages that are counted leave.
_LEAVING_LOCK = 0x6E6F7368_6361


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A follow-up and all that is known of its way."""

    key: str
    followup: FollowUp
    state: State
    shadow: bool
    next_try_at: datetime | None
    attempts: int
    channel: str | None
    #: What was or is to be sent, exactly.
    parcel: Parcel | None
    receipt: Receipt | None
    #: Why it is in this state, where that needs saying.
    reason: str | None
    created_at: datetime
    changed_at: datetime
    sent_at: datetime | None
    #: Set on a claimed row: names the lease in every write.
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One step of a follow-up's way."""

    happening: Happening
    state: State
    at: datetime
    reason: str | None


_COLUMNS = (
    outbox.c.key,
    outbox.c.followup,
    outbox.c.state,
    outbox.c.shadow,
    outbox.c.next_try_at,
    outbox.c.attempts,
    outbox.c.channel,
    outbox.c.parcel,
    outbox.c.receipt,
    outbox.c.reason,
    outbox.c.created_at,
    outbox.c.changed_at,
    outbox.c.sent_at,
)


#: States in which something is left to be done with a row.
_WORK = (State.QUEUED, State.AWAITING, State.SENDING, State.RETRACTING)
_UNFINISHED = (outbox.c.state.in_(_WORK),)


def add(conn: sa.Connection, rows: Sequence[NewRow], *, now: datetime) -> None:
    """Put follow-ups into the outbox; one whose key is there already changes nothing."""
    add_planned(conn, [planned(row, now) for row in rows])


def add_planned(conn: sa.Connection, rows: Sequence[Row]) -> None:
    """As `add`, for follow-ups that are rows already."""
    bulk.insert_tuples(conn, outbox, FOLLOWUP, rows)


def get(conn: sa.Connection, key: str) -> OutboxRow | None:
    row = conn.execute(sa.select(*_COLUMNS).where(outbox.c.key == key)).first()
    return None if row is None else _row(row)


def of_rounds(conn: sa.Connection, rounds: Collection[RoundId]) -> dict[RoundId, list[OutboxRow]]:
    """All follow-ups of each of these rounds, in the order in which they were planned."""
    found: dict[RoundId, list[OutboxRow]] = {one: [] for one in rounds}
    keys = [key for key, _ in rounds]
    rows = conn.execute(
        sa.select(*_COLUMNS).where(outbox.c.meeting.in_(keys)).order_by(outbox.c.created_at, outbox.c.key)
    )
    for row in map(_row, rows):
        mine = found.get((row.followup.key.meeting, row.followup.key.round))
        if mine is not None:
            mine.append(row)
    return found


def plans(conn: sa.Connection, rounds: Collection[RoundId]) -> dict[RoundId, list[tuple[str, str]]]:
    """Every follow-up of each of these rounds as it is stored, with its state; in the order of `of_rounds`."""
    table = outbox.c
    rows = conn.execute(
        sa.select(table.meeting, table.round, sa.type_coerce(table.followup, sa.Text), table.state)
        .where(among(table.meeting, [key for key, _ in rounds]))
        .order_by(table.created_at, table.key)
    )
    found: dict[RoundId, list[tuple[str, str]]] = {}
    for key, round_, followup, state in rows:
        found.setdefault((key, round_), []).append((followup, state))
    return found


def concerning(conn: sa.Connection, key: str) -> list[OutboxRow]:
    """The follow-ups that ask about, correct or concern this one, oldest first."""
    rows = conn.execute(
        sa.select(*_COLUMNS).where(outbox.c.concerns == key).order_by(outbox.c.created_at, outbox.c.key)
    )
    return [_row(row) for row in rows]


def claim_due(
    conn: sa.Connection,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    worker: str,
    states: Collection[State] = _WORK,
) -> list[OutboxRow]:
    """Lease up to `limit` rows with which something is to be done, the longest due first.

    A row in `sending` comes only when the lease under which it was sent has ended: nobody knows whether it left.
    """
    token, rows = leases.claim(
        conn,
        outbox.c.next_try_at,
        now=now,
        lease=lease,
        limit=limit,
        worker=worker,
        returning=_COLUMNS,
        where=(outbox.c.state.in_(states),),
    )
    return [_row(row[1:], token) for row in rows]


def next_due(conn: sa.Connection, *, now: datetime) -> datetime | None:
    return leases.next_due(conn, outbox.c.next_try_at, now=now, where=_UNFINISHED)


def mark_sending(
    conn: sa.Connection,
    key: str,
    token: str,
    *,
    now: datetime,
    lease: timedelta,
    channel: str,
    parcel: Parcel,
) -> None:
    """Write down, to be committed before the wire call, that this very parcel leaves now. The lease begins anew.

    Raises `LeaseLost` when the row was claimed by somebody else or withdrawn meanwhile: then nothing may be sent.
    """
    changed = conn.execute(
        sa.update(outbox)
        .where(outbox.c.key == key, outbox.c.lease_token == token, outbox.c.state == State.QUEUED)
        .values(
            state=step(State.QUEUED, Happening.CLAIMED),
            lease_until=now + lease,
            next_try_at=now,
            attempts=outbox.c.attempts + 1,
            channel=channel,
            parcel=parcel,
            reason=None,
            changed_at=now,
        )
    )
    if changed.rowcount == 0:
        raise LeaseLost("this follow-up was claimed by another worker or taken out of the queue")
    _note(conn, key, Happening.CLAIMED, State.SENDING, now, None)


def record(
    conn: sa.Connection,
    key: str,
    what: Happening,
    *,
    now: datetime,
    token: str | None = None,
    next_try_at: datetime | None = None,
    receipt: Receipt | None = None,
    reason: str | None = None,
    followup: FollowUp | None = None,
) -> State:
    """Take one step of the table and end any lease; the state it leads to.

    `next_try_at`: when something is to be done next, nothing by default. `receipt`, `followup` replace what is stored
    where given. With `token` raises `LeaseLost` when the row is no longer leased to it; without, the step is that of
    a person or of a new judgement and takes the row away from whoever claimed it.
    Raises `IllegalStepError` for a step that the table does not have, `KeyError` for an unknown key.
    """
    row = conn.execute(
        sa.select(outbox.c.state, outbox.c.lease_token, outbox.c.meeting).where(outbox.c.key == key).with_for_update()
    ).first()
    if row is None:
        raise KeyError(key)
    if token is not None and row.lease_token != token:
        raise LeaseLost("this follow-up was claimed by another worker or taken out of the queue")
    state = step(State(row.state), what)
    changes: dict[str, Any] = {"state": state, "next_try_at": next_try_at, "reason": reason, "changed_at": now}
    if receipt is not None:
        changes["receipt"] = receipt
    if followup is not None:
        changes["followup"] = followup
    if state is State.SENT and what is Happening.DELIVERED:
        changes["sent_at"] = now
    conn.execute(sa.update(outbox).where(outbox.c.key == key).values(lease_token=None, lease_until=None, **changes))
    _note(conn, key, what, state, now, reason)
    cards.poke(conn, [row.meeting], now=now)
    return state


def lay_ready(conn: sa.Connection, key: str, parcel: Parcel, *, now: datetime) -> None:
    """Keep the final text with a follow-up that waits for approval: exactly this is sent once it is approved.

    Does nothing when the follow-up no longer waits.
    """
    waiting = (outbox.c.key == key, outbox.c.state.in_([State.AWAITING, State.QUEUED]))
    conn.execute(sa.update(outbox).where(*waiting).values(parcel=parcel, changed_at=now))


def wake_at(conn: sa.Connection, key: str, at: datetime) -> None:
    """Look at a row that waits for approval again at that instant."""
    conn.execute(sa.update(outbox).where(outbox.c.key == key, outbox.c.state == State.AWAITING).values(next_try_at=at))


def postpone(conn: sa.Connection, key: str, *, token: str, next_try_at: datetime) -> None:
    """Put a claimed row back as it is until later, and end the lease. Raises `LeaseLost`."""
    changed = conn.execute(
        sa.update(outbox)
        .where(outbox.c.key == key, outbox.c.lease_token == token)
        .values(lease_token=None, lease_until=None, next_try_at=next_try_at)
    )
    if changed.rowcount == 0:
        raise LeaseLost("this follow-up was claimed by another worker or taken out of the queue")


def story(conn: sa.Connection, key: str) -> list[Happened]:
    """Every step a follow-up took, in order."""
    table = trail.c
    rows = conn.execute(
        sa.select(table.happening, table.state, table.at, table.reason).where(table.followup == key).order_by(table.id)
    )
    return [Happened(happening=Happening(what), state=State(state), at=at, reason=why) for what, state, at, why in rows]


def sent_since(
    conn: sa.Connection, since: datetime, *, person: str | None = None, kinds: Collection[FollowUpKind]
) -> int:
    """How many of these kinds were sent from `since` on, to that person or to anybody; trials are not counted."""
    count = sa.select(sa.func.count()).where(outbox.c.sent_at >= since, outbox.c.kind.in_(kinds), ~outbox.c.shadow)
    if person is not None:
        count = count.where(outbox.c.person == person)
    return conn.scalar(count) or 0


def sent_or_leaving(conn: sa.Connection, since: datetime, *, now: datetime, kinds: Collection[FollowUpKind]) -> int:
    """As `sent_since`, with what is leaving now. Whoever asks next is answered after this transaction."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LEAVING_LOCK)))
    count = sa.select(sa.func.count()).where(outbox.c.next_try_at <= now, outbox.c.state == State.SENDING)
    leaving = conn.scalar(count.where(outbox.c.kind.in_(kinds), ~outbox.c.shadow)) or 0
    return leaving + sent_since(conn, since, kinds=kinds)


def sent_to(conn: sa.Connection, person: str, kind: FollowUpKind, *, since: datetime) -> list[OutboxRow]:
    """What of a kind was sent to this person from `since` on and still stands."""
    sent = (outbox.c.person == person, outbox.c.kind == kind, outbox.c.sent_at >= since, outbox.c.state == State.SENT)
    return [_row(row) for row in conn.execute(sa.select(*_COLUMNS).where(*sent))]


def being_asked(conn: sa.Connection, *, now: datetime, within: timedelta = timedelta(hours=24)) -> set[str]:
    """The people with a question that is still open: sent, not answered, not yet closed."""
    open_ = (outbox.c.kind == FollowUpKind.QUESTION, outbox.c.state == State.SENT, outbox.c.sent_at >= now - within)
    rows = conn.execute(sa.select(outbox.c.person, outbox.c.followup).where(*open_))
    return {person for person, followup in rows if followup.not_after >= now}


def in_state(conn: sa.Connection, *states: State) -> list[OutboxRow]:
    """Every row in one of these states at one instant, oldest first; in any state when none is named.

    Reads the whole table: for a person's question, not for a loop.
    """
    query = sa.select(*_COLUMNS).order_by(outbox.c.created_at, outbox.c.key)
    rows = conn.execute(query.where(outbox.c.state.in_(states)) if states else query)
    return [_row(row) for row in rows]


def _row(row: Any, token: str | None = None) -> OutboxRow:
    names = (column.name for column in _COLUMNS)
    values = dict(zip(names, row, strict=True))
    values["state"] = State(values["state"])
    return OutboxRow(token=token, **values)


def _note(conn: sa.Connection, key: str, what: Happening, state: State, now: datetime, reason: str | None) -> None:
    conn.execute(sa.insert(trail), {"followup": key, "happening": what, "state": state, "at": now, "reason": reason})
