"""What an answer page shows: the message behind a link, as it stands now."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.engine.answers.choices import ANSWERABLE, Verb, parse
from noshowd.engine.cards.listed import asked_by, is_laid_aside
from noshowd.engine.offers.offer import see
from noshowd.engine.offers.replies import is_reply
from noshowd.engine.parts import Parts
from noshowd.engine.words.compose import Composer
from noshowd.store import meetings, outbox
from noshowd.store.meetings import StoredMeeting
from noshowd.store.outbox import OutboxRow
from noshowd.web.questions import Draft, Question
from noshowd.wording.lexicon import Lexicon

#: States of a message about which somebody has decided.
_DECIDED = frozenset({State.QUEUED, State.SENDING, State.SENT, State.UNCERTAIN, State.FAILED, State.REFUSED})


class StoredQuestions:
    """The web floor's `Questions`, answered from the store."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def use(self, parts: Parts) -> None:
        """Answer with these from now on."""
        self._parts = parts

    async def find(self, subject: str) -> Question | None:
        """The message under which this choice stood; None when there is none any more."""
        choosing = parse(subject)
        if choosing is None:
            return None
        now = self._parts.clock.now()
        row, asked, stored, open_ = await self._parts.database.read(lambda conn: _find(conn, choosing.key, now))
        if row is not None and is_laid_aside(row):
            return await self._in_a_list(row, stored, subject)
        if row is None or row.parcel is None:
            return None
        meeting = stored.meeting if stored is not None else None
        language = self._parts.directory.contact(self._reader(row, meeting)).language
        draft = _draft(row, asked) if open_ else None
        text, aside = _around(row.parcel.text, draft)
        return Question(
            title=row.parcel.subject,
            text=text,
            aside=aside,
            choices=row.parcel.choices,
            language=language.partition("_")[0],
            draft=draft,
            chosen=subject,
            closed=None if open_ else _closed(row, asked, self._parts.wording.lexicon(language)),
        )

    async def _in_a_list(self, row: OutboxRow, stored: StoredMeeting | None, subject: str) -> Question | None:
        """A question that stood in the list of a day: of this one appointment, and what was answered to it."""
        asked = await self._parts.database.read(lambda conn: asked_by(conn, row.key, row.followup))
        if asked is None or stored is None or stored.verdict is None:
            return None
        parcel = Composer(self._parts).parcel(row, stored.meeting, stored.verdict)
        language = self._parts.directory.contact(self._reader(row, stored.meeting)).language
        lexicon = self._parts.wording.lexicon(language)
        return Question(
            title=parcel.subject,
            text=parcel.text,
            choices=parcel.choices,
            language=parcel.language,
            chosen=subject,
            closed=None if asked.told is None else f"{lexicon.told(asked.told)}. {lexicon.label('closed')}",
        )

    def _reader(self, row: OutboxRow, meeting: Meeting | None) -> Person:
        key = row.followup.key.person
        known = meeting.person(key) if meeting is not None else None
        return known or self._parts.directory.colleague(key) or Person(key=key, side=Side.OURS, address=key)


def _find(
    conn: sa.Connection, key: str, now: datetime
) -> tuple[OutboxRow | None, OutboxRow | None, StoredMeeting | None, bool]:
    """The message, what it is about, its meeting, and whether an answer would still count."""
    row = outbox.get(conn, key)
    if row is None:
        return None, None, None, False
    asked = outbox.get(conn, row.followup.concerns) if row.followup.concerns else None
    if is_reply(row):
        # the offer was sent long ago: what counts is that nobody has taken a time of it yet
        offered = see(conn, row.followup.concerns or "", now)
        undecided = offered is not None and offered.answerable
    else:
        undecided = asked is None or asked.state in (State.AWAITING, State.UNCERTAIN)
    stored = meetings.get(conn, row.followup.key.meeting)
    return row, asked, stored, undecided and row.state in ANSWERABLE


def _closed(row: OutboxRow, asked: OutboxRow | None, lexicon: Lexicon) -> str:
    """That it is settled, and how where a person decided about a message."""
    over = lexicon.label("closed")
    if row.followup.kind is not FollowUpKind.APPROVAL or asked is None or asked.state not in _DECIDED:
        return over
    verb = Verb.REFUSE if asked.state is State.REFUSED else Verb.APPROVE
    return f"{lexicon.label(verb.value)}. {over}"


def _around(text: str, draft: Draft | None) -> tuple[str, str]:
    """What stands before and after the message in the words of a question, as the page shows the message itself."""
    before, found, after = text.partition(draft.text.strip()) if draft is not None else (text, "", "")
    if draft is None or not found:
        return text, ""
    lead, _, heading = before.rstrip().rpartition("\n\n")
    return (lead if draft.recipient in heading else before.rstrip()), after.strip()


def _draft(row: OutboxRow, asked: OutboxRow | None) -> Draft | None:
    """The message that waits for approval, to be read and changed."""
    if row.followup.kind is not FollowUpKind.APPROVAL or asked is None or asked.parcel is None:
        return None
    parcel = asked.parcel
    sender = parcel.sender
    return Draft(
        recipient=parcel.recipient.address or "",
        sender=(sender.address or "") if sender is not None else "",
        subject=parcel.subject,
        text=parcel.text,
        sent_by=f"{Verb.APPROVE.value}.{row.key}",
    )
