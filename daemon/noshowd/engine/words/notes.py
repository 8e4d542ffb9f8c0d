"""Why something is a task for a person and not a message: said in the task."""

from __future__ import annotations

import sqlalchemy as sa

from noshowd.domain.followup import FollowUp
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.policy import Policy
from noshowd.domain.verdict import Presence, Verdict
from noshowd.engine.judging.history import history
from noshowd.engine.parts import Parts
from noshowd.store import people
from noshowd.wording import TaskNote

#: First word of the step of a task that stands for a message.
INSTEAD = {
    "expired": TaskNote.APPROVAL_EXPIRED,
    "bounced": TaskNote.BOUNCED,
    "no_free_time": TaskNote.NO_FREE_TIME,
    "times_taken": TaskNote.TIMES_TAKEN,
}


def note_for(
    conn: sa.Connection, parts: Parts, followup: FollowUp, meeting: Meeting, verdict: Verdict, policy: Policy
) -> TaskNote | None:
    """What keeps noshowd from writing to those who were missed; None where nothing does."""
    known = INSTEAD.get(followup.key.step.partition(":")[0])
    guests = _missed(meeting, verdict)
    if known is not None or not guests:
        return known
    if len(guests) > policy.most_guests:
        return TaskNote.TOO_MANY_GUESTS
    reasons = [_obstacle(conn, parts, meeting, guest, policy) for guest in guests]
    return next((reason for reason in reasons if reason is not None), None)


def _missed(meeting: Meeting, verdict: Verdict) -> list[Person]:
    absent = {p.key for p in verdict.people if p.presence is Presence.ABSENT or p.absent_now}
    return [p for p in meeting.side(Side.THEIRS) if p.expected and p.key in absent]


def _obstacle(conn: sa.Connection, parts: Parts, meeting: Meeting, guest: Person, policy: Policy) -> TaskNote | None:
    if guest.address is None:
        return TaskNote.NO_ADDRESS
    if not guest.accepted:
        return TaskNote.NOT_ACCEPTED
    digests = [parts.digest(address) for address in (guest.key, *guest.aliases)]
    if parts.directory.contact(guest).never_write or people.suppressed(conn, digests):
        return TaskNote.OPTED_OUT
    told = history(conn, parts, meeting, guest, parts.clock.now())
    return TaskNote.SEVERAL_MISSES if told.misses >= policy.misses_before_task else None
