"""Compose: from a follow-up and what is known to the parcel that a channel carries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from noshowd.domain.causes import we_came_too_late
from noshowd.domain.followup import Approval, Cause, FollowUp, FollowUpKind
from noshowd.domain.lines import bridge_of
from noshowd.domain.meeting import Kind, Meeting, Person, Side
from noshowd.domain.policy import Guide
from noshowd.domain.prospect import prospect
from noshowd.domain.recipients import owner
from noshowd.domain.verdict import Presence, Verdict
from noshowd.engine.alerts import CLOCK_RIGHT, CLOCK_WRONG, ENDED, HELD
from noshowd.engine.answers.choices import Choosing, Tap, Verb, taps_for
from noshowd.engine.cards import digest
from noshowd.engine.enrolment import taps_under
from noshowd.engine.parts import Contact, Parts
from noshowd.engine.presence.matching import their_numbers
from noshowd.engine.words.parcels import to_our_side
from noshowd.engine.words.particulars import doubts, mailto, named, unsubscribing
from noshowd.ports.channel import Carries, Choice, Edit, Parcel
from noshowd.store import meetings, outages, outbox
from noshowd.store.meetings import StoredMeeting
from noshowd.store.outbox import OutboxRow
from noshowd.wording import TaskNote, WordingContext

#: How long a link to an answer page works after the message was written.
_LINK_LIVES = timedelta(days=3)
#: And that to the page on which a guest asks for no more messages.
_OPT_OUT_LIVES = timedelta(days=730)
_STYLES: dict[Tap, str] = {Verb.APPROVE: "primary", Verb.REFUSE: "danger"}


class Composer:
    """Renders parcels: the same row and facts give the same parcel."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def parcel(
        self,
        row: OutboxRow,
        meeting: Meeting,
        verdict: Verdict,
        free_times: tuple[datetime, ...] = (),
        page: str | None = None,
        note: TaskNote | None = None,
        guide: Guide | None = None,
    ) -> Parcel:
        """The parcel of a follow-up about a meeting: to a guest, to one of ours, or a task.

        An offer names `free_times`, and `page` on which one is chosen; a task says in `note` why it is one.
        """
        person = self._person(row.followup.key.person, meeting)
        contact = self._parts.directory.contact(person)
        host = self._parts.directory.contact(self._person(owner(meeting, verdict), meeting))
        late = _late(row.followup, meeting, verdict)
        if row.followup.to_guest:
            context = replace(self._for_guest(row, meeting, contact, host, free_times), page=page, notice=late)
            return self._to_guest(row, context, contact, host)
        context = replace(self._for_ours(row, meeting, verdict, contact), note=note, notice=late)
        if row.followup.kind is FollowUpKind.HEADS_UP:
            context = replace(context, notice=row.followup.key.step.partition(":")[0])
        if row.followup.kind is FollowUpKind.RECALL_TASK:
            if guide is not None:
                context = replace(context, guide=guide, notice="guide")
            return self._task(row, context, contact)
        return self._to_ours(row, context, contact)

    def approval(self, row: OutboxRow, asked: OutboxRow, draft: Parcel, meeting: Meeting, verdict: Verdict) -> Parcel:
        """The question whether `draft` may go out: recipient, sender, subject and the final text."""
        contact = self._parts.directory.contact(self._person(row.followup.key.person, meeting))
        sender = draft.sender
        context = replace(
            self._for_ours(row, meeting, verdict, contact),
            cause=asked.followup.cause,
            approval=asked.followup.approval,
            until=row.followup.not_after,
            quoted_to=named(draft.recipient),
            quoted_from=named(sender) if sender is not None else "",
            quoted_subject=draft.subject,
            quoted_text=draft.text,
            mailto=None if contact.recipient.slack is not None else mailto(draft),
        )
        asking = self._to_ours(row, context, contact)
        edit = Edit(label=self._parts.wording.label("edit", contact.language), text=draft.text)
        sends = Choosing(tap=Verb.APPROVE, key=row.key).value
        return replace(
            asking, choices=tuple(replace(one, edit=edit) if one.value == sends else one for one in asking.choices)
        )

    async def about_noshowd(self, row: OutboxRow) -> Parcel:
        """A notice or correction; it may concern a meeting or noshowd itself."""
        key = row.followup.key
        stored = await self._parts.database.read(lambda conn: meetings.get(conn, key.meeting)) if key.meeting else None
        step, _, rest = key.step.partition(":")
        contact = self._parts.directory.contact(self._person(key.person, stored.meeting if stored else None))
        context = replace(self._plain(row, stored, contact), notice=step)
        if step in ("in_doubt", "bounced"):
            context = await self._quoting(context, row.followup.concerns or "")
        if step in ("blind", "recovered", CLOCK_WRONG, CLOCK_RIGHT, HELD):
            part, told = rest.rpartition(":")[0], row.created_at
            since = await self._parts.database.read(lambda conn: outages.since(conn, part, at=told))
            context = replace(context, part=part, detail=row.followup.text or "", since=since or told)
        if step == ENDED:
            part = rest.rpartition(":")[0]
            context = replace(context, part=part, since=datetime.fromisoformat(row.followup.text or ""))
        if step == digest.STEP:
            return await self._digest(row, context, contact, date.fromisoformat(rest))
        return self._to_ours(row, context, contact)

    async def _digest(self, row: OutboxRow, context: WordingContext, contact: Contact, day: date) -> Parcel:
        """What one of our people reads at the end of a day; each verdict of a trial can be found right or wrong."""
        parts, now = self._parts, self._parts.clock.now()
        person = row.followup.key.person
        told = await parts.database.read(lambda conn: digest.read_day(conn, parts, person, day, now=now))
        choices = told.choices(parts, contact, now + _LINK_LIVES)
        by_reply = parts.reads_replies and bool(choices) and choices[0].url is None and contact.recipient.slack is None
        parcel = self._to_ours(row, replace(told.told(context), by_reply=by_reply), contact)
        return replace(parcel, choices=choices)

    async def _quoting(self, context: WordingContext, key: str) -> WordingContext:
        """With to whom another message went and what stood above it."""
        about = await self._parts.database.read(lambda conn: outbox.get(conn, key))
        if about is None or about.parcel is None:
            return context
        return replace(context, quoted_to=named(about.parcel.recipient), quoted_subject=about.parcel.subject)

    def contact_of(self, row: OutboxRow, stored: StoredMeeting | None) -> Contact:
        """Whom a message went to."""
        meeting = stored.meeting if stored is not None else None
        return self._parts.directory.contact(self._person(row.followup.key.person, meeting))

    def settled(self, row: OutboxRow, stored: StoredMeeting | None, *, detail: str = "") -> Parcel:
        """What a message to our side is edited into once it is answered or no longer true; `detail` says why."""
        if row.parcel is None:
            raise ValueError("a row without a parcel was never sent")
        contact = self.contact_of(row, stored)
        notice = "settled" if stored is not None else "noted"  # about noshowd itself
        context = replace(self._plain(row, stored, contact), kind=FollowUpKind.CORRECTION, notice=notice, detail=detail)
        text = self._parts.wording.render(context, contact.language)
        return replace(
            row.parcel, subject=text.subject, preview=text.preview, text=text.text, html=text.html, choices=()
        )

    def _person(self, key: str, meeting: Meeting | None) -> Person:
        """Whoever a key names: of the meeting, a colleague, or nobody known but the key itself."""
        known = meeting.person(key) if meeting is not None else None
        return known or self._parts.directory.colleague(key) or Person(key=key, side=Side.OURS, address=key)

    def _plain(self, row: OutboxRow, stored: StoredMeeting | None, contact: Contact) -> WordingContext:
        if stored is not None and stored.verdict is not None:
            return self._for_ours(row, stored.meeting, stored.verdict, contact)
        now = self._parts.clock.now()
        about = stored.meeting if stored is not None else None
        return WordingContext(
            kind=row.followup.kind,
            cause=row.followup.cause,
            medium=about.place.kind if about is not None else Kind.NONE,
            title=about.title if about is not None and not about.confidential else "",
            start=about.start if about is not None else now,
            end=about.end if about is not None else now,
            now=now,
            zone=contact.zone,
            reader_name=contact.recipient.name,
        )

    def _for_ours(self, row: OutboxRow, meeting: Meeting, verdict: Verdict, contact: Contact) -> WordingContext:
        """Everything our own side may know."""
        names = {p.key: p.name or p.address or p.key for p in meeting.people}
        theirs = [p for p in verdict.people if p.side is Side.THEIRS]
        absent = [p for p in theirs if p.absent_now or p.presence is Presence.ABSENT]
        now = self._parts.clock.now()
        policy = self._parts.policy_for(meeting)
        cause = row.followup.cause
        ahead = prospect(meeting, cause, policy, now) if policy is not None else None
        return WordingContext(
            kind=row.followup.kind,
            cause=cause,
            medium=meeting.place.kind,
            title="" if meeting.confidential else meeting.title,
            start=meeting.start,
            end=meeting.end,
            now=now,
            link=meeting.place.url,
            phone=next((n for n in their_numbers(meeting) if n != bridge_of(meeting)), None),
            caller=meeting.place.caller,
            zone=contact.zone,
            reader_name=contact.recipient.name,
            guests=tuple(names[p.key] for p in meeting.side(Side.THEIRS) if p.expected),
            missing=tuple(names[p.key] for p in absent),
            present=tuple(names[p.key] for p in verdict.people if p.presence is Presence.PRESENT),
            in_lobby=tuple(names[p.key] for p in theirs if p.in_lobby),
            at_least_missing=verdict.at_least_missing,
            absent_since=min((p.absent_since for p in theirs if p.absent_since), default=None),
            reasons=verdict.reasons,
            **doubts(meeting, {p.key for p in absent}),
            nobody_in_lobby=bool(absent) and not any(p.in_lobby for p in theirs),
            next_step=ahead.kind if ahead is not None else None,
            next_step_at=ahead.at if ahead is not None else None,
            shadow=row.shadow,
        )

    def _for_guest(
        self,
        row: OutboxRow,
        meeting: Meeting,
        contact: Contact,
        host: Contact,
        free_times: tuple[datetime, ...],
    ) -> WordingContext:
        """What a guest may read: nothing of others, nothing of what was seen."""
        return WordingContext(
            kind=row.followup.kind,
            cause=row.followup.cause,
            medium=meeting.place.kind,
            title=meeting.title,
            start=meeting.start,
            end=meeting.end,
            now=self._parts.clock.now(),
            link=meeting.place.url,
            phone=host.phone,
            zone=contact.zone,
            name_zone=not contact.zone_known,
            reader_name=contact.recipient.name,
            greeting=contact.greeting or "",
            host_name=host.recipient.name or host.recipient.address,
            signature=host.signature,
            free_times=free_times,
            own_text=row.followup.text,
            privacy_url=self._parts.notice_url,
            opt_out_url=self._opt_out(row),
        )

    def _opt_out(self, row: OutboxRow) -> str | None:
        return self._parts.opt_out_linker(row.key, self._parts.clock.now() + _OPT_OUT_LIVES)

    def _choices(self, row: OutboxRow, medium: Kind, contact: Contact) -> tuple[Choice, ...]:
        until = self._parts.clock.now() + _LINK_LIVES
        taps = taps_for(row.followup.kind, phone=medium is Kind.PHONE)
        if row.followup.kind is FollowUpKind.NOTICE and row.followup.key.step.startswith("in_doubt"):
            taps = (Verb.IT_LEFT, Verb.IT_DID_NOT)
        if row.followup.kind is FollowUpKind.NOTICE:
            taps = taps or taps_under(row.followup.key.step)
        values = [Choosing(tap=tap, key=row.key) for tap in taps]
        return tuple(
            Choice(
                label=self._parts.wording.label(one.tap.value, contact.language),
                value=one.value,
                style=_STYLES.get(one.tap),
                url=self._parts.linker(one.value, until),
            )
            for one in values
        )

    def _to_ours(self, row: OutboxRow, context: WordingContext, contact: Contact) -> Parcel:
        choices = self._choices(row, context.medium, contact)
        taps = tuple(choice.value.partition(".")[0] for choice in choices)
        in_chat = contact.recipient.slack is not None
        by_reply = self._parts.reads_replies and bool(choices) and choices[0].url is None and not in_chat
        asked = replace(context, choices=taps, by_reply=by_reply or context.by_reply)
        text = self._parts.wording.render(asked, contact.language)
        reply_to = self._parts.reply_address(row.key) if self._parts.reply_address is not None else None
        return to_our_side(row.key, contact, text, choices=choices, reply_to=reply_to)

    def _to_guest(self, row: OutboxRow, context: WordingContext, contact: Contact, host: Contact) -> Parcel:
        text = self._parts.wording.render(context, contact.language)
        return Parcel(
            key=row.key,
            carries=Carries.TO_GUESTS,
            recipient=contact.recipient,
            sender=host.recipient,
            reply_to=host.recipient.address,
            subject=text.subject,
            text=text.text,
            html=text.html,
            language=_code(contact),
            draft=row.followup.approval is Approval.DRAFT,
            headers=unsubscribing(context.opt_out_url),
        )

    def _task(self, row: OutboxRow, context: WordingContext, contact: Contact) -> Parcel:
        text = self._parts.wording.render(context, contact.language)
        return Parcel(
            key=row.key,
            carries=Carries.TASKS,
            recipient=contact.recipient,
            subject=text.subject,
            preview=text.preview,
            text=text.text,
            due=self._parts.clock.now(),
            zone=contact.zone,
            language=_code(contact),
        )


def _code(contact: Contact) -> str:
    """The language as headers and screen readers want it (`de` for `de_formal`)."""
    return contact.language.partition("_")[0]


def _late(followup: FollowUp, meeting: Meeting, verdict: Verdict) -> str:
    """The sort of words for a guest who had come and gone when our person came to the call, else none."""
    makes_good = followup.kind in (FollowUpKind.RECALL_TASK, FollowUpKind.RESCHEDULE_OFFER)
    in_a_call = meeting.place.kind is Kind.VIDEO and followup.cause is Cause.MISSED_EACH_OTHER
    return "came_late" if makes_good and in_a_call and we_came_too_late(verdict) else ""
