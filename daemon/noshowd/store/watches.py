"""The channels by which vendors tell that a calendar has changed. Several of one calendar may overlap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from noshowd.store.schema import calendar, watch


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWatch:
    """One channel as it is known."""

    channel: str
    account: str
    calendar: str
    opened_at: datetime
    #: None while the vendor has promised nothing.
    until: datetime | None
    ref: str | None
    #: None while it has never spoken.
    heard_at: datetime | None
    #: A change was found that it should have told of.
    deaf: bool

    def lives(self, now: datetime) -> bool:
        """Whether it can be relied upon: promised, heard of, and not caught missing a change."""
        return self.until is not None and self.until > now and self.heard_at is not None and not self.deaf


def of_calendar(conn: sa.Connection, account: str, calendar: str) -> list[OpenWatch]:
    """The channels of one calendar, the newest first."""
    mine = (watch.c.account == account, watch.c.calendar == calendar)
    rows = conn.execute(sa.select(watch).where(*mine).order_by(watch.c.opened_at.desc()))
    return [OpenWatch(**row._mapping) for row in rows]  # noqa: SLF001 - public in SQLAlchemy, despite its name


def of_account(conn: sa.Connection, account: str) -> dict[str, list[OpenWatch]]:
    """The channels of each calendar of the account that is read, the newest first."""
    read = sa.exists().where(
        calendar.c.account == account, calendar.c.calendar == watch.c.calendar, calendar.c.next_look_at.is_not(None)
    )
    rows = conn.execute(sa.select(watch).where(watch.c.account == account, read).order_by(watch.c.opened_at.desc()))
    found: dict[str, list[OpenWatch]] = {}
    for row in rows:
        found.setdefault(row.calendar, []).append(OpenWatch(**row._mapping))  # noqa: SLF001 - public in SQLAlchemy, despite its name
    return found


def open_new(conn: sa.Connection, account: str, calendar: str, channel: str, *, now: datetime) -> None:
    """A channel is about to be asked for. Known before the vendor is asked: its first word may come at once."""
    values = {"channel": channel, "account": account, "calendar": calendar, "opened_at": now}
    conn.execute(sa.insert(watch).values(**values))


def promise(conn: sa.Connection, channel: str, *, until: datetime, ref: str) -> None:
    """The vendor promised to tell of every change until then."""
    conn.execute(sa.update(watch).where(watch.c.channel == channel).values(until=until, ref=ref))


def hear(conn: sa.Connection, channel: str, *, now: datetime) -> tuple[str, str] | None:
    """The channel spoke: account and calendar it is about; None for one that is unknown."""
    heard = sa.update(watch).where(watch.c.channel == channel).values(heard_at=now)
    row = conn.execute(heard.returning(watch.c.account, watch.c.calendar)).first()
    return None if row is None else (row.account, row.calendar)


def distrust(conn: sa.Connection, account: str, calendar: str) -> None:
    """A change was found of which no channel of this calendar had told."""
    mine = (watch.c.account == account, watch.c.calendar == calendar)
    conn.execute(sa.update(watch).where(*mine).values(deaf=True))


def forget(conn: sa.Connection, channels: list[str]) -> None:
    """These have ended."""
    conn.execute(sa.delete(watch).where(watch.c.channel.in_(channels)))
