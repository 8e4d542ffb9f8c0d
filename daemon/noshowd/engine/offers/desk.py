"""What guests answer to an offer: a time taken, other times, declined. The first answer wins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from noshowd.domain.meeting import Kind
from noshowd.domain.offer import Chosen, Offer, OfferState, OfferStep
from noshowd.engine.offers.news import News, host_of, tell
from noshowd.engine.offers.offer import LOOK_EVERY, Seen, call_back, see
from noshowd.engine.offers.openings import Openings, look
from noshowd.engine.parts import Parts
from noshowd.ports.offers import Reply, Shown
from noshowd.store import offers

log = structlog.get_logger()

#: The guest waits while calendars are read; longer than this nobody waits, and booking reads them again anyway.
_PATIENCE = timedelta(seconds=8)
#: Other times are found so often; then a person is asked.
_MOST_ASKED = 3
WORDS_LIMIT = 500


class OfferDesk:
    """The engine's `OfferBox`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def use(self, parts: Parts) -> None:
        """Work with these from the next answer on."""
        self._parts = parts

    async def find(self, key: str) -> Shown | None:
        """The offer as it stands now; None when there is none, or it has not left the house yet. Changes nothing."""
        seen = await self._see(key)
        if seen is None:
            return None
        offer = seen.stored.offer
        if not seen.answerable and seen.stored.state is OfferState.OPEN and seen.ended is None:
            return None
        host = seen.meeting.person(host_of(seen))
        contact = self._parts.directory.contact(seen.guest)
        times = tuple(at for at in offer.times if at > self._parts.clock.now())
        return Shown(
            offer=replace(offer, times=times),
            state=seen.stored.state,
            open=seen.answerable,
            host=(self._parts.directory.contact(host).recipient.name or host.address or "") if host else "",
            language=contact.language,
            video=seen.meeting.place.kind is Kind.VIDEO,
            phone=contact.phone or "",
        )

    async def take(self, key: str, chosen: Chosen) -> Reply:
        """Choose a time of those on offer, if it can still be had; a second answer changes nothing."""
        seen = await self._see(key)
        if seen is None or not seen.answerable:
            return Reply.ALREADY
        openings = await look(self._parts, seen.meeting, seen.guest, patience=_PATIENCE)
        reply = await self._parts.database.run(lambda conn: self._take(conn, key, chosen, openings), wake=True)
        log.info("offer", action="answer", meeting=seen.meeting.key, result=reply)
        return reply

    async def others(self, key: str, wish: str) -> Reply:
        """Other times; our side reads what the guest wrote, and gets in touch where no more times are found."""
        seen = await self._see(key)
        if seen is None or not seen.answerable:
            return Reply.ALREADY
        openings = await look(self._parts, seen.meeting, seen.guest, patience=_PATIENCE)
        return await self._parts.database.run(
            lambda conn: self._others(conn, key, wish[:WORDS_LIMIT], openings), wake=True
        )

    async def decline(self, key: str) -> Reply:
        """No new time is wanted."""
        return await self._parts.database.run(lambda conn: self._decline(conn, key), wake=True)

    async def _see(self, key: str) -> Seen | None:
        return await self._parts.database.read(lambda conn: see(conn, key, self._parts.clock.now()))

    def _take(self, conn: sa.Connection, key: str, chosen: Chosen, openings: Openings) -> Reply:
        now = self._parts.clock.now()
        offers.one_at_a_time(conn)
        seen = see(conn, key, now)
        if seen is None or not seen.answerable:
            return Reply.ALREADY
        offer = seen.stored.offer
        held = offers.held(conn, offer.ours, now=now, but=key)
        earliest = now + self._parts.offering.notice / 2
        free = {at for at in offer.times if at >= earliest and openings.free(at, held)}
        if chosen.start in free:
            _choose(conn, offer, chosen, now)
            return Reply.TAKEN
        kept = tuple(at for at in offer.times if at in free)
        gone = tuple(at for at in offer.times if at not in free)
        others = openings.times(held, avoid=(*kept, *gone, *offer.earlier))
        found = _on_other_days(others, kept, offer.zone)[: len(gone)]
        changed = replace(offer, times=tuple(sorted((*kept, *found))), earlier=(*offer.earlier, *gone))
        self._offer(conn, seen, changed, now)
        return Reply.GONE

    def _others(self, conn: sa.Connection, key: str, wish: str, openings: Openings) -> Reply:
        now = self._parts.clock.now()
        offers.one_at_a_time(conn)
        seen = see(conn, key, now)
        if seen is None or not seen.answerable:
            return Reply.ALREADY
        offer = replace(seen.stored.offer, asked=seen.stored.offer.asked + 1)
        held = offers.held(conn, offer.ours, now=now, but=key)
        before = (*offer.earlier, *offer.times)
        found = openings.times(held, unwanted=before) if offer.asked <= _MOST_ASKED else ()
        if wish or not found:
            tell(conn, seen, News.WISH, now, text=wish, unique=f":{offer.asked}")
        if not found:
            offers.change_times(conn, offer, now=now)
            return Reply.ASKED
        self._offer(conn, seen, replace(offer, times=found, earlier=before), now)
        return Reply.OTHERS

    def _offer(self, conn: sa.Connection, seen: Seen, changed: Offer, now: datetime) -> None:
        """Other times in an open offer, held anew; where there are none left somebody calls."""
        hold = now + self._parts.offering.hold
        changed = replace(changed, held_until=hold, ends=max((*changed.times, changed.ends)))
        offers.change_times(conn, changed, now=now)
        if not changed.times:
            call_back(conn, seen.row.followup, host_of(seen), "no_free_time", now)

    def _decline(self, conn: sa.Connection, key: str) -> Reply:
        now = self._parts.clock.now()
        seen = see(conn, key, now)
        if seen is None or not seen.answerable:
            return Reply.ALREADY
        offers.record(conn, key, OfferStep.DECLINED, now=now)
        tell(conn, seen, News.DECLINED, now)
        return Reply.DECLINED


