"""Watching: have a vendor tell us when a calendar changes. A word of it means "read this calendar now", nothing more.

A channel is relied upon only once it has spoken, which proves that the vendor reaches us, and only until a look finds
a change that it should have told of. Where there is none, polling goes on at its ordinary pace.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.entry import CalendarEntry
from noshowd.engine.failure import as_vendor_error, report_bad, report_good
from noshowd.engine.parts import Parts
from noshowd.ports.calendar import CalendarWatcher
from noshowd.ports.errors import Temporary
from noshowd.ports.webhook import Signal
from noshowd.store import calendars, entries, health, watches
from noshowd.store.calendars import ClaimedCalendar
from noshowd.store.listings import Change
from noshowd.store.watches import OpenWatch

log = structlog.get_logger()

#: Asked for; Google gives no more than this either (facts, 1.6).
_LIFE = timedelta(days=7)
#: A channel is replaced when so much of its life is left, so that the two overlap.
_RENEW_AT = 0.25
#: A channel that was refused or was never heard is not asked for again before this.
_TRY_AGAIN = timedelta(hours=6)
#: One that missed a change is replaced once it is so old: single words are lost now and then, and the first word of the
#: new channel shows at once whether the vendor still reaches us.
_ANEW = timedelta(hours=1)
#: Several words about one change come at once and are answered by one look.
_TOGETHER = timedelta(seconds=2)
#: A change found by a look is news that was not told only if it had time to be told, clocks differing a little.
_TIME_TO_TELL = timedelta(minutes=2)
_SKEW = timedelta(minutes=1)
#: Of so many changes, one that was not told would be found among the first.
_LOOKED_AT = 100


async def heed(parts: Parts, signal: Signal) -> None:
    """A channel spoke: it lives, and what it is about is read at once. An unknown channel has no effect."""
    now = parts.clock.now()

    def note(conn: sa.Connection) -> None:
        found = watches.hear(conn, signal.channel, now=now)
        if found is not None and signal.changed:
            calendars.look_now(conn, *found, now=now, at=now + _TOGETHER)

    await parts.database.run(note, wake=True)


async def keep(parts: Parts, claim: ClaimedCalendar) -> None:
    """Before a look: open a channel where there is none or its end is near, and end those it has replaced.

    Failing costs speed and nothing else.
    """
    watcher = parts.watchers.get(claim.account)
    if watcher is None:
        return
    now = parts.clock.now()
    known = await parts.database.read(lambda conn: watches.of_calendar(conn, claim.account, claim.calendar))
    try:
        async with asyncio.timeout(parts.pace.patience.total_seconds()):
            if _one_is_due(known, now):
                await _open(parts, watcher, claim, now)
            await _end(parts, watcher, claim, known, now)
    except Exception as error:  # noqa: BLE001 - whatever it was, the look itself goes on
        reason = as_vendor_error(error).reason
        log.info("watch_not_kept", action="sync", source=claim.account, error=reason)


def told_until(
    conn: sa.Connection, parts: Parts, claim: ClaimedCalendar, changed: Sequence[Change], now: datetime
) -> datetime | None:
    """Until when changes of this calendar are told to us; None when that cannot be relied upon."""
    if claim.account not in parts.watchers:
        return None
    living = [one for one in watches.of_calendar(conn, claim.account, claim.calendar) if one.lives(now)]
    some = [one.entry_id for one in changed[:_LOOKED_AT]] if living else []
    if _missed(living, entries.of_calendar(conn, claim.account, claim.calendar, some), now):
        watches.distrust(conn, claim.account, claim.calendar)
        log.warning("watch_deaf", action="sync", source=claim.account)
        return None
    return max((one.until for one in living if one.until is not None), default=None)


def tell_of_silence(conn: sa.Connection, parts: Parts, *, now: datetime) -> None:
    """Keep, by account, whether changes are told to us: not where channels were refused, never spoke or are deaf.

    While an account's channels have only just been asked for, what was known before stands.
    """
    for account in parts.watchers:
        channels = watches.of_account(conn, account)
        states = [_is_told(known, now) for known in channels.values()]
        if deaf := states.count(False):
            error = Temporary(f"changes of {deaf} of {len(states)} calendars are not told to us: see noshowd doctor")
            report_bad(conn, f"{health.PUSH}{account}", error, now=now)
        elif states and None not in states:
            report_good(conn, f"{health.PUSH}{account}", now=now)


def _is_told(known: Sequence[OpenWatch], now: datetime) -> bool | None:
    """Whether changes of a calendar with these channels, the newest first, are told; None: it is too early to say."""
    if any(one.lives(now) for one in known):
        return True
    return False if now - known[0].opened_at > _ANEW + _TIME_TO_TELL else None


def _one_is_due(known: Sequence[OpenWatch], now: datetime) -> bool:
    if not known:
        return True
    newest = known[0]
    if newest.heard_at is not None and newest.until is not None and not newest.deaf:
        return newest.until - now < (newest.until - newest.opened_at) * _RENEW_AT
    return now - newest.opened_at >= (_ANEW if newest.deaf else _TRY_AGAIN)


async def _open(parts: Parts, watcher: CalendarWatcher, claim: ClaimedCalendar, now: datetime) -> None:
    channel = secrets.token_hex(16)
    await parts.database.run(lambda conn: watches.open_new(conn, claim.account, claim.calendar, channel, now=now))
    promise = await watcher.watch(claim.calendar, channel=channel, until=now + _LIFE)
    await parts.database.run(lambda conn: watches.promise(conn, channel, until=promise.until, ref=promise.ref))


async def _end(
    parts: Parts, watcher: CalendarWatcher, claim: ClaimedCalendar, known: Sequence[OpenWatch], now: datetime
) -> None:
    """End what a newer channel has replaced, and forget what has run out or never was."""
    newest = next((place for place, one in enumerate(known) if one.lives(now)), len(known))
    over = [one for place, one in enumerate(known) if place > newest or (place > 0 and not one.lives(now))]
    for one in over:
        if one.ref is not None and one.until is not None and one.until > now:
            await watcher.unwatch(claim.calendar, channel=one.channel, ref=one.ref)
    if over:
        await parts.database.run(lambda conn: watches.forget(conn, [one.channel for one in over]))


def _missed(living: Sequence[OpenWatch], changed: Iterable[CalendarEntry], now: datetime) -> bool:
    """Whether something changed long enough ago, within the life of every channel, and none has spoken since."""
    opened = max((one.opened_at for one in living), default=now)
    heard = max((one.heard_at for one in living if one.heard_at is not None), default=now)
    at = [one.updated for one in changed if one.updated is not None]
    return any(opened < one < now - _TIME_TO_TELL and heard < one - _SKEW for one in at)
