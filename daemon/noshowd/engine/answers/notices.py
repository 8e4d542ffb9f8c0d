"""Questions and notices to our side that come from noshowd's own work rather than from a ladder."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, State, Withheld
from noshowd.domain.meeting import Meeting
from noshowd.domain.recipients import owner
from noshowd.domain.verdict import Verdict
from noshowd.store import meetings, outbox
from noshowd.store.judged import NewRow
from noshowd.store.outbox import OutboxRow

#: How long a question about noshowd's own work stays worth asking.
_DAY = timedelta(hours=24)

#: Tasks that are there, or will be.
_STANDS = frozenset({State.QUEUED, State.SENDING, State.SENT, State.UNCERTAIN})
#: An offer kept back for one of these is better made by a person.
_BETTER_BY_A_PERSON = frozenset(
    {Withheld.OPTED_OUT, Withheld.NO_ADDRESS, Withheld.SEVERAL_MISSES, Withheld.NO_FREE_TIME, Withheld.NO_CHANNEL}
)


def _add(conn: sa.Connection, followup: FollowUp, now: datetime) -> None:
    outbox.add(conn, [NewRow(followup=followup, state=State.QUEUED, next_try_at=now)], now=now)


def ask_instead(conn: sa.Connection, followup: FollowUp, meeting: Meeting, verdict: Verdict, now: datetime) -> None:
    """A message could not be checked again: ask our side what they see instead of writing to anybody."""
    key = FollowUpKey(
        meeting=meeting.key,
        round=meeting.round,
        person=owner(meeting, verdict),
        kind=FollowUpKind.QUESTION,
        step="cannot_recheck",
    )
    _add(conn, FollowUp(key=key, cause=Cause.UNKNOWN, not_before=now, not_after=max(now, followup.not_after)), now)


def task_instead(
    conn: sa.Connection, followup: FollowUp, meeting: Meeting, verdict: Verdict, why: str, now: datetime
) -> None:
    """A message that did not go becomes a task for a person, unless one about this round stands already."""
    rows = outbox.of_rounds(conn, [(meeting.key, meeting.round)])[(meeting.key, meeting.round)]
    if any(row.followup.kind is FollowUpKind.RECALL_TASK and row.state in _STANDS for row in rows):
        return
    key = FollowUpKey(
        meeting=meeting.key,
        round=meeting.round,
        person=owner(meeting, verdict),
        kind=FollowUpKind.RECALL_TASK,
        step=f"{why}:{followup.key.step}",
    )
    task = FollowUp(key=key, cause=followup.cause, about=(followup.key.person,), not_before=now, not_after=now + _DAY)
    _add(conn, task, now)


def do_instead(
    conn: sa.Connection, followup: FollowUp, reason: str | None, meeting: Meeting, verdict: Verdict, now: datetime
) -> None:
    """What is done in the place of a message that is kept back for good."""
    if reason == Withheld.CANNOT_RECHECK:
        ask_instead(conn, followup, meeting, verdict, now)
    elif followup.kind is FollowUpKind.RESCHEDULE_OFFER and reason in _BETTER_BY_A_PERSON:
        task_instead(conn, followup, meeting, verdict, str(reason), now)


def ask_about_doubt(conn: sa.Connection, row: OutboxRow, now: datetime) -> None:
    """It is not known whether a message left: a person looks and decides."""
    _about(conn, row, FollowUpKind.NOTICE, "in_doubt", now)


def tell_of_bounce(conn: sa.Connection, row: OutboxRow, now: datetime) -> None:
    """A message was taken by the mail server and came back."""
    _about(conn, row, FollowUpKind.NOTICE, "bounced", now)


def correct(conn: sa.Connection, row: OutboxRow, now: datetime) -> None:
    """Something that was sent to our side is no longer true and could not be taken back."""
    _about(conn, row, FollowUpKind.CORRECTION, f"correct:{row.followup.key.step}", now)


def _about(conn: sa.Connection, row: OutboxRow, kind: FollowUpKind, step: str, now: datetime) -> None:
    key = row.followup.key
    stored = meetings.get(conn, key.meeting)
    person = key.person
    if stored is not None and row.followup.to_guest and stored.verdict is not None:
        person = owner(stored.meeting, stored.verdict)
    about = FollowUp(
        key=FollowUpKey(meeting=key.meeting, round=key.round, person=person, kind=kind, step=f"{step}:{row.key}"),
        cause=row.followup.cause,
        about=row.followup.about,
        not_before=now,
        not_after=now + _DAY,
        concerns=row.key,
    )
    _add(conn, about, now)
