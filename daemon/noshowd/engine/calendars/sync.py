"""Sync: list each calendar when it is due; a listing becomes part of the mirror wholly or not at all."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from noshowd.domain.entry import CalendarEntry
from noshowd.domain.spans import Span
from noshowd.engine.calendars.intake import take_in
from noshowd.engine.calendars.pace import next_look, next_look_if_told, stakes_of, stretch_for
from noshowd.engine.calendars.watching import keep, told_until
from noshowd.engine.erasure import without
from noshowd.engine.failure import as_vendor_error, pause_after, report_bad, report_good
from noshowd.engine.parts import Parts
from noshowd.ports.calendar import CalendarSource, ListingEnd, Metered, Page
from noshowd.ports.errors import CursorExpired, Temporary, VendorError
from noshowd.store import allowances, calendars, entries, health, listings, people
from noshowd.store.allowances import Wish
from noshowd.store.calendars import ClaimedCalendar
from noshowd.store.errors import LeaseLost

log = structlog.get_logger()

#: Later than any plan: what changed must be in the mirror before the next look can be planned.
_UNPLANNED = timedelta(days=1)
#: Calls that a listing without a cursor takes: the token, and the window on a page or two.
_FULL_LISTING = 3
#: A full listing is due when the one known reaches less far ahead than this share of what is mirrored.
_RENEW_AHEAD = 0.75


async def sync_due(parts: Parts) -> int:
    """List the calendars that are due, side by side; how many were claimed."""
    claims = await parts.database.run(lambda conn: _claim(conn, parts))
    async with asyncio.TaskGroup() as group:
        for claim in claims:
            group.create_task(_sync(parts, claim))
    return len(claims)


def _claim(conn: sa.Connection, parts: Parts) -> list[ClaimedCalendar]:
    """Lease what is due, the earliest first, as far as the calls of this minute go: an account's and each user's."""
    now = parts.clock.now()
    due = calendars.claim_due(conn, now=now, lease=parts.lease, limit=parts.pace.batch, worker=parts.worker)
    granted = allowances.take(conn, [_wish(parts, claim) for claim in due], now=now)
    late = [claim for claim, fits in zip(due, granted, strict=True) if not fits]
    for place, claim in enumerate(late):
        # in the same order, and before what falls due later
        calendars.release(conn, claim, next_look_at=_next_minute(now) + place * timedelta(milliseconds=1))
    return [claim for claim, fits in zip(due, granted, strict=True) if fits]


def _wish(parts: Parts, claim: ClaimedCalendar) -> Wish:
    """What listing this calendar costs, and whom."""
    calls = _FULL_LISTING if claim.cursor is None else 1
    account = (claim.account, parts.pace.calls_a_minute)
    source: object = parts.calendars.get(claim.account)
    if not isinstance(source, Metered):
        return Wish(calls=calls, of=(account,))
    user = hashlib.blake2b(source.charged(claim.calendar).encode(), digest_size=8).hexdigest()
    return Wish(calls=calls, of=(account, (f"{claim.account}{allowances.USER}{user}", parts.pace.user_calls_a_minute)))


def _next_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


async def _sync(parts: Parts, claim: ClaimedCalendar) -> None:
    source = parts.calendars.get(claim.account)
    now = parts.clock.now()
    try:
        if source is None:
            error = Temporary("this account is not configured any more")
            await _failed(parts, claim, error, now)
            return
        await keep(parts, claim)
        try:
            listed = await _list(parts, source, claim, _cursor(parts, claim, now))
        except CursorExpired:
            # once: a second expiry in the same run is an error like any other
            listed = await _list(parts, source, claim, None)
        await _apply(parts, claim, listed)
    except LeaseLost:
        log.info("sync_taken_over", action="sync", source=claim.account)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, this listing failed and no other
        await _failed(parts, claim, as_vendor_error(error), now)


def _cursor(parts: Parts, claim: ClaimedCalendar, now: datetime) -> str | None:
    """The cursor, unless the window has moved on so far that a full listing is due."""
    wanted = now + parts.pace.ahead * _RENEW_AHEAD
    return claim.cursor if claim.listed is not None and claim.listed.end >= wanted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A listing that came to its end. Its last page waits, so that a short listing is one transaction."""

    end: ListingEnd
    last: Page
    #: Pages before it were laid aside.
    staged: bool


