"""What people answer: stored before it is acknowledged, and turned into a statement, an approval or an order."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.evidence import Said, Statement
from noshowd.domain.followup import (
    Approval,
    Cause,
    FollowUp,
    FollowUpKey,
    FollowUpKind,
    Happening,
    State,
)
from noshowd.domain.meeting import Kind, Meeting, Person, Side
from noshowd.domain.recipients import owner
from noshowd.engine.answers.approvals import draft_in, undecided
from noshowd.engine.answers.choices import ORDERS, Choosing, Noted, Verb, meant, parse, stands_until
from noshowd.engine.answers.notices import tell_of_bounce
from noshowd.engine.cards import digest, list_edits
from noshowd.engine.cards.listed import is_list, questions_in, replied
from noshowd.engine.enrolment import come_back, leave
from noshowd.engine.failure import report_bad, report_good
from noshowd.engine.offers import replies as offer_answers
from noshowd.engine.parts import Parts
from noshowd.engine.standing import stop_today
from noshowd.ports.answers import BOUNCED, Answer, Draft
from noshowd.ports.errors import VendorError
from noshowd.ports.offers import Reply
from noshowd.store import answers, evidence, health, meetings, outbox
from noshowd.store.errors import StoreError
from noshowd.store.judged import NewRow
from noshowd.store.meetings import StoredMeeting
from noshowd.store.outbox import OutboxRow

log = structlog.get_logger()

#: How long an ordered message may still leave.
_ORDER_STANDS = timedelta(hours=12)
#: States of a message that has reached the guest, or will without anybody's doing.
_ON_ITS_WAY = frozenset({State.QUEUED, State.SENDING, State.SENT, State.UNCERTAIN})


class AnswerDesk:
    """The `AnswerBox` of the engine: every carrier of answers hands them in here."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def use(self, parts: Parts) -> None:
        """Work with these from the next answer on."""
        self._parts = parts

    async def put(self, answer: Answer) -> str:
        """Store and handle in one transaction; the same answer again changes nothing and hears the same word."""
        now = self._parts.clock.now()
        return await self._parts.database.run(lambda conn: self._take(conn, answer, now), wake=True)

    async def draft(self, answer: Answer) -> Draft | str:
        """See `AnswerBox.draft`: for those whose approval would count at this moment."""
        now = self._parts.clock.now()
        return await self._parts.database.read(lambda conn: self._draft(conn, answer, now))

    def _draft(self, conn: sa.Connection, answer: Answer, now: datetime) -> Draft | Noted:
        choosing = parse(answer.value)
        row = outbox.get(conn, choosing.key) if choosing is not None else None
        if choosing is None or choosing.tap is not Verb.APPROVE or row is None:
            return Noted.UNKNOWN
        stored = meetings.get(conn, row.followup.key.meeting)
        if self._who(answer, row, stored) is None:
            return Noted.NOT_YOURS
        asked = undecided(conn, row, now)
        return asked if isinstance(asked, Noted) else draft_in(self._parts, row, asked, stored) or Noted.UNKNOWN

    async def heard(self, source: str, error: VendorError | None = None) -> None:
        """Keep whether answers are heard there, so that our side is told where they are not. Never fails."""
        part, now = f"{health.ANSWERS}{source}", self._parts.clock.now()

        def note(conn: sa.Connection) -> None:
            if error is None:
                report_good(conn, part, now=now)
            else:
                report_bad(conn, part, error, now=now)

        with suppress(StoreError):  # the loops tell of the database
            await self._parts.database.run(note)

    def _take(self, conn: sa.Connection, answer: Answer, now: datetime) -> str:
        if not answers.put(conn, answer, now=now):
            known = answers.get(conn, answer.answer_id)
            return (known.result if known is not None else None) or Noted.NOTED
        result = self._handle(conn, answer, now)
        answers.mark_handled(conn, answer.answer_id, result, now=now)
        log.info("answer", action="answer", source=answer.channel, result=result)
        return result

    def _handle(self, conn: sa.Connection, answer: Answer, now: datetime) -> Noted:
        outside = self._from_outside(conn, answer, now)
        if outside is not None:
            return outside
        about = outbox.get(conn, answer.about) if answer.about else None
        if about is not None and is_list(about):
            return self._by_line(conn, about, answer, now)
        return self._act(conn, self._chosen(conn, answer), answer, now)

    def _by_line(self, conn: sa.Connection, about: OutboxRow, answer: Answer, now: datetime) -> Noted:
        """A reply to a list of the day may answer about several appointments; the word for the last of them."""
        language = self._parts.directory.contact(Person(key=about.followup.key.person, side=Side.OURS)).language
        lines = replied(questions_in(about), answer.text or answer.value, self._parts.wording.lexicon(language))
        words = [self._act(conn, choosing, answer, now) for choosing in lines]
        return words[-1] if words else Noted.UNKNOWN

    def _act(self, conn: sa.Connection, choosing: Choosing | None, answer: Answer, now: datetime) -> Noted:
        row = outbox.get(conn, choosing.key) if choosing is not None else None
        if choosing is None or row is None:
            return Noted.UNKNOWN
        stored = meetings.get(conn, row.followup.key.meeting)
        phone = stored is not None and stored.meeting.place.kind is Kind.PHONE
        choosing = offer_answers.as_booking(row, choosing)
        choosing = replace(choosing, tap=meant(choosing.tap, row.followup.kind, phone=phone))
        by = self._who(answer, row, stored)
        if by is None:
            return Noted.NOT_YOURS
        if choosing.tap is Verb.BOOK:
            return self._book(conn, choosing, row, by, now)
        if choosing.tap in (Verb.IT_LEFT, Verb.IT_DID_NOT):
            return self._doubt(conn, choosing, row, now)
        if choosing.tap in (Verb.STOP_TODAY, Verb.LEAVE, Verb.COME_BACK):
            return self._let_be(conn, choosing.tap, row, by, now)
        if choosing.tap in (Verb.APPROVE, Verb.REFUSE):
            return self._decide(conn, choosing, row, answer, now)
        if stored is None or now > stands_until(choosing.tap, row.followup, stored.meeting):
            return Noted.TOO_LATE
        if isinstance(choosing.tap, Said):
            return self._say(conn, choosing.tap, row, stored.meeting, by, now)
        return self._order(conn, choosing.tap, stored.meeting, answer, now)

    def _let_be(self, conn: sa.Connection, verb: Verb | Said, row: OutboxRow, by: str, now: datetime) -> Noted:
        """One of ours wants nothing more today, or no watch at all, or is back."""
        person = self._parts.directory.colleague(by) or Person(key=by, side=Side.OURS)
        match verb:
            case Verb.LEAVE:
                leave(conn, person.key, now)
            case Verb.COME_BACK:
                come_back(conn, person.key, now)
            case _:
                stop_today(conn, self._parts, person, now)
        self._close(conn, row, now)
        return Noted.NOTED

    def _book(self, conn: sa.Connection, choosing: Choosing, row: OutboxRow, by: str, now: datetime) -> Noted:
        """One of ours books the time that a guest replied."""
        booked = offer_answers.book(conn, row, choosing, by, now)
        self._close(conn, row, now)
        return Noted.NOTED if booked is Reply.TAKEN else Noted.ALREADY

    def _from_outside(self, conn: sa.Connection, answer: Answer, now: datetime) -> Noted | None:
        """What a mail server says of a message, or a guest in reply to an offer; None for an answer of ours."""
        if answer.value == BOUNCED:
            return self._bounced(conn, answer, now)
        about = outbox.get(conn, answer.about) if answer.about else None
        if about is None or about.followup.kind is not FollowUpKind.RESCHEDULE_OFFER:
            return None
        if answer.by is not None and self._parts.directory.colleague(answer.by) is not None:
            return Noted.NOT_YOURS
        return Noted.NOTED if offer_answers.from_guest(conn, about, answer, now) else Noted.UNKNOWN

    def _chosen(self, conn: sa.Connection, answer: Answer) -> Choosing | None:
        """The tap of an answer; a reply to the word at the end of a day may name a number."""
        if not answer.about:
            return parse(answer.value)
        about = outbox.get(conn, answer.about)
        numbered = digest.by_number(about, answer.text or answer.value) if about is not None else None
        return numbered or parse(f"{answer.value}.{answer.about}")

    def _bounced(self, conn: sa.Connection, answer: Answer, now: datetime) -> Noted:
        """A mail server says that a message did not arrive: our side should know."""
        row = outbox.get(conn, answer.about or "")
        if row is None:
            return Noted.UNKNOWN
        tell_of_bounce(conn, row, now)
        return Noted.NOTED

    def _who(self, answer: Answer, row: OutboxRow, stored: StoredMeeting | None) -> str | None:
        """The person key of who answered: whom the message went to, or one of ours in that meeting; None for others.

        A carrier that vouches for nobody (a signed link) speaks for the person the message went to.
        """
        recipient = row.followup.key.person
        if answer.by is None and row.followup.to_guest:
            # only a digest asks about it, and that went to whoever looks after the case
            verdict = stored.verdict if stored is not None else None
            return owner(stored.meeting, verdict) if stored is not None and verdict is not None else None
        if answer.by is None:
            return recipient
        person = self._parts.directory.colleague(answer.by)
        if person is None:
            return None
        ours = {p.key for p in stored.meeting.side(Side.OURS)} if stored is not None else set()
        return person.key if person.key in {recipient, *ours} else None

    def _say(self, conn: sa.Connection, said: Said, row: OutboxRow, meeting: Meeting, by: str, now: datetime) -> Noted:
        if meeting.round != row.followup.key.round:
            return Noted.TOO_LATE
        new = evidence.say(conn, meeting.key, meeting.round, Statement(by=by, at=now, said=said), now=now)
        list_edits.something_new(conn, meeting, now)
        self._close(conn, row, now)
        return Noted.NOTED if new else Noted.ALREADY

    def _decide(self, conn: sa.Connection, choosing: Choosing, row: OutboxRow, answer: Answer, now: datetime) -> Noted:
        """Approve or refuse the message this question is about; the first of two decides."""
        asked = undecided(conn, row, now)
        if isinstance(asked, Noted):
            return asked
        if choosing.tap is Verb.REFUSE:
            outbox.record(conn, asked.key, Happening.REFUSED, now=now, reason=answer.by)
        else:
            # a reply's own words are no edit: only a page or form that showed the text hands it back changed
            changed = asked.parcel is not None and answer.text != asked.parcel.text.strip()
            if answer.text and answer.about is None and asked.parcel is not None and changed:
                edited = replace(asked.parcel, text=answer.text, html=None)
                outbox.lay_ready(conn, asked.key, edited, now=now)
            outbox.record(conn, asked.key, Happening.APPROVED, now=now, next_try_at=now, reason=answer.by)
        self._close(conn, row, now)
        return Noted.NOTED

    def _doubt(self, conn: sa.Connection, choosing: Choosing, row: OutboxRow, now: datetime) -> Noted:
        """A person looked whether a message left."""
        doubtful = outbox.get(conn, row.followup.concerns or "")
        if doubtful is None or doubtful.state is not State.UNCERTAIN:
            return Noted.ALREADY
        left = choosing.tap is Verb.IT_LEFT
        outbox.record(
            conn,
            doubtful.key,
            Happening.DELIVERED if left else Happening.NOT_SENT,
            now=now,
            next_try_at=None if left else now,
        )
        self._close(conn, row, now)
        return Noted.NOTED

    def _order(
        self,
        conn: sa.Connection,
        verb: Verb,
        meeting: Meeting,
        answer: Answer,
        now: datetime,
    ) -> Noted:
        """A person orders a message to the other side; it may go on unknown and then claims no absence.

        To whom one of the kind has gone already, by order or approved, no second one goes.
        """
        guests = [p for p in meeting.side(Side.THEIRS) if p.expected and p.address is not None]
        closes = meeting.end if verb is Verb.COURTESY else now + _ORDER_STANDS
        if closes < now or not guests:
            return Noted.TOO_LATE
        this = (meeting.key, meeting.round)
        reached = {
            row.followup.key.person
            for row in outbox.of_rounds(conn, [this])[this]
            if row.followup.kind is ORDERS[verb] and row.state in _ON_ITS_WAY
        }
        guests = [guest for guest in guests if guest.key not in reached]
        if not guests:
            return Noted.ALREADY
        rows = [
            NewRow(
                followup=FollowUp(
                    key=FollowUpKey(
                        meeting=meeting.key,
                        round=meeting.round,
                        person=guest.key,
                        kind=ORDERS[verb],
                        step=f"ordered:{verb}",
                    ),
                    cause=Cause.ORDERED,
                    approval=Approval.AUTO,
                    ordered=True,
                    text=answer.text or None,
                    not_before=now,
                    not_after=closes,
                ),
                state=State.QUEUED,
                next_try_at=now,
            )
            for guest in guests
        ]
        outbox.add(conn, rows, now=now)
        return Noted.NOTED

    def _close(self, conn: sa.Connection, row: OutboxRow, now: datetime) -> None:
        """The question is answered: what was posted is edited into what was answered."""
        if row.state is State.SENT:
            outbox.record(conn, row.key, Happening.TAKEN_BACK, now=now, next_try_at=now)
