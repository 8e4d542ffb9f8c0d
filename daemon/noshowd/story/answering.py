"""What people and mail servers hand back: a button pressed, a message returned."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKind, State, Withheld
from noshowd.domain.offer import Chosen
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.offers.desk import OfferDesk
from noshowd.engine.parts import Parts
from noshowd.ports.answers import BOUNCED, Answer
from noshowd.store import meetings, outbox
from noshowd.store.outbox import OutboxRow
from noshowd.story.happening import AnswerGiven, GuestAnswers

#: States of a message that lies before somebody.
_POSTED = (State.SENT, State.RETRACTING, State.RETRACTED)


async def press(parts: Parts, given: AnswerGiven, meeting: str | None, number: int) -> Iterable[str]:
    """Press the button under the newest such message to that person; what went otherwise than expected."""
    row = await _newest(parts, given.to, meeting, to=given.by) or await _listed(parts, given, meeting)
    if row is None:
        return [f"{given.by} has no {given.to} to answer"]
    answer = Answer(
        answer_id=f"answer-{number}",
        channel=row.channel or "",
        by=given.by,
        value=f"{given.say}.{row.key}",
        at=parts.clock.now(),
        text=given.text,
    )
    heard = await AnswerDesk(parts).put(answer)
    if given.hears is None or heard == given.hears:
        return []
    return [f"{given.by} hears {heard!r}, not {given.hears.value!r}"]


async def answer_offer(parts: Parts, given: GuestAnswers, meeting: str | None) -> Iterable[str]:
    """Answer the newest offer as its page would; what went otherwise than expected."""
    desk, row = OfferDesk(parts), await _newest(parts, FollowUpKind.RESCHEDULE_OFFER, meeting)
    shown = await desk.find(row.key) if row is not None else None
    if row is None or shown is None or len(shown.offer.times) < (given.takes or 0):
        return ["no guest has such an offer to answer"]
    if given.takes is not None:
        start = shown.offer.times[given.takes - 1]
        heard = await desk.take(row.key, Chosen(start=start, at=parts.clock.now(), keyword=given.words))
    elif given.declines:
        heard = await desk.decline(row.key)
    else:
        heard = await desk.others(row.key, given.words)
    if given.hears in (None, heard):
        return []
    return [f"the guest hears {heard.value!r}, not {given.hears!r}"]


async def bounce(parts: Parts, kind: FollowUpKind, meeting: str | None, number: int) -> Iterable[str]:
    """A mail server sends the newest message of this kind back."""
    row = await _newest(parts, kind, meeting)
    if row is None:
        return [f"no {kind} was sent that could come back"]
    answer = Answer(
        answer_id=f"answer-{number}",
        channel=row.channel or "",
        by=None,
        value=BOUNCED,
        about=row.key,
        at=parts.clock.now(),
    )
    await AnswerDesk(parts).put(answer)
    return []


async def _newest(parts: Parts, kind: FollowUpKind, meeting: str | None, *, to: str | None = None) -> OutboxRow | None:
    """The newest message of a kind, of one meeting or to one person where given."""

    def read(conn: sa.Connection) -> list[OutboxRow]:
        rows = [row for row in outbox.in_state(conn, *_POSTED) if row.followup.kind is kind]
        return [row for row in rows if meeting is None or meeting in _entry_ids(conn, row)]

    rows = await parts.database.read(read)
    found = [row for row in rows if row.parcel is not None and to in (None, row.parcel.recipient.address)]
    return max(found, key=lambda row: (row.sent_at or row.created_at, row.key), default=None)


async def _listed(parts: Parts, given: AnswerGiven, meeting: str | None) -> OutboxRow | None:
    """The question that this person finds in the list of a day."""

    def read(conn: sa.Connection) -> list[OutboxRow]:
        rows = [row for row in outbox.in_state(conn, State.WITHHELD) if row.reason == Withheld.IN_THE_LIST]
        return [row for row in rows if meeting is None or meeting in _entry_ids(conn, row)]

    rows = [row for row in await parts.database.read(read) if row.followup.key.person == given.by]
    return rows[-1] if rows and given.to is FollowUpKind.QUESTION else None


def _entry_ids(conn: sa.Connection, row: OutboxRow) -> set[str]:
    stored = meetings.get(conn, row.followup.key.meeting)
    return set() if stored is None else {copy.entry_id for copy in stored.meeting.copies}
