"""The recall task: what stands in it, and when it is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from noshowd.domain.meeting import Meeting, Person
from noshowd.domain.spans import Span, union
from noshowd.engine.offers.openings import busy_of
from noshowd.engine.parts import Parts
from noshowd.engine.sending.recheck import Fresh
from noshowd.engine.words.compose import Composer
from noshowd.ports.channel import Parcel
from noshowd.store.outbox import OutboxRow

#: A call back takes about so long.
_CALL = timedelta(minutes=10)
#: The next gap is looked for so far ahead.
_AHEAD = timedelta(days=4)


async def recall(parts: Parts, row: OutboxRow, fresh: Fresh) -> Parcel:
    """The task with the guide of the policy, due where the person can ring."""
    parcel = Composer(parts).parcel(row, fresh.meeting, fresh.verdict, note=fresh.note, guide=fresh.policy.guide)
    person = fresh.meeting.person(row.followup.key.person) or parts.directory.colleague(row.followup.key.person)
    return replace(parcel, due=await _due(parts, fresh.meeting, person))


async def _due(parts: Parts, meeting: Meeting, person: Person | None) -> datetime:
    """Now while the missed slot runs, which is free by itself; else in the next gap of this person's working hours."""
    now = parts.clock.now()
    if now < meeting.end or person is None or person.address is None:
        return now
    window = Span(start=now, end=now + _AHEAD)
    (busy,) = await busy_of(parts, (person.address,), window, parts.pace.patience)
    # of a calendar that cannot be read at least the working hours are known
    return first_gap(parts.directory.open_spans(person, window), busy.spans, _CALL) or now


def first_gap(opened: Sequence[Span], busy: Iterable[Span], length: timedelta) -> datetime | None:
    """The first instant of the open stretches from which nothing stands in the calendar for so long."""
    taken = union(busy)
    for span in union(opened):
        at = span.start
        for block in taken:
            if block.end > at and block.start < at + length:
                at = block.end
        if at + length <= span.end:
            return at
    return None
