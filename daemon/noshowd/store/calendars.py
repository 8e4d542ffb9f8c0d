"""The calendars that are watched: where each listing stands and when the next one is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.domain.spans import Span
from noshowd.store import leases
from noshowd.store.errors import LeaseLost
from noshowd.store.schema import calendar
from noshowd.store.upsert import insert_new

#: Of the mirrored entries. Raise it when a stored `CalendarEntry` no longer says all that a fresh one would.
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedCalendar:
    """A calendar whose listing is due, leased to a worker until the listing is applied or has failed."""

    account: str
    calendar: str
    #: None: list everything.
    cursor: str | None
    #: What the last complete listing covered.
    listed: Span | None
    #: In a row, up to now.
    failures: int
    due: datetime
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarState:
    """How reading a calendar goes, for `status`."""

    account: str
    calendar: str
    next_look_at: datetime | None
    last_success: datetime | None
    last_error: str | None
    failures: int
    suspicious_since: datetime | None


def register(conn: sa.Connection, wanted: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Watch these (account, calendar) from now on; those watched already go on where they stood.

    Others are no longer looked at; what was mirrored of them stays until it is forgotten. Entries mirrored in an
    older format are read again.
    """
    pairs = list(wanted)
    insert_new(
        conn,
        calendar,
        [{"account": account, "calendar": name, "format": FORMAT, "next_look_at": now} for account, name in pairs],
    )
    conn.execute(
        sa.update(calendar).where(calendar.c.format != FORMAT).values(format=FORMAT, cursor=None, next_look_at=now)
    )
    this = sa.tuple_(calendar.c.account, calendar.c.calendar)
    conn.execute(sa.update(calendar).where(this.not_in(pairs)).values(next_look_at=None))
    unwatched = (this.in_(pairs), calendar.c.next_look_at.is_(None))
    conn.execute(sa.update(calendar).where(*unwatched).values(next_look_at=now, cursor=None))


def claim_due(
    conn: sa.Connection, *, now: datetime, lease: timedelta, limit: int, worker: str
) -> list[ClaimedCalendar]:
    """Lease up to `limit` calendars whose listing is due, the longest due first."""
    columns = (calendar.c.account, calendar.c.calendar, calendar.c.cursor, calendar.c.listed, calendar.c.failures)
    token, rows = leases.claim(
        conn, calendar.c.next_look_at, now=now, lease=lease, limit=limit, worker=worker, returning=columns
    )
    return [
        ClaimedCalendar(
            account=account, calendar=name, cursor=cursor, listed=listed, failures=failures, due=due, token=token
        )
        for due, account, name, cursor, listed, failures in rows
    ]


def next_due(conn: sa.Connection, *, now: datetime) -> datetime | None:
    return leases.next_due(conn, calendar.c.next_look_at, now=now)


def look_now(conn: sa.Connection, account: str, name: str, *, now: datetime, at: datetime | None = None) -> None:
    """A push said that something changed there: read it at once, or no later than `at`.

    One that is being read right now is read again afterwards.
    """
    due = at or now
    mine = (calendar.c.account == account, calendar.c.calendar == name)
    idle = sa.or_(calendar.c.next_look_at > due, calendar.c.lease_until > now)
    conn.execute(sa.update(calendar).where(*mine, idle).values(next_look_at=due))


def look_by(conn: sa.Connection, account: str, name: str, *, at: datetime) -> None:
    """List this calendar no later than `at`."""
    mine = (calendar.c.account == account, calendar.c.calendar == name)
    conn.execute(sa.update(calendar).where(*mine, calendar.c.next_look_at > at).values(next_look_at=at))


def watched(conn: sa.Connection) -> dict[str, int]:
    """How many calendars of each account are watched."""
    counted = sa.select(calendar.c.account, sa.func.count()).where(calendar.c.next_look_at.is_not(None))
    return {row[0]: row[1] for row in conn.execute(counted.group_by(calendar.c.account))}


def others_are_read(conn: sa.Connection, claim: ClaimedCalendar) -> bool:
    """Whether another calendar of the account was read the last time it was tried."""
    other = (calendar.c.account == claim.account, calendar.c.calendar != claim.calendar)
    well = (calendar.c.next_look_at.is_not(None), calendar.c.failures == 0, calendar.c.last_success.is_not(None))
    return conn.execute(sa.select(sa.literal(1)).where(*other, *well).limit(1)).first() is not None


def record_bad(
    conn: sa.Connection,
    claim: ClaimedCalendar,
    *,
    error: str,
    next_look_at: datetime,
    cursor_expired: bool = False,
) -> None:
    """The listing failed and changed nothing; with `cursor_expired` the next one is complete. Raises `LeaseLost`."""
    changes: dict[str, Any] = {"cursor": None} if cursor_expired else {}
    release(conn, claim, last_error=error, failures=claim.failures + 1, next_look_at=next_look_at, **changes)


def require_lease(conn: sa.Connection, claim: ClaimedCalendar) -> None:
    """Raises `LeaseLost` when the calendar is read by somebody else; else nobody can claim it in this transaction."""
    held = sa.select(calendar.c.account).where(*_claimed(claim)).with_for_update()
    if conn.execute(held).first() is None:
        raise _lost(claim)


def release(conn: sa.Connection, claim: ClaimedCalendar, *, next_look_at: datetime, **values: Any) -> None:
    """Write columns of a claimed calendar and end its lease. Raises `LeaseLost`."""
    pushed = calendar.c.next_look_at > claim.due
    due = sa.case((pushed, calendar.c.next_look_at), else_=sa.literal(next_look_at, calendar.c.next_look_at.type))
    ended = sa.update(calendar).where(*_claimed(claim))
    if conn.execute(ended.values(lease_token=None, lease_until=None, next_look_at=due, **values)).rowcount == 0:
        raise _lost(claim)


def states(conn: sa.Connection) -> list[CalendarState]:
    """Every calendar that is watched."""
    columns = [calendar.c[name] for name in CalendarState.__dataclass_fields__]
    watched = sa.or_(calendar.c.next_look_at.is_not(None), calendar.c.lease_token.is_not(None))
    rows = conn.execute(sa.select(*columns).where(watched).order_by(calendar.c.account, calendar.c.calendar))
    return [CalendarState(**row._mapping) for row in rows]  # noqa: SLF001 - public in SQLAlchemy, despite its name


def counts(conn: sa.Connection) -> dict[str, tuple[int, int]]:
    """Of each account: how many calendars are watched, and of how many the last reading failed."""
    watched = sa.or_(calendar.c.next_look_at.is_not(None), calendar.c.lease_token.is_not(None))
    failing = sa.func.count(sa.case((calendar.c.failures > 0, 1)))
    counted = sa.select(calendar.c.account, sa.func.count(), failing).where(watched).group_by(calendar.c.account)
    return {account: (all_, bad) for account, all_, bad in conn.execute(counted)}


def _claimed(claim: ClaimedCalendar) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        calendar.c.account == claim.account,
        calendar.c.calendar == claim.calendar,
        calendar.c.lease_token == claim.token,
    )


def _lost(claim: ClaimedCalendar) -> LeaseLost:
    return LeaseLost(f"the calendar {claim.calendar} of {claim.account} is read by another worker by now")
