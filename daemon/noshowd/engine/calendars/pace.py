"""How soon to list a calendar again: by what is at stake, never all at once, within what the vendor allows.

A change to a known event needs no hurry: whatever rests on it is read again before it is sent. The pace decides how
long a *new* event stays unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.entry import CalendarEntry, EntryStatus
from noshowd.domain.meeting import Person, Side
from noshowd.domain.spans import Span
from noshowd.engine.parts import Pace, Parts
from noshowd.store import entries
from noshowd.store.calendars import ClaimedCalendar

#: Around the start of a meeting people are added, links are mended and appointments are moved.
_BEFORE_START, _AFTER_START = timedelta(minutes=10), timedelta(minutes=20)
#: What a calendar costs in a working day at the ordinary pace, with room to spare.
_CALLS_A_DAY = 240
#: A look comes up to this share of its interval sooner or later than planned, so that no two calendars march in step.
_SCATTER = 0.125


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """What makes a calendar worth looking at, from now until the slowest look would come."""

    #: When its owner works.
    working: Sequence[Span] = ()
    #: When its meetings begin.
    starts: Sequence[datetime] = ()
    #: This look found something new: more may follow, as somebody is at it.
    changed: bool = False


def next_look(pace: Pace, calendar: str, stakes: Stakes, now: datetime, *, stretch: float = 1.0) -> datetime:
    """The earliest instant that any reason asks for.

    `stretch` above 1 slows down what has no meeting near, where there are more calendars than calls.
    """
    scatter = 1 + _SCATTER * (2 * _share(calendar, now.isoformat()) - 1)
    due = now + pace.sync_night * stretch * scatter
    for every, during in _reasons(pace, stakes, now, stretch):
        # A reason that begins later for many at once (the working day) is spread over its first interval.
        first = max(now + every * scatter, during.start + every * _share(calendar, "") * (during.start > now))
        if first < during.end:
            due = min(due, first)
    return due


def next_look_if_told(pace: Pace, calendar: str, now: datetime) -> datetime:
    """When to look at a calendar whose changes are told to us: a safety net."""
    scatter = 1 + _SCATTER * (2 * _share(calendar, now.isoformat()) - 1)
    return now + pace.sync_told * scatter


def stretch_for(calendars: int, calls_a_day: int) -> float:
    """By how much the ordinary pace must be slower for so many calendars to live on so many calls a day."""
    return max(1.0, calendars * _CALLS_A_DAY / calls_a_day)


def stakes_of(conn: sa.Connection, parts: Parts, claim: ClaimedCalendar, *, changed: bool, now: datetime) -> Stakes:
    """What is at stake in this calendar, as the mirror and the directory know it."""
    until = now + parts.pace.sync_night * 2
    owner = Person(key=claim.calendar, side=Side.OURS, address=claim.calendar)
    soon = entries.starting(conn, claim.account, claim.calendar, now - _AFTER_START, until + _BEFORE_START)
    return Stakes(
        working=parts.directory.open_spans(owner, Span(start=now, end=until)),
        starts=[one.start for one in soon if _with_others(one)],
        changed=changed,
    )


def _reasons(pace: Pace, stakes: Stakes, now: datetime, stretch: float) -> Iterator[tuple[timedelta, Span]]:
    for span in stakes.working:
        yield pace.sync_day * stretch, span
    for start in stakes.starts:
        yield pace.sync_near, Span(start=start - _BEFORE_START, end=start + _AFTER_START)
    if stakes.changed:
        yield pace.sync_near, Span(start=now, end=now + 2 * pace.sync_near)


def _with_others(entry: CalendarEntry) -> bool:
    return bool(entry.attendees) and not entry.all_day and entry.status is not EntryStatus.CANCELLED


def _share(calendar: str, salt: str) -> float:
    """A number from 0 up to 1 that is always the same for the same words."""
    digest = hashlib.blake2b(f"{calendar}\0{salt}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 2**32
