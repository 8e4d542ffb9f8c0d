"""How a listing becomes part of the mirror: wholly, with its cursor, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import ListingEnd, Page, Quarantined
from noshowd.store import bulk, calendars, entries
from noshowd.store.calendars import ClaimedCalendar
from noshowd.store.errors import LeaseLost
from noshowd.store.schema import calendar, entry, entry_staging, quarantine
from noshowd.store.texts import encode, micros
from noshowd.store.upsert import upsert, upsert_from

#: Stands among what is laid aside from the beginning of a listing to its end; no entry has this id.
_BEGUN = ""
_COLUMNS = ("account", "calendar", "entry_id", "uid", "start_at", "end_at", "payload", "bad")
#: The columns behind the key, as the driver takes them.
_Row = tuple[str | None, int | None, int | None, str | None, str | None]
_GONE: _Row = (None, None, None, None, None)
#: A source that lost more than half is believed when it says so again after this long.
SECOND_LOOK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An entry that is new or different; the mirror has the rest of it."""

    entry_id: str
    uid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a listing changed in the mirror."""

    #: By their ids.
    changed: tuple[Change, ...] = ()
    #: As they were last known.
    gone: tuple[CalendarEntry, ...] = ()
    #: Those that were not yet, or for another reason.
    quarantined: tuple[Quarantined, ...] = ()
    #: So many were missing that they are not believed gone yet; the next listing decides.
    held_back: int = 0


def begin(conn: sa.Connection, claim: ClaimedCalendar) -> None:
    """Forget the pages of a listing that was broken off. Raises `LeaseLost`."""
    calendars.require_lease(conn, claim)
    _unstage(conn, claim)
    conn.execute(sa.insert(entry_staging).values(account=claim.account, calendar=claim.calendar, entry_id=_BEGUN))


def stage(conn: sa.Connection, claim: ClaimedCalendar, page: Page) -> None:
    """Lay a page aside until its listing is complete; the last word about an entry counts.

    An entry that no database can store (text that is none, an id with a NUL) is quarantined. Raises `LeaseLost`.
    """
    calendars.require_lease(conn, claim)
    rows: dict[str, _Row] = {}
    for one in page.entries:
        rows[_storable(one.ref.entry_id)] = _staged(one)
    for gone in page.gone:
        rows[_storable(gone.ref.entry_id)] = _GONE
    for bad in page.quarantined:
        rows[_storable(bad.ref.entry_id)] = _unreadable(_storable(bad.reason))
    mine = (claim.account, claim.calendar)
    bulk.upsert_tuples(conn, entry_staging, _COLUMNS, [(*mine, key, *row) for key, row in rows.items()])


def apply(
    conn: sa.Connection, claim: ClaimedCalendar, end: ListingEnd, *, now: datetime, next_look_at: datetime
) -> Applied:
    """Make the staged pages part of the mirror, together with the cursor. Raises `LeaseLost`: nothing changed then.

    When the listing is complete, what the mirror holds inside its window beyond it is gone. Should that be more than
    half of it, nothing is called gone until a complete listing at least `SECOND_LOOK` later says the same.
    Unknown entries outside the window are passed over.
    """
    calendars.require_lease(conn, claim)
    begun = sa.select(entry_staging.c.entry_id).where(*_of(entry_staging, claim), entry_staging.c.entry_id == _BEGUN)
    if conn.execute(begun).first() is None:
        raise LeaseLost(f"the listing of {claim.calendar} was never begun, or what was laid aside is gone")
    bad = _bad(conn, claim)
    missing, since = _missing(conn, claim, end, now)
    gone = _named_gone(conn, claim) + ([] if since is not None else missing)
    lost = entries.of_calendar(conn, claim.account, claim.calendar, gone)

    changed = _take_over(conn, claim, end.window)
    entries.remove(conn, [_ref(claim, key) for key in gone])
    odd = _quarantine(conn, claim, bad, gone, now=now)
    _finish(conn, claim, end, since, now=now, next_look_at=next_look_at)
    return Applied(
        changed=changed,
        gone=tuple(sorted(lost, key=lambda one: one.ref.entry_id)),
        quarantined=tuple(Quarantined(ref=_ref(claim, key), reason=why) for key, why in odd.items()),
        held_back=0 if since is None else len(missing),
    )


def _staged(one: CalendarEntry) -> _Row:
    """An entry of the listing; of one that no database can store, the reason."""
    if "\0" in one.ref.entry_id or (one.uid is not None and "\0" in one.uid):
        return _unreadable("its id holds a NUL character")
    try:
        return one.uid, micros(one.start), micros(one.end), encode(one), None
    except UnicodeEncodeError:
        return _unreadable("it holds characters that are no text (lone surrogates)")


def _unreadable(reason: str) -> _Row:
    return None, None, None, None, reason


def _storable(text: str) -> str:
    """The text with what no database stores written out."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


