"""Bring chosen times into calendars, each once. What is written is stored before the call, as with messages.

Writing the same key again is harmless (the port promises it), so an offer found in `writing` after a crash is simply
written again. The guest hears of it once, from the vendor's invitation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.booking import Booking, Way, booking
from noshowd.domain.entry import CalendarEntry, EntryRef, EntryStatus
from noshowd.domain.followup import FollowUpKind
from noshowd.domain.offer import Chosen, OfferState, OfferStep
from noshowd.domain.plan import close_round
from noshowd.engine.claims import work_on_due
from noshowd.engine.failure import as_vendor_error, pause_after, report_bad, report_good
from noshowd.engine.judging.undo import existing, undo
from noshowd.engine.offers.booked_event import event_for
from noshowd.engine.offers.desk import give_others
from noshowd.engine.offers.news import News, tell
from noshowd.engine.offers.offer import LOOK_EVERY, Seen, case_of, see
from noshowd.engine.offers.openings import look
from noshowd.engine.parts import Parts
from noshowd.engine.standing import read_standing
from noshowd.ports.calendar import CalendarWriter, Gone
from noshowd.ports.errors import Changed, Temporary, VendorError
from noshowd.store import calendars, offers, outbox, switches
from noshowd.store.offers import StoredOffer, Write

log = structlog.get_logger()

#: After so many failed writes, or when the time is this near, one of ours enters it.
_MOST_ATTEMPTS = 10
_TOO_NEAR = timedelta(minutes=30)
_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A claimed offer whose time was chosen."""

    stored: StoredOffer
    seen: Seen
    chosen: Chosen

    @property
    def key(self) -> str:
        return self.stored.offer.key

    @property
    def token(self) -> str:
        return self.stored.token or ""


async def book_due(parts: Parts, *, limit: int = 16) -> int:
    """Work on the offers that are due: whether they still stand, and what was chosen; how many were claimed."""
    return await work_on_due(
        parts, offers.claim_due, _work, limit=limit, action="book", meeting=lambda one: one.offer.meeting
    )


async def _work(parts: Parts, stored: StoredOffer) -> None:
    if stored.state is OfferState.OPEN:
        await parts.database.run(lambda conn: _watch(conn, parts, stored))
        return
    seen = await parts.database.read(lambda conn: see(conn, stored.offer.key, parts.clock.now()))
    if seen is None or stored.offer.chosen is None:
        await parts.database.run(lambda conn: _forget(conn, parts, stored))
        return
    case = _Case(stored=stored, seen=seen, chosen=stored.offer.chosen)
    if stored.state is OfferState.WRITING and stored.event is not None:
        await _write(
            parts, case, Write(account=stored.account or "", calendar=stored.calendar or "", event=stored.event)
        )
    else:
        await _book(parts, case)


def _watch(conn: sa.Connection, parts: Parts, stored: StoredOffer) -> None:
    """An open offer that is no longer needed, or too old, holds nothing any more."""
    now, offer, token = parts.clock.now(), stored.offer, stored.token or ""
    seen = see(conn, offer.key, now)
    ended = OfferStep.WITHDRAWN if seen is None else seen.ended
    if ended is not None:
        offers.record(conn, offer.key, ended, now=now, token=token)
    else:
        offers.postpone(conn, offer.key, token=token, next_try_at=min(now + LOOK_EVERY, offer.ends))


def _forget(conn: sa.Connection, parts: Parts, stored: StoredOffer) -> None:
    """What was chosen about a meeting that is forgotten cannot be entered."""
    offers.record(conn, stored.offer.key, OfferStep.HANDED_OVER, now=parts.clock.now(), token=stored.token)


async def _book(parts: Parts, case: _Case) -> None:
    """Look once more at everything, then write."""
    now = parts.clock.now()
    standing, paused = await parts.database.read(
        lambda conn: (read_standing(conn, shadow=parts.shadow), switches.PAUSED in switches.read(conn))
    )
    if paused and case.chosen.start - now > _TOO_NEAR:
        await _later(parts, case, _PAUSE)
        return
    if standing.shadow or standing.sending_held or case.chosen.start - now < _TOO_NEAR:
        await _hand_over(parts, case)
        return
    copies = await _reread(parts, case)
    if copies is None:
        await _later(parts, case, pause_after(parts.pace, case.stored.attempts, Temporary("cannot read")))
        return
    done = next((one.ref for one in copies if one.start == case.chosen.start), None)
    if done is not None:
        # somebody of ours was quicker
        await _booked(parts, case, done)
        return
    openings = await look(parts, case.seen.meeting, case.seen.guest)
    held = await parts.database.read(lambda conn: offers.held(conn, case.stored.offer.ours, now=now, but=case.key))
    if not openings.free(case.chosen.start, held):
        await parts.database.run(
            lambda conn: give_others(conn, parts, case.seen, openings, token=case.token), wake=True
        )
        return
    await _enter(parts, case, copies)


async def _enter(parts: Parts, case: _Case, copies: Sequence[CalendarEntry]) -> None:
    """Write it the way the table says."""
    meeting, chosen = case.seen.meeting, case.chosen
    table = await parts.database.read(lambda conn: case_of(conn, parts, meeting, case.seen.guest))
    way: Booking = booking(table)
    moved = way.way is Way.MOVE and all(one.start != meeting.start for one in copies)
    writer = parts.writers.get(way.place.account) if way.place is not None else None
    if moved or writer is None or way.place is None:
        # somebody of ours has put it elsewhere or taken it away meanwhile, or nothing may be written
        await _hand_over(parts, case)
        return
    event = event_for(parts, case.seen, chosen, way, platform=writer.platform)
    await _write(parts, case, Write(account=way.place.account, calendar=way.place.calendar, event=event))


