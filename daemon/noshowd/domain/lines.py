"""Which calls may have to do with a meeting at all. The others never leave the source that saw them."""

from __future__ import annotations

from noshowd.domain.evidence import CallRecord
from noshowd.domain.meeting import Meeting, Side

#: Extensions of one firm differ in at most this many last digits.
_EXTENSION_DIGITS = 4
_SHORTEST_TRUNK = 9


def concerns(call: CallRecord, meeting: Meeting) -> bool:
    """Whether it ran over a line of our people in this meeting, or with a number like one of the other side's.

    How surely the number is theirs is decided in `reading`; here an extension of the same firm is near enough.
    """
    if any(call.our_line in person.lines for person in meeting.side(Side.OURS)):
        return True
    theirs = {line for person in meeting.side(Side.THEIRS) for line in person.lines} | {meeting.place.phone}
    return any(_alike(call.their_number, line) for line in theirs if line is not None)


def _alike(number: str | None, line: str) -> bool:
    if number is None:
        return False
    return number == line or number.startswith(line[: max(_SHORTEST_TRUNK, len(line) - _EXTENSION_DIGITS)])
