"""Claims: a row that is due is worked on by one worker at a time, and a worker that slept too long changes nothing.

A claim writes a token that nobody else has and an end. Until then nobody else claims the row; every write of a
claimed row names the token, so after another claim it finds nothing to write.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
import structlog

from noshowd.store.card_table import card
from noshowd.store.errors import Unreadable
from noshowd.store.offer_tables import offer
from noshowd.store.schema import calendar, look, meeting, outbox

log = structlog.get_logger()

#: A row that this version cannot read is tried again after this long.
UNREADABLE_PAUSE = timedelta(hours=1)


def claim(
    conn: sa.Connection,
    due: sa.Column[Any],
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    worker: str,
    returning: Sequence[sa.ColumnElement[Any]],
    where: Sequence[sa.ColumnElement[bool]] = (),
) -> tuple[str, list[Any]]:
    """The token and up to `limit` rows whose `due` has come, the longest due first, each now leased to `worker`.

    Two workers at once get different rows: PostgreSQL skips what another transaction holds, SQLite has one writer.
    A row that cannot be read is put off by `UNREADABLE_PAUSE` and logged; it never holds up the others.
    """
    keys = list(due.table.primary_key)
    token = f"{worker}:{secrets.token_hex(8)}"
    claimed = _claim(due, now=now, where=where, limit=limit, token=token, until=now + lease)
    try:
        with conn.begin_nested():
            rows: list[Any] = list(conn.execute(claimed.returning(due, *returning)).all())
    except Unreadable:
        rows = []
        for key in conn.execute(claimed.returning(*keys)).all():
            this = [column == value for column, value in zip(keys, key, strict=True)]
            try:
                rows.append(conn.execute(sa.select(due, *returning).where(*this)).one())
            except Unreadable as error:
                put_off_unreadable(conn, due, key, error, now=now)
    return token, sorted(rows, key=lambda row: row[0])


def put_off_unreadable(
    conn: sa.Connection, due: sa.Column[Any], key: Sequence[Any], error: Unreadable, *, now: datetime
) -> None:
    """A claimed row with this primary key cannot be read: it comes again after `UNREADABLE_PAUSE`, and is logged."""
    log.error("row_unreadable", action="claim", table=due.table.name, row=tuple(key), error=str(error))
    this = [column == value for column, value in zip(due.table.primary_key, key, strict=True)]
    later = {due.name: now + UNREADABLE_PAUSE, "lease_token": None, "lease_until": None}
    conn.execute(sa.update(due.table).where(*this).values(later))


def _claim(
    due: sa.Column[Any],
    *,
    now: datetime,
    where: Sequence[sa.ColumnElement[bool]],
    limit: int,
    token: str,
    until: datetime,
) -> sa.Update:
    keys = list(due.table.primary_key)
    picked = (
        sa.select(*keys)
        .where(due <= now, _free(due.table, now), *where)
        .order_by(due)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    same = [key == picked.c[key.name] for key in keys]
    return sa.update(due.table).where(*same).values(lease_token=token, lease_until=until)


def next_due(
    conn: sa.Connection,
    due: sa.Column[Any],
    *,
    now: datetime,
    where: tuple[sa.ColumnElement[bool], ...] = (),
) -> datetime | None:
    """When there is something to claim next: at its due instant, or when the lease on it ends.

    Asked all the time: the statement is made once for each column and `where`, which has to be the same object.
    """
    found = conn.execute(_next_due(due, where), {"now": now}).one()
    return min((at for at in found if at is not None), default=None)


@cache
def _next_due(due: sa.Column[Any], where: tuple[sa.ColumnElement[bool], ...]) -> sa.Select[Any]:
    table, now = due.table, sa.bindparam("now", type_=due.type)
    first = sa.select(due).where(due.is_not(None), _free(table, now), *where).order_by(due).limit(1)
    held = sa.select(sa.func.min(table.c.lease_until)).where(due <= now, table.c.lease_until > now, *where)
    return sa.select(first.scalar_subquery(), held.scalar_subquery())


def release_all(conn: sa.Connection, *, now: datetime) -> None:
    """End every lease. Only for the one process of an SQLite file, at its start: whoever held them is dead."""
    tables = (calendar.c.next_look_at, look.c.next_look_at, meeting.c.next_look_at)
    for due in (*tables, outbox.c.next_try_at, offer.c.next_try_at, card.c.next_try_at):
        # Only what was due was ever leased, so the index of due rows finds them all.
        held = (due <= now, due.table.c.lease_until.is_not(None))
        conn.execute(sa.update(due.table).where(*held).values(lease_token=None, lease_until=None))


def _free(table: sa.FromClause, now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    return sa.or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