def _on_other_days(times: Iterable[datetime], kept: Iterable[datetime], zone: str) -> list[datetime]:
    """Those first that lie on a day of their own, as the guest reads them."""
    here = ZoneInfo(zone)
    days = {at.astimezone(here).date() for at in kept}
    return sorted(times, key=lambda at: (at.astimezone(here).date() in days, at))


def take_now(conn: sa.Connection, key: str, chosen: Chosen, now: datetime) -> Reply:
    """As `OfferDesk.take`, without a look into calendars: booking looks, and offers others where it has to."""
    seen = see(conn, key, now)
    if seen is None or not seen.answerable or chosen.start not in seen.stored.offer.times:
        return Reply.ALREADY
    _choose(conn, seen.stored.offer, chosen, now)
    return Reply.TAKEN


def _choose(conn: sa.Connection, offer: Offer, chosen: Chosen, now: datetime) -> None:
    offers.record(conn, offer.key, OfferStep.CHOSEN, now=now, next_try_at=now, changed=replace(offer, chosen=chosen))


def give_others(conn: sa.Connection, parts: Parts, seen: Seen, openings: Openings, *, token: str | None) -> None:
    """A time that was chosen is no longer free: others are on offer in its place, and somebody calls.

    The guest was told that it is theirs, so a person of ours tells them otherwise.
    """
    now, offer = parts.clock.now(), seen.stored.offer
    offers.one_at_a_time(conn)
    held = offers.held(conn, offer.ours, now=now, but=offer.key)
    before = (*offer.earlier, *offer.times)
    changed = replace(
        offer,
        chosen=None,
        times=openings.times(held, avoid=before),
        earlier=before,
        held_until=now + parts.offering.hold,
    )
    changed = replace(changed, ends=max((*changed.times, changed.ends)))
    later = now + LOOK_EVERY
    offers.record(conn, offer.key, OfferStep.CLASHED, now=now, token=token, next_try_at=later, changed=changed)
    call_back(conn, seen.row.followup, host_of(seen), "times_taken", now)
