"""Which new times can be offered: read from the calendars of our people when the offer is written."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.slots import Wish, free_starts, open_for_all, spread
from noshowd.domain.spans import Span
from noshowd.engine.parts import Parts
from noshowd.ports.calendar import Busy
from noshowd.ports.errors import VendorError

#: Nobody is offered a time sooner than this.
_NOTICE = timedelta(hours=3)
_AHEAD = timedelta(days=10)


async def offer_times(parts: Parts, meeting: Meeting) -> tuple[datetime, ...]:
    """Up to three starts, in UTC, at which all required people of ours are free; none when that cannot be known."""
    now = parts.clock.now()
    window = Span(start=now + _NOTICE, end=now + _AHEAD)
    ours = [p for p in meeting.side(Side.OURS) if p.expected and p.address is not None]
    if not ours:
        return ()
    busy = await asyncio.gather(*(_busy(parts, person, window) for person in ours))
    if not all(one.known for one in busy):
        return ()
    opened = open_for_all([parts.directory.open_spans(person, window) for person in ours])
    wish = Wish(length=meeting.length, not_before=window.start, zone=parts.zone)
    return spread(free_starts(opened, [span for one in busy for span in one.spans], wish), wish)


async def _busy(parts: Parts, person: Person, window: Span) -> Busy:
    """Busy time of one person over all accounts; unknown when none of them knows (which is not free)."""
    address = person.address or ""
    spans: list[Span] = []
    known = False
    for source in parts.free_busy.values():
        try:
            async with asyncio.timeout(parts.pace.patience.total_seconds()):
                (answer,) = await source.busy((address,), window)
        except (VendorError, TimeoutError, ValueError):
            continue
        known |= answer.known
        spans += answer.spans
    return Busy(address=address, spans=tuple(spans), known=known)
