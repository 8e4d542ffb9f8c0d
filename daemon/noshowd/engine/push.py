"""Push: what a vendor tells us unasked.

Calls that concern a meeting that is watched now are laid down, the rest is lost. A stir has a source look sooner.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from noshowd.domain.address import canonical
from noshowd.domain.evidence import Observation
from noshowd.domain.lines import concerns
from noshowd.domain.meeting import Kind, Meeting
from noshowd.domain.timing import window
from noshowd.engine.matching import discreet
from noshowd.engine.parts import Parts
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
    found = 0
    for stored in meetings.between(conn, now - _LONGEST, now + _LONGEST):
        meeting = stored.meeting
        if not _watched_now(parts, meeting):
            continue
        mine = replace(seen, calls=tuple(call for call in seen.calls if concerns(call, meeting)))
        kept = discreet(meeting, mine, parts.us)
        if kept.calls:
            evidence.append(conn, meeting.key, meeting.round, kept, now=now)
            found += 1
    return found


def _watched_now(parts: Parts, meeting: Meeting) -> bool:
    return meeting.place.kind is Kind.PHONE and _open_now(parts, meeting)


def _open_now(parts: Parts, meeting: Meeting) -> bool:
    policy = parts.policy_for(meeting)
    if policy is None or not meeting.watched:
        return False
    open_now = window(meeting, policy.judging)
    return open_now.start <= parts.clock.now() <= open_now.end
