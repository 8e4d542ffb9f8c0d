"""Cards: the one message about a round that a person has on a channel which edits, and when it is to be edited next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKey, State
from noshowd.ports.channel import Receipt
from noshowd.store import leases
from noshowd.store.among import among
from noshowd.store.card_table import card
from noshowd.store.codec import Instant
from noshowd.store.schema import outbox
from noshowd.store.upsert import insert_once

#: The message that is to be the card may still arrive.
_UNDER_WAY = (State.QUEUED, State.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A claimed card."""

    meeting: str
    round: int
    person: str
    channel: str
    root: str
    receipt: Receipt
    shown: str | None
    news: int
    attempts: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message about a round belongs: it is the card, or stands in the thread of the card that is there."""

    is_card: bool
    #: Of the card; None while another message that is to be the card is still on its way.
    receipt: Receipt | None = None


def place(conn: sa.Connection, key: FollowUpKey, channel: str, *, now: datetime) -> Place:
    """Where this message belongs. The first to ask is the card; another takes over where that one came to nothing."""
    this = _this(key, channel)
    row = {"meeting": key.meeting, "round": key.round, "person": key.person, "channel": channel}
    if insert_once(conn, card, row | {"root": str(key), "created_at": now}):
        return Place(is_card=True)
    root, receipt = conn.execute(sa.select(card.c.root, card.c.receipt).where(*this).with_for_update()).one()
    if root == str(key):
        return Place(is_card=True)
    if receipt is not None or _under_way(conn, root, channel):
        return Place(is_card=False, receipt=receipt)
    conn.execute(sa.update(card).where(*this).values(root=str(key)))
    return Place(is_card=True)


def _under_way(conn: sa.Connection, root: str, channel: str) -> bool:
    row = conn.execute(sa.select(outbox.c.state, outbox.c.channel).where(outbox.c.key == root)).first()
    return row is not None and row.state in _UNDER_WAY and row.channel in (None, channel)


def arrived(conn: sa.Connection, key: FollowUpKey, receipt: Receipt, *, shown: str, now: datetime) -> None:
    """The message that is to be the card has arrived; of any other message this changes nothing."""
    conn.execute(
        sa.update(card)
        .where(*_this(key, receipt.channel), card.c.root == str(key))
        .values(receipt=receipt, shown=shown, news=card.c.news + 1, next_try_at=now, attempts=0)
    )


def at(conn: sa.Connection, key: FollowUpKey, channel: str) -> Receipt | None:
    """Where the card of this person and round lies; None where there is none (yet)."""
    receipt: Receipt | None = conn.scalar(sa.select(card.c.receipt).where(*_this(key, channel)))
    return receipt


def poke(conn: sa.Connection, meetings: Collection[str], *, now: datetime) -> None:
    """Something happened about these meetings: their cards are looked at again."""
    wanted = [meeting for meeting in meetings if meeting]
    if wanted:
        there = (among(card.c.meeting, wanted), card.c.receipt.is_not(None))
        conn.execute(sa.update(card).where(*there).values(news=card.c.news + 1, next_try_at=now))


def claim_due(conn: sa.Connection, *, now: datetime, lease: timedelta, limit: int, worker: str) -> list[Card]:
    """Lease up to `limit` cards that are to be looked at."""
    c = card.c
    columns = (c.meeting, c.round, c.person, c.channel, c.root, c.receipt, c.shown, c.news, c.attempts)
    token, rows = leases.claim(conn, c.next_try_at, now=now, lease=lease, limit=limit, worker=worker, returning=columns)
    names = [column.name for column in columns]
    return [Card(token=token, **dict(zip(names, row[1:], strict=True))) for row in rows]


def next_due(conn: sa.Connection, *, now: datetime) -> datetime | None:
    return leases.next_due(conn, card.c.next_try_at, now=now)


def done(conn: sa.Connection, one: Card, *, shown: str, again: datetime | None) -> None:
    """It shows this now, and is looked at `again` then, or at once where something happened meanwhile."""
    due = sa.case((card.c.news == one.news, sa.literal(again, Instant())), else_=card.c.next_try_at)
    _write(conn, one, shown=shown, attempts=0, next_try_at=due)


def put_off(conn: sa.Connection, one: Card, *, until: datetime) -> None:
    """It could not be edited now."""
    _write(conn, one, attempts=one.attempts + 1, next_try_at=until)


def hold_back(conn: sa.Connection, channel: str, *, now: datetime, until: datetime) -> None:
    """The channel wants to be left alone: none of its cards is edited before that."""
    soon = (card.c.next_try_at >= now - timedelta(days=1), card.c.next_try_at < until)
    conn.execute(sa.update(card).where(card.c.channel == channel, *soon).values(next_try_at=until))


def drop(conn: sa.Connection, one: Card) -> None:
    """The message is gone: the next one about this round is a card of its own."""
    conn.execute(sa.delete(card).where(*_is(one)))


def clear(conn: sa.Connection, *, before: datetime, limit: int) -> int:
    """Cards begun before that; returns how many went."""
    key = sa.tuple_(card.c.meeting, card.c.round, card.c.person, card.c.channel)
    old = sa.select(card.c.meeting, card.c.round, card.c.person, card.c.channel).where(card.c.created_at < before)
    return conn.execute(sa.delete(card).where(key.in_(old.limit(limit)))).rowcount


def _this(key: FollowUpKey, channel: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        card.c.meeting == key.meeting,
        card.c.round == key.round,
        card.c.person == key.person,
        card.c.channel == channel,
    )


def _is(one: Card) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        card.c.meeting == one.meeting,
        card.c.round == one.round,
        card.c.person == one.person,
        card.c.channel == one.channel,
        card.c.lease_token == one.token,
    )


def _write(conn: sa.Connection, one: Card, **values: Any) -> None:
    conn.execute(sa.update(card).where(*_is(one)).values(lease_token=None, lease_until=None, **values))
