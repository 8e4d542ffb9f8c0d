"""How a listing becomes part of the mirror: wholly, with its cursor, or not at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import ListingEnd, Page, Quarantined
from noshowd.store import bulk, calendars, entries
from noshowd.store.calendars import ClaimedCalendar
from noshowd.store.codec import encode
from noshowd.store.entries import read_entry
from noshowd.store.schema import calendar, entry, entry_staging, quarantine
from noshowd.store.upsert import upsert

#: A source that lost more than half is believed when it says so again after this long.
SECOND_LOOK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a listing changed in the mirror."""

    #: New or different.
    changed: tuple[CalendarEntry, ...] = ()
    #: As they were last known.
    gone: tuple[CalendarEntry, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    #: So many were missing that they are not believed gone yet; the next listing decides.
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class _Staged:
    """An entry of the listing: its text, or a reason why it cannot be understood, or neither when it is gone."""

    payload: str | None
    bad: str | None


@dataclass(frozen=True, slots=True)
class _Known:
    """An entry of the mirror."""

    payload: str
    start: datetime
    end: datetime


def begin(conn: sa.Connection, claim: ClaimedCalendar) -> None:
    """Forget the pages of a listing that was broken off. Raises `LeaseLost`."""
    calendars.require_lease(conn, claim)
    _unstage(conn, claim)


def stage(conn: sa.Connection, claim: ClaimedCalendar, page: Page) -> None:
    """Lay a page aside until its listing is complete; the last word about an entry counts.

    An entry that no database can store (text that is none, an id with a NUL) is quarantined. Raises `LeaseLost`.
    """
    calendars.require_lease(conn, claim)
    rows: dict[str, _Staged] = {}
    for one in page.entries:
        rows[_storable(one.ref.entry_id)] = _staged(one)
    for gone in page.gone:
        rows[_storable(gone.ref.entry_id)] = _Staged(None, None)
    for bad in page.quarantined:
        rows[_storable(bad.ref.entry_id)] = _Staged(None, _storable(bad.reason))
    mine = {"account": claim.account, "calendar": claim.calendar}
    bulk.upsert(
        conn,
        entry_staging,
        [{**mine, "entry_id": key, "payload": row.payload, "bad": row.bad} for key, row in rows.items()],
    )


def apply(
    conn: sa.Connection, claim: ClaimedCalendar, end: ListingEnd, *, now: datetime, next_look_at: datetime
) -> Applied:
    """Make the staged pages part of the mirror, together with the cursor. Raises `LeaseLost`: nothing changed then.

    When the listing is complete, what the mirror holds inside its window beyond it is gone. Should that be more than
    half of it, nothing is called gone until a complete listing at least `SECOND_LOOK` later says the same.
    Unknown entries outside the window are passed over.
    """
    staged = _listed(conn, claim)
    known = _mirrored(conn, claim, None if end.complete else staged.keys())
    changed = {key: read_entry(row.payload) for key, row in staged.items() if row.payload and _news(key, row, known)}
    changed = {key: one for key, one in changed.items() if key in known or _inside(one.start, one.end, end.window)}
    gone = {key for key, row in staged.items() if row.payload is None and row.bad is None} & known.keys()
    bad = {key: row.bad for key, row in staged.items() if row.bad is not None}
    missing, since = _missing(conn, claim, end, staged.keys(), known, now)
    if since is None:
        gone |= missing

    entries.put_texts(conn, [(one, staged[key].payload or "") for key, one in changed.items()])
    entries.remove(conn, [_ref(claim, key) for key in gone])
    _quarantine(conn, claim, bad, cleared=(staged.keys() - bad.keys()) | gone, now=now)
    _finish(conn, claim, end, since, now=now, next_look_at=next_look_at)
    return Applied(
        changed=tuple(changed.values()),
        gone=tuple(read_entry(known[key].payload) for key in sorted(gone)),
        quarantined=tuple(Quarantined(ref=_ref(claim, key), reason=why) for key, why in bad.items()),
        held_back=0 if since is None else len(missing),
    )


def _staged(one: CalendarEntry) -> _Staged:
    if "\0" in one.ref.entry_id + (one.uid or ""):
        return _Staged(None, "its id holds a NUL character")
    try:
        return _Staged(encode(one), None)
    except UnicodeEncodeError:
        return _Staged(None, "it holds characters that are no text (lone surrogates)")


def _storable(text: str) -> str:
    """The text with what no database stores written out."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


def _listed(conn: sa.Connection, claim: ClaimedCalendar) -> dict[str, _Staged]:
    table = entry_staging.c
    rows = conn.execute(sa.select(table.entry_id, table.payload, table.bad).where(*_of(entry_staging, claim)))
    return {key: _Staged(payload, bad) for key, payload, bad in rows}


def _mirrored(conn: sa.Connection, claim: ClaimedCalendar, keys: Collection[str] | None) -> dict[str, _Known]:
    wanted = sa.select(entry.c.entry_id, entry.c.payload, entry.c.start_at, entry.c.end_at).where(*_of(entry, claim))
    if keys is not None:
        wanted = wanted.where(entry.c.entry_id.in_(keys))
    return {key: _Known(payload, start, end) for key, payload, start, end in conn.execute(wanted)}


def _news(key: str, row: _Staged, known: dict[str, _Known]) -> bool:
    return key not in known or known[key].payload != row.payload


def _inside(start: datetime, end: datetime, window: Span) -> bool:
    return start < window.end and end > window.start


def _missing(
    conn: sa.Connection,
    claim: ClaimedCalendar,
    end: ListingEnd,
    listed: Collection[str],
    known: dict[str, _Known],
    now: datetime,
) -> tuple[set[str], datetime | None]:
    """What a complete listing no longer names, and since when that has been too much to be believed."""
    if not end.complete:
        return set(), None
    inside = {key for key, one in known.items() if _inside(one.start, one.end, end.window)}
    missing = inside.difference(listed)
    if 2 * len(missing) <= len(inside):
        return missing, None
    since = conn.scalar(sa.select(calendar.c.suspicious_since).where(*_of(calendar, claim))) or now
    return missing, None if now - since >= SECOND_LOOK else since


def _quarantine(
    conn: sa.Connection, claim: ClaimedCalendar, bad: dict[str, str], *, cleared: Collection[str], now: datetime
) -> None:
    mine = {"account": claim.account, "calendar": claim.calendar}
    conn.execute(sa.delete(quarantine).where(*_of(quarantine, claim), quarantine.c.entry_id.in_(cleared)))
    rows = [{**mine, "entry_id": key, "reason": why, "since": now} for key, why in bad.items()]
    upsert(conn, quarantine, rows, keep=("since",))


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
