"""Asks `reading` who the evidence is about. Done anew at each judgement, so that an alias learnt later counts."""

from __future__ import annotations

from noshowd.domain.evidence import Evidence
from noshowd.domain.matching import Matches
from noshowd.domain.meeting import Meeting, Side
from noshowd.reading.identity import recognise
from noshowd.reading.numbers import match_number
from noshowd.reading.sides import Us


def match(meeting: Meeting, evidence: Evidence, us: Us) -> Matches:
    """Who everybody seen is, and how surely each number is one of the other side's."""
    identities = list(dict.fromkeys(s.identity for s in evidence.sightings))
    return Matches(
        identities=dict(zip(identities, recognise(identities, meeting.people, us), strict=True)),
        numbers={
            call.their_number: match_number(call.their_number, their_numbers(meeting))
            for call in evidence.calls
            if call.their_number is not None
        },
    )


def their_numbers(meeting: Meeting) -> tuple[str, ...]:
    """The other side's telephone numbers: from the event unless it is one of ours, and from the contacts."""
    ours = {line for p in meeting.side(Side.OURS) for line in p.lines}
    numbers = [line for p in meeting.side(Side.THEIRS) for line in p.lines]
    if meeting.place.phone is not None and meeting.place.phone not in ours:
        numbers.append(meeting.place.phone)
    return tuple(dict.fromkeys(numbers))
