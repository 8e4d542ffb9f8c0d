"""Calls of a slot and what is judged of them, on lines that are all seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.scenes import (
    MATCHES,
    PBX,
    POLICY,
    at,
    call,
    lines_covered,
    phone,
    seen,
)
from noshowd.domain.evidence import CallRecord, CallResult, Coverage, Direction
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Caller, Meeting
from noshowd.domain.verdict import Outcome, Verdict

OUT, IN = Direction.OUT, Direction.IN
OURS, THEIRS, EITHER = Caller.OURS, Caller.THEIRS, Caller.UNKNOWN
THEY, WE, OPEN = Outcome.THEY_ARE_MISSING, Outcome.WE_ARE_MISSING, Outcome.UNKNOWN
SIBLING, SWITCHBOARD, FOREIGN, CUSTOMER = "+493012345670", "+4912345678", "+4917099999", "+494066964010"
SEEN = lines_covered(-10, 60)
#: One of the numbers is another customer's.
KNOWN = replace(MATCHES, others=frozenset({CUSTOMER}))


def verdict(*facts: CallRecord | Coverage, meeting: Meeting | None = None, minute: float = 60.2) -> Verdict:
    return judge(meeting or phone(), seen(*facts), KNOWN, POLICY, at(minute), sources={"pbx": PBX})


def over(direction: Direction, begin: float, result: CallResult = CallResult.NO_ANSWER, **changes: Any) -> CallRecord:
    return call(direction, begin, result=result, **changes)


def ringing(direction: Direction, begin: float, **changes: Any) -> CallRecord:
    return call(direction, begin, result=CallResult.RINGING, over=False, **changes)
