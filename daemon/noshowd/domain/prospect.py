"""What will be done next about somebody who is not there, should nothing change: for whoever waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noshowd.domain.followup import TO_GUESTS, Cause, FollowUpKind
from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.policy import Policy
from noshowd.domain.timing import confirmation, last_instant

#: What a waiting person hears of by itself; the rest is worth announcing.
_SMALL = frozenset({FollowUpKind.WAITING_NOTICE, FollowUpKind.NOTICE, FollowUpKind.NUDGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """The next rung of a ladder and when it is due."""

    kind: FollowUpKind
    at: datetime


def prospect(meeting: Meeting, cause: Cause, policy: Policy, now: datetime) -> Prospect | None:
    """The first rung of this ladder that is due after `now`; None where nothing follows.

    Messages to guests are left out where none of them could be written to.
    """
    writable = any(p.expected and p.accepted and p.address is not None for p in meeting.side(Side.THEIRS))
    confirmed = confirmation(meeting, policy.judging)
    coming = []
    for rung in policy.ladders.get(cause, ()):
        if meeting.place.kind not in rung.media or rung.kind in _SMALL or (rung.kind in TO_GUESTS and not writable):
            continue
        at = last_instant(meeting, rung, confirmed, meeting.end)
        if at is not None and at > now:
            coming.append(Prospect(kind=rung.kind, at=at))
    return min(coming, key=lambda one: one.at, default=None)
