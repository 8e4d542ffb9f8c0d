"""Who is told: each kind of message has its people, and our own absence is shown to that person only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from noshowd.domain.followup import Cause, FollowUpKind
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.verdict import Presence, Verdict


def _expected(meeting: Meeting, side: Side) -> Sequence[Person]:
    return [p for p in meeting.people if p.side is side and p.expected]


def _who_is(verdict: Verdict, presence: Presence) -> set[str]:
    return {p.key for p in verdict.people if p.presence is presence}


def owner(meeting: Meeting, verdict: Verdict) -> str:
    """Who of ours looks after the case: who is there, else who organised it, else the first of ours.

    A meeting without anybody of ours has the empty key as owner.
    """
    ours = _expected(meeting, Side.OURS) or meeting.side(Side.OURS)
    present = _who_is(verdict, Presence.PRESENT)
    keys = [p.key for p in ours if p.key in present] or [p.key for p in ours]
    if meeting.organizer in keys:
        return meeting.organizer
    return keys[0] if keys else ""


def _missing_ours(meeting: Meeting, verdict: Verdict) -> list[str]:
    ours = _expected(meeting, Side.OURS)
    absent = _who_is(verdict, Presence.ABSENT)
    now = {p.key for p in verdict.people if p.absent_now}
    return [p.key for p in ours if p.key in absent] or [p.key for p in ours if p.key in now]


def _missing_theirs(meeting: Meeting, verdict: Verdict) -> list[str]:
    missing = {p.key for p in verdict.people if p.absent_now or p.presence is Presence.ABSENT}
    return [p.key for p in _expected(meeting, Side.THEIRS) if p.key in missing]


def recipients(
    kind: FollowUpKind,
    cause: Cause,
    meeting: Meeting,
    verdict: Verdict,
    stand_ins: Mapping[str, str],
) -> list[str]:
    """The person keys a rung goes to, in a stable order; may be empty."""
    if kind is FollowUpKind.NUDGE:
        return _missing_ours(meeting, verdict)
    if kind is FollowUpKind.COVER_NEEDED:
        return sorted({stand_ins[k] for k in _missing_ours(meeting, verdict) if k in stand_ins})
    if kind is FollowUpKind.RECALL_TASK and cause is Cause.WE_ARE_MISSING:
        return _missing_ours(meeting, verdict)[:1] or [owner(meeting, verdict)]
    if kind is FollowUpKind.COURTESY_MESSAGE:
        return _missing_theirs(meeting, verdict)
    if kind is FollowUpKind.WORD_TO_WAITING:
        return [
            p.key for p in _expected(meeting, Side.THEIRS) if (seen := verdict.person(p.key)) is not None and seen.seen
        ]
    if kind is FollowUpKind.RESCHEDULE_OFFER:
        if cause is Cause.THEY_ARE_MISSING:
            return _missing_theirs(meeting, verdict)
        return [p.key for p in _expected(meeting, Side.THEIRS)]
    to = owner(meeting, verdict)
    return [to] if to else []
