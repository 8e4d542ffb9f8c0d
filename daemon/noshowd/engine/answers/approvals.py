"""How the time for a decision begins and ends. A veto's clock starts when a reachable person has received the question;
until then nobody has been asked.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.followup import Approval, FollowUpKind, Happening, State
from noshowd.engine.answers.choices import Noted
from noshowd.engine.answers.notices import task_instead
from noshowd.engine.parts import Parts
from noshowd.engine.words.compose import Composer
from noshowd.engine.words.particulars import named
from noshowd.ports.answers import Draft
from noshowd.store import meetings, outbox
from noshowd.store.meetings import StoredMeeting
from noshowd.store.outbox import OutboxRow


async def lapse(parts: Parts, row: OutboxRow) -> None:
    """Nobody decided in time: it is never sent late, but becomes a task. A veto's time running out is the consent it
    waited for.
    """
    now = parts.clock.now()
    if row.followup.approval is Approval.VETO and now < row.followup.not_after:
        await parts.database.run(
            lambda conn: outbox.record(
                conn, row.key, Happening.APPROVED, now=now, token=row.token, next_try_at=now, reason="no veto"
            ),
            wake=True,
        )
        return

    def save(conn: sa.Connection) -> None:
        outbox.record(conn, row.key, Happening.LAPSED, now=now, token=row.token)
        stored = meetings.get(conn, row.followup.key.meeting)
        if row.followup.kind is FollowUpKind.RESCHEDULE_OFFER and stored is not None and stored.verdict is not None:
            task_instead(conn, row.followup, stored.meeting, stored.verdict, "expired", now)

    await parts.database.run(save, wake=True)


def start_veto(conn: sa.Connection, parts: Parts, question: OutboxRow, now: datetime) -> None:
    """The question about a message was delivered: where a veto suffices, the message goes when its time has run out."""
    asked = outbox.get(conn, question.followup.concerns or "")
    if asked is None or asked.state is not State.AWAITING or asked.followup.approval is not Approval.VETO:
        return
    stored = meetings.get(conn, asked.followup.key.meeting)
    policy = parts.policy_for(stored.meeting) if stored is not None else None
    if policy is not None and now + policy.veto_after < asked.followup.not_after:
        outbox.wake_at(conn, asked.key, now + policy.veto_after)


def undecided(conn: sa.Connection, question: OutboxRow, now: datetime) -> OutboxRow | Noted:
    """The message a question is about, as long as somebody may decide; else why nobody may."""
    asked = outbox.get(conn, question.followup.concerns or "")
    if asked is None or asked.state is not State.AWAITING:
        return Noted.ALREADY if asked is not None and asked.state is not State.EXPIRED else Noted.TOO_LATE
    return asked if now <= asked.followup.not_after else Noted.TOO_LATE


def draft_in(parts: Parts, question: OutboxRow, asked: OutboxRow, stored: StoredMeeting | None) -> Draft | None:
    """The message `asked` as whoever was asked may change it; None before its text is final."""
    if asked.parcel is None:
        return None
    language = Composer(parts).contact_of(question, stored).language
    return Draft(
        title=parts.wording.label("edit", language),
        about=f"{named(asked.parcel.recipient)}: {asked.parcel.subject}",
        text=asked.parcel.text,
        send=parts.wording.label("approve", language),
    )
