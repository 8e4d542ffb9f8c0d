"""Push: what a vendor tells us unasked.

Calls that concern a meeting that is watched now are laid down, the rest is lost. A stir has a source look sooner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from noshowd.domain.address import canonical
from noshowd.domain.appointments import Appointments
from noshowd.domain.evidence import CallRecord, Observation
from noshowd.domain.meeting import Kind, Meeting
from noshowd.domain.timing import window
from noshowd.engine.parts import Parts
from noshowd.engine.presence.matching import discreet
from noshowd.ports.presence import Stir
from noshowd.store import evidence, looks, meetings

#: No meeting is longer than this and still watched.
_LONGEST = timedelta(hours=24)
#: People come one after another; what was told of within this time is one look.
_TOGETHER = timedelta(seconds=2)


async def take(parts: Parts, seen: Observation) -> int:
    """Lay down the calls of an observation with each meeting that they may have to do with; with how many."""
    if not seen.calls:
        return 0
    return await parts.database.run(lambda conn: _lay_down(conn, parts, seen), wake=True)


async def hurry(parts: Parts, stir: Stir) -> int:
    """Look soon at what is watched now in the rooms of these people; at how many meetings."""
    return await parts.database.run(lambda conn: _hurry(conn, parts, stir), wake=True)


def _hurry(conn: sa.Connection, parts: Parts, stir: Stir) -> int:
    now = parts.clock.now()
    rounds = [
        (one.meeting.key, one.meeting.round)
        for one in meetings.between(conn, now - _LONGEST, now + _LONGEST)
        if canonical(one.meeting.organizer or "") in stir.organizers and _open_now(parts, one.meeting)
    ]
    return looks.hurry(conn, stir.source, rounds, at=now + _TOGETHER)


def _lay_down(conn: sa.Connection, parts: Parts, seen: Observation) -> int:
    now = parts.clock.now()
    known = (stored.meeting for stored in meetings.between(conn, now - _LONGEST, now + _LONGEST))
    watched = Appointments(meeting for meeting in known if _watched_now(parts, meeting))
    found = 0
    for meeting, calls in _by_meeting(watched, seen.calls):
        kept = discreet(meeting, replace(seen, calls=tuple(calls)), parts.us)
        if kept.calls:
            evidence.append(conn, meeting.key, meeting.round, kept, now=now)
            found += 1
    return found


def _by_meeting(watched: Appointments, calls: Iterable[CallRecord]) -> Iterable[tuple[Meeting, list[CallRecord]]]:
    found: dict[tuple[str, int], tuple[Meeting, list[CallRecord]]] = {}
    for call in calls:
        for meeting in watched.concerned(call):
            found.setdefault((meeting.key, meeting.round), (meeting, []))[1].append(call)
    return found.values()


def _watched_now(parts: Parts, meeting: Meeting) -> bool:
    return meeting.place.kind is Kind.PHONE and _open_now(parts, meeting)


def _open_now(parts: Parts, meeting: Meeting) -> bool:
    policy = parts.policy_for(meeting)
    if policy is None or not meeting.watched:
        return False
    open_now = window(meeting, policy.judging)
    return open_now.start <= parts.clock.now() <= open_now.end
