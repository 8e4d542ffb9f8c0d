"""Who rang whom, and which calls may have to do with a meeting at all: the others never leave the source."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from noshowd.domain.evidence import CallRecord, Direction
from noshowd.domain.meeting import Caller, Kind, Meeting, Side

#: Extensions of one firm differ in at most this many last digits.
_EXTENSION_DIGITS = 4
_SHORTEST_TRUNK = 9
#: Nobody's extensions: who shares the first digits is a stranger.
_GERMAN_MOBILES = "+491"
_ANGLED = re.compile(r"<([^<>]*)>\s*$")
_SCHEME = re.compile(r"^(?:sips?|tel):", re.IGNORECASE)
_INTERNAL = re.compile(r"[*#]*\d{1,5}#?")


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a call: a line of ours, a number (E.164), an extension that nobody listed, or hidden (nothing)."""

    line: str | None = None
    number: str | None = None
    internal: bool = False


class House:
    """What a telephone system's own names for the ends of a call mean.

    `extensions` gives our line behind an extension, `normalise` E.164 of a number as the system writes it, or None.
    """

    def __init__(
        self, lines: Collection[str], extensions: Mapping[str, str], normalise: Callable[[str], str | None]
    ) -> None:
        self._lines = lines
        self._extensions = extensions
        self._normalise = normalise

    def end(self, written: str) -> End:
        """An end as it is written: a number, an extension, a SIP address, or a name with one of them in brackets."""
        angled = _ANGLED.search(written)
        bare = _SCHEME.sub("", (angled[1] if angled else written).strip()).partition("@")[0].partition(";")[0].strip()
        if bare in self._extensions:
            return End(line=self._extensions[bare], internal=True)
        number = self._normalise(bare)
        line = number if number in self._lines else None
        return End(line=line, number=number, internal=number is None and bool(_INTERNAL.fullmatch(bare)))


def directions(caller: End, called: End) -> tuple[Direction, ...]:
    """Which way a call went, seen from our side; none inside the house.

    Both where neither end is known to be ours: only one of the two readings can have to do with a guest.
    """
    from_us = caller.line is not None or caller.internal
    # a place in the dialling plan ("s") is ours too
    to_us = called.line is not None or called.number is None
    if from_us and to_us:
        return ()
    if from_us or to_us:
        return (Direction.OUT,) if from_us else (Direction.IN,)
    return (Direction.IN, Direction.OUT) if caller.number is not None else (Direction.IN,)


def may_be_by_phone(meeting: Meeting) -> bool:
    """Whether calls can tell anything of a meeting: of a video meeting those with a number known to be the guest's."""
    kind = meeting.place.kind
    return kind is Kind.PHONE or (kind is Kind.VIDEO and bool(lines_of_theirs(meeting)))


def can_know_of(lines: Collection[str], meeting: Meeting) -> bool:
    """Whether a telephone system that sees these lines of ours can know anything of a meeting.

    Nobody's lines known: any call with the other side's number may be the one.
    """
    if not may_be_by_phone(meeting):
        return False
    ours = lines_of_ours(meeting)
    return not ours or not ours.isdisjoint(lines)


def lines_of_ours(meeting: Meeting) -> set[str]:
    """The lines of our people, and the number under which the others were told to ring, whoever's that is (a
    switchboard, a colleague's).
    """
    ours = {line for person in meeting.side(Side.OURS) for line in person.lines}
    number = meeting.place.phone
    if meeting.place.caller is Caller.THEIRS and number is not None and number not in lines_of_theirs(meeting):
        ours.add(number)
    return ours


def lines_of_theirs(meeting: Meeting) -> set[str]:
    """The lines of the other side's people; not the number of the appointment, which may be anybody's."""
    return {line for person in meeting.side(Side.THEIRS) for line in person.lines}


def bridge_of(meeting: Meeting) -> str | None:
    """The number of a telephone conference: everybody dials it, and who else is on it no source of ours sees."""
    return meeting.place.phone if meeting.place.bridge else None


def numbers_to_ring(meeting: Meeting) -> frozenset[str]:
    """Where they wait to be rung: the number of the appointment, else every one that is known to be theirs."""
    number = meeting.place.phone
    if number is not None and number not in lines_of_ours(meeting):
        return frozenset({number})
    return frozenset(lines_of_theirs(meeting))


def concerns(call: CallRecord, meeting: Meeting) -> bool:
    """Whether it ran over a line of ours in this meeting, which is a call, or with a number like one of the other
    side's.

    How surely the number is theirs is decided in `reading`; here an extension of the same firm is near enough.
    """
    ours = lines_of_ours(meeting)
    if call.our_line in ours and meeting.place.kind is Kind.PHONE:
        return True
    theirs = lines_of_theirs(meeting) | {meeting.place.phone} - ours
    return any(_alike(call.their_number, line) for line in theirs if line is not None)


def _alike(number: str | None, line: str) -> bool:
    if number is None:
        return False
    return number == line or number.startswith(trunk(line))


def trunk(line: str) -> str:
    """What every extension of the same firm begins with; for a short number and a German mobile the number itself."""
    if line.startswith(_GERMAN_MOBILES):
        return line
    return line[: max(_SHORTEST_TRUNK, len(line) - _EXTENSION_DIGITS)]
