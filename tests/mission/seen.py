"""What the telephone sources show of a missed call, and what they leave open. Knows truth and records, no noshowd.

The lines of an appointment are *seen* if all of our people's lines are known and one source saw them from before the
start up to where it has to, without a gap. What such lines show may still leave open what happened: a call from a
hidden number, a mailbox that is recorded as a person. A miss is *fully seen* if nothing is left open.
"""

from __future__ import annotations

from typing import Any

from mission.provable import MINUTE, covered_at

#: Calls that begin within these many seconds before the start or after the end may be the appointment.
BEFORE, AFTER = 15 * MINUTE, 15 * MINUTE
#: Less was no conversation, whoever it was.
SHORTEST_TALK = 20

NO_SOURCE = "no source"
UNSEEN_MOBILE = "a mobile that nothing sees"
OUTAGE = "an outage"
HIDDEN = "a hidden number"
UNKNOWN_NUMBER = "a number that nobody knows"
MAILBOX = "a mailbox recorded as a person"
BUSY = "their line was busy at our last try"
#: Nothing is left open.
FULLY_SEEN = "fully seen"
#: What was not even looked at; the others are seen lines that leave something open.
NOT_SEEN = frozenset({NO_SOURCE, UNSEEN_MOBILE, OUTAGE})

Case = dict[str, Any]
Call = dict[str, Any]


def left_open(case: Case) -> str:
    """The first thing that the sources leave open about this missed call, else `FULLY_SEEN`."""
    if not case["sources"]:
        return NO_SOURCE
    if not all(p["all_lines_seen"] for p in case["people"] if p["side"] == "ours"):
        return UNSEEN_MOBILE
    whole = [source for source in case["sources"] if covered_at(case, source) is not None]
    if not whole:
        return OUTAGE
    near = [c for c in whole[0]["calls"] if case["start"] - BEFORE <= c["began"] <= case["end"] + AFTER]
    doubts = [doubt for call in near if (doubt := _doubt(case, call)) is not None]
    if doubts:
        return doubts[0]
    tries = [c["result"] for c in sorted(near, key=_began) if c["direction"] == "out" and _is_known(case, c)]
    return BUSY if tries[-1:] == ["busy"] else FULLY_SEEN


def is_live(case: Case) -> bool:
    """Whether a source that saw everything tells of calls while they last."""
    return any(s["kind"] == "live_calls" and covered_at(case, s) is not None for s in case["sources"])


def _doubt(case: Case, call: Call) -> str | None:
    """What one recorded call leaves open about who it was and whether they talked."""
    if call["number"] is None:
        return HIDDEN
    talked = call["ended"] - call["answered"] if call["answered"] is not None else 0
    if not _is_known(case, call):
        return UNKNOWN_NUMBER if call["direction"] == "in" or talked >= SHORTEST_TALK else None
    return MAILBOX if call["result"] == "answered" and not call["human"] else None


def _is_known(case: Case, call: Call) -> bool:
    """The guest's number, or another extension of the guest's firm."""
    number, theirs = call["number"] or "", case["phone"]
    return number == theirs or (theirs.startswith("+498") and number.startswith(theirs[:-3]))


def _began(call: Call) -> int:
    return int(call["began"])