async def _list(parts: Parts, source: CalendarSource, claim: ClaimedCalendar, cursor: str | None) -> _Listed:
    """Lay the pages of one listing aside. Raises a vendor error; what was laid aside then counts for nothing."""
    now = parts.clock.now()
    window = Span(start=now - parts.pace.behind, end=now + parts.pace.ahead)
    forgotten = await parts.database.read(people.gone_for_good)
    last, staged = Page(), False
    try:
        async with asyncio.timeout(parts.pace.lease.total_seconds() * 0.8):
            async for part in source.changes(claim.calendar, cursor=cursor, window=window):
                if isinstance(part, ListingEnd):
                    return _Listed(end=part, last=last, staged=staged)
                if last != Page():
                    await parts.database.run(partial(_lay_aside, claim=claim, page=last, first=not staged))
                    staged = True
                last = without(part, forgotten, parts.digest)
    except TimeoutError:
        raise Temporary("the listing took too long") from None
    raise Temporary("the listing broke off before its end")


def _lay_aside(conn: sa.Connection, *, claim: ClaimedCalendar, page: Page, first: bool) -> None:
    if first:
        listings.begin(conn, claim)
    listings.stage(conn, claim, page)


async def _apply(parts: Parts, claim: ClaimedCalendar, listed: _Listed) -> None:
    now = parts.clock.now()

    def save(conn: sa.Connection) -> listings.Applied:
        _lay_aside(conn, claim=claim, page=listed.last, first=not listed.staged)
        applied = listings.apply(conn, claim, listed.end, now=now, next_look_at=now + _UNPLANNED)
        _plan(conn, parts, claim, applied, now)
        take_in(conn, parts, _changed(conn, claim, applied), applied.gone, now=now)
        report_good(conn, f"account:{claim.account}", now=now)
        if claim.failures:
            report_good(conn, _part(claim), now=now)
        return applied

    applied = await parts.database.run(save, wake=True)
    for bad in applied.quarantined:
        log.warning("event_quarantined", action="sync", source=claim.account, reason=bad.reason)
    if applied.held_back:
        log.warning("listing_held_back", action="sync", source=claim.account, missing=applied.held_back)


def _changed(
    conn: sa.Connection, claim: ClaimedCalendar, applied: listings.Applied
) -> list[listings.Change | CalendarEntry]:
    """What changed, by the UID that all copies of a meeting share; what has none is a meeting by itself."""
    alone = [one.entry_id for one in applied.changed if one.uid is None]
    shared = [one for one in applied.changed if one.uid is not None]
    return [*shared, *entries.of_calendar(conn, claim.account, claim.calendar, alone)]


def _plan(conn: sa.Connection, parts: Parts, claim: ClaimedCalendar, applied: listings.Applied, now: datetime) -> None:
    told = told_until(conn, parts, claim, applied.changed, now)
    if told is not None:
        due = min(told, next_look_if_told(parts.pace, claim.calendar, now))
    else:
        changed = bool(applied.changed or applied.gone)
        stakes = stakes_of(conn, parts, claim, changed=changed, now=now)
        stretch = stretch_for(calendars.watched(conn).get(claim.account, 1), parts.pace.calls_a_day)
        due = next_look(parts.pace, claim.calendar, stakes, now, stretch=stretch)
    calendars.look_by(conn, claim.account, claim.calendar, at=due)


def _part(claim: ClaimedCalendar) -> str:
    """The calendar itself, as a part of the house: where others of its account are read, the account is well."""
    return f"{health.CALENDAR}{claim.account}/{claim.calendar}"


async def _failed(parts: Parts, claim: ClaimedCalendar, error: VendorError, now: datetime) -> None:
    """Nothing of the mirror changes; the calendar is tried again later."""
    later = now + pause_after(parts.pace, claim.failures, error)

    def save(conn: sa.Connection) -> None:
        expired = isinstance(error, CursorExpired)
        calendars.record_bad(conn, claim, error=error.reason, next_look_at=later, cursor_expired=expired)
        alone = not calendars.others_are_read(conn, claim)
        report_bad(conn, f"account:{claim.account}" if alone else _part(claim), error, now=now)

    await parts.database.run(save)
    times = claim.failures + 1
    if times.bit_count() == 1:  # the first time, and ever more seldom while it lasts
        log.warning("sync_failed", action="sync", source=claim.account, error=error.reason, times=times)
