"""Just before anything goes to a guest: does another installation already write to guests of the same calendars?

First looked, then marked, then looked again: of two that come at the same moment at least one finds the other. Whoever
does takes its mark away again; the one with the smaller id tries anew, so that not both are held.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from enum import Enum

import sqlalchemy as sa
import structlog

from noshowd.domain.followup import FollowUp, Withheld
from noshowd.domain.gate import GO, Ruling
from noshowd.domain.installation import Mark, ours, outdated, rival
from noshowd.domain.meeting import Meeting
from noshowd.engine.failure import as_vendor_error, report_bad, report_good
from noshowd.engine.parts import Parts
from noshowd.ports.errors import Temporary, VendorError
from noshowd.ports.marks import MarkKeeper
from noshowd.store import health, installation, switches

log = structlog.get_logger()


class _Found(Enum):
    """What one calendar says, where it is not the mark of another installation."""

    NOBODY = "nobody"
    #: Another one came at the same moment, and steps back.
    BOTH = "both"
    #: The calendar could not be asked now.
    UNKNOWN = "unknown"


async def alone(parts: Parts, followup: FollowUp, meeting: Meeting) -> Ruling:
    """Whether this installation may write to guests of this meeting, as far as its calendars can tell.

    Leaves our mark in each of them. The mark of another one holds everything to guests until a person decides.
    """
    places = sorted({(ref.account, ref.calendar) for ref in meeting.copies if ref.account in parts.marks})
    us = await parts.database.read(lambda conn: installation.mark(conn, now=parts.clock.now()))
    if us is None or not places:
        return GO
    found = await asyncio.gather(*(_asked(parts, account, calendar, us) for account, calendar in places))
    other = next((one for one in found if isinstance(one, Mark)), None)
    if other is not None:
        now = parts.clock.now()
        await parts.database.run(lambda conn: hold(conn, _reason(other), now=now), wake=True)
        log.warning("guests_held", action="deliver", meeting=meeting.key, reason=_reason(other))
        return Ruling(reason=Withheld.SENDING_HELD)
    if _Found.UNKNOWN in found:
        return Ruling(reason=Withheld.CANNOT_RECHECK)
    return Ruling(reason=Withheld.SENDING_HELD, until=followup.not_after) if _Found.BOTH in found else GO


def hold(conn: sa.Connection, reason: str, *, now: datetime) -> None:
    """Nothing goes to guests until a person says so; our side is told."""
    switches.turn(conn, switches.SENDING_HELD, reason, by="noshowd", now=now)
    health.record(conn, health.GUESTS, health.Condition.STOPPED, now=now, error=reason)


def take_over(conn: sa.Connection, *, by: str, now: datetime) -> bool:
    """A person lets this installation write to guests: its marks outrank those that others have left so far.

    False where nothing was held; then nothing changes.
    """
    freed = switches.clear(conn, switches.SENDING_HELD)
    if freed:
        installation.take_over(conn, by=by, now=now)
        report_good(conn, health.GUESTS, now=now)
    return freed


def _reason(other: Mark) -> str:
    return (
        f"another installation of noshowd ({other.short}, last seen on {other.left:%Y-%m-%d at %H:%M} UTC) writes to "
        "guests of the same calendars"
    )


async def _asked(parts: Parts, account: str, calendar: str, us: Mark) -> Mark | _Found:
    """What this calendar says. One that takes no marks says nobody; that it does not is told."""
    part = f"{health.MARKS}{account}"
    try:
        async with asyncio.timeout(parts.pace.patience.total_seconds()):
            found, left = await _look(parts.marks[account], calendar, us)
    except Exception as error:  # noqa: BLE001 - whatever it was, nobody knows now who else is there
        failed = as_vendor_error(error)
        if isinstance(failed, Temporary):
            log.info("mark_unread", action="deliver", source=account, error=failed.reason)
            return _Found.UNKNOWN
        await parts.database.run(lambda conn: report_bad(conn, part, failed, now=us.left))
        return _Found.NOBODY
    if left:
        await parts.database.run(lambda conn: report_good(conn, part, now=us.left))
    return found


async def _look(keeper: MarkKeeper, calendar: str, us: Mark) -> tuple[Mark | _Found, bool]:
    """What the calendar says, and whether our mark was left in it now. Raises a vendor error."""
    before, now = await keeper.marks(calendar), us.left
    if (other := rival(before, us, now)) is not None:
        return other, False
    mine = ours(before, us, now)
    if mine is not None:
        return _Found.NOBODY, not mine.is_settled(now) and await _renewed(keeper, calendar, us)
    await keeper.leave(calendar, us)
    other = rival(await keeper.marks(calendar), us, now)
    if other is not None:
        await keeper.take_away(calendar, us.installation)
        return _Found.BOTH if us.installation < other.installation else other, True
    for gone in sorted(outdated(before, us, now)):
        await keeper.take_away(calendar, gone)
    return _Found.NOBODY, True


async def _renewed(keeper: MarkKeeper, calendar: str, us: Mark) -> bool:
    """The mark in place still counts for days: a failure now keeps nothing back."""
    try:
        await keeper.leave(calendar, us)
    except VendorError as error:
        log.info("mark_not_renewed", action="deliver", source=keeper.account, error=error.reason)
        return False
    return True
