"""The decision table: from the presence of the two sides to the one word about the meeting.

Two rules. Everything that decides an outcome stands in this table. The table knows nothing of sources, people or time
but for the three moments.
"""

from __future__ import annotations

from enum import StrEnum

from noshowd.domain.verdict import Outcome, SidePresence


class Moment(StrEnum):
    """How far the slot has come."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    ENDED = "ended"


_PRESENT, _ARRIVED, _ABSENT, _UNSEEN, _UNKNOWN = (
    SidePresence.PRESENT,
    SidePresence.ARRIVED,
    SidePresence.ABSENT,
    SidePresence.UNSEEN,
    SidePresence.UNKNOWN,
)
_WAIT = Outcome.WAITING
_THEY = Outcome.THEY_ARE_MISSING
_WE = Outcome.WE_ARE_MISSING
_NOBODY = Outcome.NOBODY_CAME
_PASSED = Outcome.MISSED_EACH_OTHER
_OPEN = Outcome.UNKNOWN

#: (our side, their side) -> outcome while open, once confirmed, once ended. Overlap long enough is `held` before this.
TABLE: dict[tuple[SidePresence, SidePresence], tuple[Outcome, Outcome, Outcome]] = {
    # both turned up, but not together
    (_PRESENT, _PRESENT): (_WAIT, _PASSED, _PASSED),
    (_PRESENT, _ARRIVED): (_WAIT, _WAIT, _PASSED),
    (_ARRIVED, _PRESENT): (_WAIT, _WAIT, _PASSED),
    (_ARRIVED, _ARRIVED): (_WAIT, _WAIT, _PASSED),
    # we are there
    (_PRESENT, _ABSENT): (_WAIT, _THEY, _THEY),
    (_ARRIVED, _ABSENT): (_WAIT, _THEY, _THEY),
    (_PRESENT, _UNSEEN): (_WAIT, _OPEN, _OPEN),
    (_ARRIVED, _UNSEEN): (_WAIT, _OPEN, _OPEN),
    (_PRESENT, _UNKNOWN): (_WAIT, _OPEN, _OPEN),
    (_ARRIVED, _UNKNOWN): (_WAIT, _OPEN, _OPEN),
    # we are provably not
    (_ABSENT, _PRESENT): (_WAIT, _WE, _WE),
    (_ABSENT, _ARRIVED): (_WAIT, _WE, _WE),
    (_ABSENT, _ABSENT): (_WAIT, _NOBODY, _NOBODY),
    (_ABSENT, _UNSEEN): (_WAIT, _WE, _WE),
    (_ABSENT, _UNKNOWN): (_WAIT, _WE, _WE),
    # nobody was seen at all, or we do not know about ourselves
    (_UNSEEN, _UNSEEN): (_WAIT, _NOBODY, _NOBODY),
    (_UNSEEN, _PRESENT): (_WAIT, _OPEN, _OPEN),
    (_UNSEEN, _ARRIVED): (_WAIT, _OPEN, _OPEN),
    (_UNSEEN, _ABSENT): (_WAIT, _OPEN, _OPEN),
    (_UNSEEN, _UNKNOWN): (_WAIT, _OPEN, _OPEN),
    (_UNKNOWN, _PRESENT): (_WAIT, _OPEN, _OPEN),
    (_UNKNOWN, _ARRIVED): (_WAIT, _OPEN, _OPEN),
    (_UNKNOWN, _ABSENT): (_WAIT, _OPEN, _OPEN),
    (_UNKNOWN, _UNSEEN): (_WAIT, _OPEN, _OPEN),
    (_UNKNOWN, _UNKNOWN): (_WAIT, _OPEN, _OPEN),
}
_COLUMN = {Moment.OPEN: 0, Moment.CONFIRMED: 1, Moment.ENDED: 2}


def decide(*, ours: SidePresence, theirs: SidePresence, overlapped: bool, moment: Moment) -> Outcome:
    """The outcome for this pair of presences at this moment; `held` as soon as they overlapped long enough."""
    if overlapped:
        return Outcome.HELD
    return TABLE[ours, theirs][_COLUMN[moment]]
