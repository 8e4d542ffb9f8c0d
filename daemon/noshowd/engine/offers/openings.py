"""When everybody could talk: hours and free/busy of our people and, where it can be seen, of the guest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.slots import Wish, free_starts, is_free, open_for_all, spread
from noshowd.domain.spans import Span
from noshowd.engine.failure import report_of
from noshowd.engine.parts import Parts
from noshowd.ports.calendar import Busy
from noshowd.store import health


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """What was read just now. Not `known`: nobody can tell when all of ours are free, and so no time is offered."""

    known: bool
    wish: Wish
    #: Addresses of ours who have to be free.
    ours: tuple[str, ...]
    opened: Sequence[Span] = ()
    busy: Sequence[Span] = ()

    def times(
        self, held: Iterable[Span], *, avoid: Iterable[datetime] = (), unwanted: Iterable[datetime] = ()
    ) -> tuple[datetime, ...]:
        """Up to three times that are neither busy nor held for somebody else, nor overlap with one to be avoided.

        Where some were `unwanted` they lie on other days if possible.
        """
        if not self.known:
            return ()
        starts = free_starts(self.opened, [*self.busy, *held], self.wish)
        return spread(starts, self.wish, avoid=avoid, unwanted=unwanted)

    def free(self, start: datetime, held: Iterable[Span]) -> bool:
        """Whether this time can still be had; of calendars that cannot be read just now only what is held is known."""
        if not self.known:
            wanted = Span(start=start, end=start + self.wish.length)
            return all(wanted.overlap(span) is None for span in held)
        return is_free(start, self.opened, [*self.busy, *held], self.wish.length)


async def look(parts: Parts, meeting: Meeting, guest: Person, *, patience: timedelta | None = None) -> Openings:
    """Read hours and free/busy for a new time of this meeting with this guest."""
    now, offering = parts.clock.now(), parts.offering
    window = Span(start=now, end=now + offering.ahead)
    ours = [p for p in meeting.side(Side.OURS) if p.expected and p.address is not None]
    addresses = tuple(p.address or "" for p in ours)
    # what is written at night is read in the morning
    read_at = parts.directory.awake_from(guest, now) or now
    wish = Wish(
        length=meeting.length,
        not_before=read_at + offering.notice,
        zone=parts.directory.contact(guest).zone,
        buffer=offering.buffer,
    )
    theirs = (guest.address,) if guest.address is not None else ()
    patience = patience or parts.pace.patience
    busy, seen = await asyncio.gather(
        busy_of(parts, addresses, window, patience), busy_of(parts, theirs, window, patience)
    )
    if not ours or not all(one.known for one in busy):
        return Openings(known=False, wish=wish, ours=addresses)
    return Openings(
        known=True,
        wish=wish,
        ours=addresses,
        opened=open_for_all([parts.directory.open_spans(person, window) for person in (*ours, guest)]),
        busy=[span for one in (*busy, *seen) for span in one.spans],
    )


async def busy_of(parts: Parts, addresses: tuple[str, ...], window: Span, patience: timedelta) -> list[Busy]:
    """Busy time of each over all accounts; unknown where none of them knows (which is not free)."""
    asking = (_ask(parts, account, addresses, window, patience) for account in parts.free_busy)
    answers = await asyncio.gather(*asking)
    joined = []
    for number, address in enumerate(addresses):
        about = [answer[number] for answer in answers if answer]
        spans = tuple(span for one in about for span in one.spans)
        joined.append(Busy(address=address, spans=spans, known=any(one.known for one in about)))
    return joined


async def _ask(
    parts: Parts, account: str, addresses: tuple[str, ...], window: Span, patience: timedelta
) -> tuple[Busy, ...]:
    """The answer of one account; nothing when it has none."""
    answer: tuple[Busy, ...] = ()
    if addresses:
        async with report_of(parts, f"{health.FREE_BUSY}{account}"), asyncio.timeout(patience.total_seconds()):
            answer = await parts.free_busy[account].busy(addresses, window)
    return answer if len(answer) == len(addresses) else ()
