"""Asks `reading` who the evidence is about. Done anew at each judgement, so that an alias learnt later counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from noshowd.domain.evidence import SOMEBODY_ELSE, CallRecord, Evidence, Identity, MatchStrength, Observation
from noshowd.domain.matching import Matches, Who
from noshowd.domain.meeting import Kind, Meeting, Person, Side
from noshowd.reading.identity import match_all
from noshowd.reading.machines import is_bot, is_machine
from noshowd.reading.numbers import line_match
from noshowd.reading.sides import Us, same_firm


def match(meeting: Meeting, evidence: Evidence, us: Us) -> Matches:
    """Who everybody seen is, and how surely each number is one of the other side's."""
    identities = list(evidence.stays)
    given = match_all(identities, meeting.people, us) if identities else {}
    theirs = their_numbers(meeting) if evidence.calls else ()
    numbers = {
        call.their_number: max((line_match(call.their_number, n) for n in theirs), default=MatchStrength.NONE)
        for call in evidence.calls
        if call.their_number is not None
    }
    return Matches(
        identities={
            identity: _who(identity, given.get(i), meeting.people, us) for i, identity in enumerate(identities)
        },
        numbers=numbers,
        others=_of_others({n for n, strength in numbers.items() if strength is MatchStrength.NONE}, us),
    )


def discreet(meeting: Meeting, seen: Observation, us: Us) -> Observation:
    """What of an observation may be kept. Of a call with a stranger only that there was one, and of a call with
    somebody else whom we know nothing at all; beside a video meeting of nobody but the guests and their firms.
    """
    if not seen.calls:
        return seen
    matches = match(meeting, Evidence(calls=seen.calls), us)
    if meeting.place.kind is not Kind.PHONE:
        theirs = (c for c in seen.calls if matches.number(c.their_number) is not MatchStrength.NONE)
        return replace(seen, calls=tuple(theirs))
    kept = (c for c in seen.calls if c.their_number not in matches.others)
    return replace(seen, calls=tuple(_without_stranger(call, matches) for call in kept))


def _without_stranger(call: CallRecord, matches: Matches) -> CallRecord:
    stranger = call.their_number is not None and matches.number(call.their_number) is MatchStrength.NONE
    return replace(call, their_number=SOMEBODY_ELSE) if stranger else call


def _of_others(numbers: set[str], us: Us) -> frozenset[str]:
    """Those of these numbers that belong to somebody we know, who is not the other side of this meeting."""
    if not numbers:
        return frozenset()
    known = {line for one in (*us.persons.values(), *us.contacts.values()) for line in one.lines}
    return frozenset(numbers & known)


def _who(identity: Identity, given: tuple[str, MatchStrength] | None, people: Sequence[Person], us: Us) -> Who:
    """Strong and medium name a person, a verified address that is known names a side.

    Everything else is an unidentified human, an account at an address nobody knows too: any of us may have one.
    """
    if given is not None and given[1] >= MatchStrength.MEDIUM:
        # a machine is given to nobody
        return Who(person=given[0], strength=given[1])
    if is_machine(identity):
        # anybody may sit in front of a room system
        return Who(human=False, hides_people=not is_bot(identity))
    if identity.address is None or not identity.verified:
        return Who()
    side = us.side_of(identity.address)
    if side is Side.THEIRS and not _known_there(identity.address, people, us):
        return Who()
    return Who(side=side, not_these=frozenset(p.key for p in people if p.side is not side))


def _known_there(address: str, people: Sequence[Person], us: Us) -> bool:
    """Whether an address is the other side's: a contact, or of the firm of somebody who was invited."""
    theirs = [p.address for p in people if p.side is Side.THEIRS and p.address is not None]
    return us.known(us.person_of(address)) is not None or any(same_firm(address, other) for other in theirs)


def their_numbers(meeting: Meeting) -> tuple[str, ...]:
    """The other side's telephone numbers: from the event unless it is one of ours, and from the contacts."""
    ours = {line for p in meeting.side(Side.OURS) for line in p.lines}
    of_event = [meeting.place.phone] if meeting.place.phone is not None and meeting.place.phone not in ours else []
    return tuple(dict.fromkeys([*of_event, *(line for p in meeting.side(Side.THEIRS) for line in p.lines)]))