def _bad(conn: sa.Connection, claim: ClaimedCalendar) -> dict[str, str]:
    """What the listing names and nobody understands, and why."""
    table = entry_staging.c
    rows = conn.execute(sa.select(table.entry_id, table.bad).where(*_of(entry_staging, claim), table.bad.is_not(None)))
    return {row.entry_id: row.bad for row in rows}


def _named_gone(conn: sa.Connection, claim: ClaimedCalendar) -> list[str]:
    """What the listing calls gone and the mirror holds."""
    table = entry_staging.c
    named = (*_of(entry_staging, claim), table.payload.is_(None), table.bad.is_(None))
    return list(conn.scalars(sa.select(table.entry_id).where(*named, sa.exists().where(*_same(entry)))))


def _missing(
    conn: sa.Connection, claim: ClaimedCalendar, end: ListingEnd, now: datetime
) -> tuple[list[str], datetime | None]:
    """What a complete listing no longer names, and since when that has been too much to be believed."""
    if not end.complete:
        return [], None
    inside = (*_of(entry, claim), *_inside(entry, end.window))
    unnamed = ~sa.exists().where(*_same(entry))
    missing = list(conn.scalars(sa.select(entry.c.entry_id).where(*inside, unnamed)))
    known = conn.scalar(sa.select(sa.func.count()).select_from(entry).where(*inside)) or 0
    if 2 * len(missing) <= known:
        return missing, None
    since = conn.scalar(sa.select(calendar.c.suspicious_since).where(*_of(calendar, claim))) or now
    return missing, None if now - since >= SECOND_LOOK else since


def _take_over(conn: sa.Connection, claim: ClaimedCalendar, window: Span) -> tuple[Change, ...]:
    """Write into the mirror what is new in the window or differs from it, and say what that was."""
    columns = [column.name for column in entry.columns]
    staged = sa.select(*(entry_staging.c[name] for name in columns)).where(
        *_of(entry_staging, claim),
        entry_staging.c.payload.is_not(None),
        ~sa.exists().where(*_same(entry), entry.c.payload == entry_staging.c.payload),
        sa.or_(sa.and_(*_inside(entry_staging, window)), sa.exists().where(*_same(entry))),
    )
    rows = upsert_from(conn, entry, columns, staged, returning=(entry.c.entry_id, entry.c.uid))
    found = (Change(entry_id=row.entry_id, uid=row.uid) for row in rows)
    return tuple(sorted(found, key=lambda one: one.entry_id))


def _same(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    """That a row of the table and one of the staged rows are about the same entry."""
    return tuple(table.c[name] == entry_staging.c[name] for name in ("account", "calendar", "entry_id"))


def _inside(table: sa.Table, window: Span) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.start_at < window.end, table.c.end_at > window.start


def _quarantine(
    conn: sa.Connection, claim: ClaimedCalendar, bad: dict[str, str], gone: list[str], *, now: datetime
) -> dict[str, str]:
    """Keep what cannot be read with its reason, and let go what can be read by now or is gone; what of it is news."""
    mine = {"account": claim.account, "calendar": claim.calendar}
    read = sa.exists().where(*_same(quarantine), entry_staging.c.bad.is_(None))
    over = sa.or_(read, quarantine.c.entry_id.in_(gone))
    conn.execute(sa.delete(quarantine).where(*_of(quarantine, claim), over))
    if not bad:
        return {}
    kept = sa.select(quarantine.c.entry_id, quarantine.c.reason).where(*_of(quarantine, claim))
    known: dict[str, str] = {row.entry_id: row.reason for row in conn.execute(kept)}
    rows = [{**mine, "entry_id": key, "reason": why, "since": now} for key, why in bad.items()]
    upsert(conn, quarantine, rows, keep=("since",))
    return {key: why for key, why in bad.items() if known.get(key) != why}


def _finish(
    conn: sa.Connection,
    claim: ClaimedCalendar,
    end: ListingEnd,
    suspicious_since: datetime | None,
    *,
    now: datetime,
    next_look_at: datetime,
) -> None:
    held_back = suspicious_since is not None
    done: dict[str, Any] = {
        # Without a cursor the next listing is complete again; changes since this one would not name the missing.
        "cursor": None if held_back else end.cursor,
        "suspicious_since": suspicious_since,
        "last_success": now,
        "last_error": None,
        "failures": 0,
    }
    if end.complete:
        done["listed"] = end.window
    soon = min(next_look_at, now + SECOND_LOOK) if held_back else next_look_at
    calendars.release(conn, claim, next_look_at=soon, **done)
    _unstage(conn, claim)


def _unstage(conn: sa.Connection, claim: ClaimedCalendar) -> None:
    conn.execute(sa.delete(entry_staging).where(*_of(entry_staging, claim)))


def _of(table: sa.Table, claim: ClaimedCalendar) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.account == claim.account, table.c.calendar == claim.calendar


def _ref(claim: ClaimedCalendar, entry_id: str) -> EntryRef:
    return EntryRef(account=claim.account, calendar=claim.calendar, entry_id=entry_id)
