"""Whose ladder applies: the cause of everything that is done about a meeting."""

from __future__ import annotations

from noshowd.domain.followup import Cause
from noshowd.domain.verdict import CONFIRMED_MISSES, Outcome, Reason, SidePresence, Verdict


def cause_of(verdict: Verdict) -> Cause | None:
    """Whose ladder applies: the confirmed outcome's, else the suspected one's while somebody waits."""
    if verdict.outcome in CONFIRMED_MISSES or verdict.outcome is Outcome.NOBODY_CAME:
        return Cause(verdict.outcome.value)
    if verdict.outcome is Outcome.UNKNOWN:
        return Cause.UNKNOWN
    if verdict.outcome is not Outcome.WAITING:
        return None
    if Reason.NOT_ADMITTED in verdict.reasons and verdict.ours is not SidePresence.ABSENT:
        return Cause.NOT_ADMITTED
    ours, theirs = verdict.ours, verdict.theirs
    there = (SidePresence.PRESENT, SidePresence.ARRIVED)
    if theirs in there and ours not in there:
        return Cause.WE_ARE_MISSING
    if ours in there:
        # both have come and are about to meet: nobody is to be asked or told anything
        return None if theirs in there else Cause.THEY_ARE_MISSING
    return Cause.WE_ARE_MISSING if ours is SidePresence.ABSENT else Cause.UNKNOWN


def we_came_too_late(verdict: Verdict) -> bool:
    """Whether both came, but we only after them: then the words are an apology of ours."""
    ours, theirs = verdict.ours_late, verdict.theirs_late
    apart = verdict.outcome is Outcome.MISSED_EACH_OTHER
    return apart and ours is not None and theirs is not None and ours > theirs
