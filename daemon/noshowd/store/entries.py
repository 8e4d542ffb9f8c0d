"""The mirror of the calendars, entry by entry. How a listing becomes part of it stands in `listings`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.ports.calendar import Quarantined
from noshowd.store import bulk
from noshowd.store.schema import entry, quarantine
from noshowd.store.texts import decoder, encode

read_entry = decoder(CalendarEntry)


def get(conn: sa.Connection, ref: EntryRef) -> CalendarEntry | None:
    text = conn.scalar(sa.select(entry.c.payload).where(*_is(ref)))
    return None if text is None else read_entry(text)


def copies(conn: sa.Connection, uids: Collection[str]) -> list[CalendarEntry]:
    """Every mirrored entry with one of these iCalendar UIDs, in all calendars."""
    return _read(conn, sa.select(entry.c.payload).where(entry.c.uid.in_(uids)))


def between(conn: sa.Connection, start: datetime, end: datetime) -> list[CalendarEntry]:
    """Every mirrored entry that starts from `start` up to `end`, in order."""
    return _read(conn, sa.select(entry.c.payload).where(entry.c.start_at >= start, entry.c.start_at < end))


def starting(conn: sa.Connection, account: str, calendar: str, start: datetime, end: datetime) -> list[CalendarEntry]:
    """The entries of one calendar that start from `start` up to `end`, in order."""
    mine = (entry.c.account == account, entry.c.calendar == calendar)
    return _read(conn, sa.select(entry.c.payload).where(*mine, entry.c.start_at >= start, entry.c.start_at < end))


def of_calendar(conn: sa.Connection, account: str, calendar: str, entry_ids: Collection[str]) -> list[CalendarEntry]:
    """Those of these entries of one calendar that are mirrored."""
    if not entry_ids:
        return []
    mine = (entry.c.account == account, entry.c.calendar == calendar)
    return _read(conn, sa.select(entry.c.payload).where(*mine, entry.c.entry_id.in_(entry_ids)))


def put(conn: sa.Connection, entries: Iterable[CalendarEntry]) -> None:
    """Mirror these as they are now; none comes twice. Raises `UnicodeEncodeError` for text that is none."""
    bulk.upsert(conn, entry, [_row(one, encode(one)) for one in entries])


def remove(conn: sa.Connection, refs: Iterable[EntryRef]) -> None:
    """These are gone; unknown ones are nothing to worry about."""
    for ref in refs:
        conn.execute(sa.delete(entry).where(*_is(ref)))


def quarantined(conn: sa.Connection) -> list[Quarantined]:
    """Every entry that could not be understood and has not been replaced by one that could."""
    table = quarantine.c
    rows = conn.execute(
        sa.select(table.account, table.calendar, table.entry_id, table.reason).order_by(table.account, table.since)
    )
    return [
        Quarantined(ref=EntryRef(account=account, calendar=name, entry_id=entry_id), reason=reason)
        for account, name, entry_id, reason in rows
    ]


def _is(ref: EntryRef) -> tuple[sa.ColumnElement[bool], ...]:
    return entry.c.account == ref.account, entry.c.calendar == ref.calendar, entry.c.entry_id == ref.entry_id


def _read(conn: sa.Connection, wanted: sa.Select[Any]) -> list[CalendarEntry]:
    return [read_entry(text) for text in conn.scalars(wanted.order_by(entry.c.start_at, entry.c.entry_id))]


def _row(one: CalendarEntry, text: str) -> dict[str, Any]:
    return {
        "account": one.ref.account,
        "calendar": one.ref.calendar,
        "entry_id": one.ref.entry_id,
        "uid": one.uid,
        "start_at": one.start,
        "end_at": one.end,
        "payload": text,
    }