async def _reread(parts: Parts, case: _Case) -> list[CalendarEntry] | None:
    """The ruling copy as it is now, brought into the mirror; [] when it is gone, None when it cannot be read."""
    refs = case.seen.meeting.copies[:1]
    source = parts.calendars.get(refs[0].account) if refs else None
    if source is None:
        return []
    try:
        async with asyncio.timeout(parts.pace.patience.total_seconds()):
            found = await source.read(refs[0])
    except (VendorError, TimeoutError):
        return None
    return [] if isinstance(found, Gone) or found.status is EntryStatus.CANCELLED else [found]


async def _write(parts: Parts, case: _Case, write: Write) -> None:
    """Store what is written, write it, and store what came of it."""
    writer = parts.writers.get(write.account)
    if writer is None:
        await _hand_over(parts, case)
        return
    now, needed = parts.clock.now(), parts.pace.patience * parts.clock.speed
    lease = max(parts.lease, needed + parts.pace.margin * parts.clock.speed)
    await parts.database.run(
        lambda conn: offers.mark_writing(conn, case.key, case.token, now=now, lease=lease, write=write)
    )
    try:
        place = await _call(parts, writer, write)
    except Changed as error:
        # it was changed between our look and the write: look once more
        await _failed(parts, case, Temporary(error.reason), write.account)
    except VendorError as error:
        await _failed(parts, case, error, write.account)
    except Exception as error:  # noqa: BLE001 - no answer, or one that nobody foresaw: it may have been written
        reason = as_vendor_error(error).reason
        await _failed(parts, case, Temporary(reason, uncertain=True), write.account)
    else:
        await _booked(parts, case, place)


async def _call(parts: Parts, writer: CalendarWriter, write: Write) -> EntryRef:
    async with asyncio.timeout(parts.pace.patience.total_seconds()):
        return await writer.write(write.calendar, write.event)


async def _failed(parts: Parts, case: _Case, error: VendorError, account: str) -> None:
    now = parts.clock.now()
    await parts.database.run(lambda conn: report_bad(conn, f"calendar:{account}", error, now=now))
    log.warning("booking_not_written", action="book", meeting=case.seen.meeting.key, error=error.reason)
    if not isinstance(error, Temporary) or case.stored.attempts + 1 >= _MOST_ATTEMPTS:
        await _hand_over(parts, case)
    elif not error.uncertain:
        await _again(parts, case, pause_after(parts.pace, case.stored.attempts, error))
    # nobody knows whether it was written: it is written again, under the same key, once the lease has ended


async def _again(parts: Parts, case: _Case, pause: timedelta) -> None:
    now = parts.clock.now()
    await parts.database.run(
        lambda conn: offers.record(
            conn, case.key, OfferStep.NOT_WRITTEN, now=now, token=case.token, next_try_at=now + pause
        ),
        wake=True,
    )


async def _later(parts: Parts, case: _Case, pause: timedelta) -> None:
    later = parts.clock.now() + pause
    await parts.database.run(lambda conn: offers.postpone(conn, case.key, token=case.token, next_try_at=later))


async def _hand_over(parts: Parts, case: _Case) -> None:
    """One of ours enters it: they are told what was chosen."""
    now = parts.clock.now()

    def save(conn: sa.Connection) -> None:
        offers.record(conn, case.key, OfferStep.HANDED_OVER, now=now, token=case.token)
        tell(conn, case.seen, News.BY_HAND, now)
        _settle(conn, parts, case)

    await parts.database.run(save, wake=True)
    log.info("handed_over", action="book", meeting=case.seen.meeting.key)


async def _booked(parts: Parts, case: _Case, place: EntryRef) -> None:
    """It stands in the calendar: the offer is over, and so is what else was to be done about the missed meeting."""
    now = parts.clock.now()

    def save(conn: sa.Connection) -> None:
        offers.record(conn, case.key, OfferStep.WRITTEN, now=now, token=case.token, written=place)
        tell(conn, case.seen, News.BOOKED, now)
        _settle(conn, parts, case)
        calendars.look_now(conn, place.account, place.calendar, now=now)
        report_good(conn, f"calendar:{place.account}", now=now)

    await parts.database.run(save, wake=True)
    log.info("booked", action="book", meeting=case.seen.meeting.key, source=place.account)


def _settle(conn: sa.Connection, parts: Parts, case: _Case) -> None:
    """Take back tasks and questions about the missed meeting; what went to other guests stays."""
    this = (case.seen.meeting.key, case.seen.meeting.round)
    rows = outbox.of_rounds(conn, [this])[this]
    others = {row.key for row in rows if row.followup.to_guest and row.followup.key.person != case.seen.guest.key}
    mine = [
        row
        for row in rows
        if row.key not in others
        and row.followup.concerns not in others
        and row.followup.kind is not FollowUpKind.NOTICE
        and row.key != case.key
    ]
    undo(conn, close_round(existing(mine)), now=parts.clock.now())
