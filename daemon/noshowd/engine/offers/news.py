"""What our side is told of an offer: chosen, booked, declined, other times wished for, or answered by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from noshowd.domain.followup import FollowUp, FollowUpKey, FollowUpKind, State
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.recipients import owner
from noshowd.engine.answers.choices import Choosing, Verb
from noshowd.engine.offers.offer import Seen, see
from noshowd.engine.parts import Contact, Parts
from noshowd.engine.words.parcels import to_our_side
from noshowd.ports.channel import Choice, Parcel
from noshowd.reading.times import times_meant
from noshowd.store import outbox
from noshowd.store.judged import NewRow
from noshowd.store.outbox import OutboxRow
from noshowd.wording import WordingContext

#: How long such news are worth telling, and a button below them works.
_STANDS = timedelta(days=3)
#: News outlive the round that they are about: booking ends it.
_NO_ROUND = 0


class News(StrEnum):
    """The sorts of news, each with a template `notice.<news>`."""

    #: The chosen time stands in the calendar.
    BOOKED = "offer_booked"
    #: The chosen time is to be entered by one of ours.
    BY_HAND = "offer_by_hand"
    DECLINED = "offer_declined"
    #: The guest asked for other times.
    WISH = "offer_wish"
    #: The guest answered the offer by mail.
    REPLY = "offer_reply"


def is_news(row: OutboxRow) -> bool:
    """Whether this notice is about an offer."""
    return row.followup.key.step.partition(":")[0] in News._value2member_map_


def tell(conn: sa.Connection, seen: Seen, news: News, now: datetime, *, text: str = "", unique: str = "") -> None:
    """Let our side know, once for each `unique`; `text` are the guest's own words."""
    offer, meeting = seen.stored.offer, seen.meeting
    about = FollowUp(
        key=FollowUpKey(
            meeting=meeting.key,
            round=_NO_ROUND,
            person=host_of(seen),
            kind=FollowUpKind.NOTICE,
            step=f"{news}:{offer.key}{unique}",
        ),
        cause=seen.row.followup.cause,
        about=(offer.guest,),
        not_before=now,
        not_after=now + _STANDS,
        concerns=offer.key,
        text=text or None,
    )
    outbox.add(conn, [NewRow(followup=about, state=State.QUEUED, next_try_at=now)], now=now)


def host_of(seen: Seen) -> str:
    """Person key of who of ours looks after it."""
    if seen.verdict is not None:
        return owner(seen.meeting, seen.verdict)
    return next((p.key for p in seen.meeting.side(Side.OURS)), "")


def candidates(seen: Seen, text: str, now: datetime) -> tuple[datetime, ...]:
    """The times on offer that these words of the guest may mean, all of them where that is not clear."""
    offer = seen.stored.offer
    left = tuple(at for at in offer.times if at > now)
    return times_meant(text, left, offer.zone) or left


async def news(parts: Parts, row: OutboxRow) -> Parcel | None:
    """The notice in words, with a button for each time that a reply may mean; None when the offer is forgotten."""
    now = parts.clock.now()
    seen = await parts.database.read(lambda conn: see(conn, row.followup.concerns or "", now))
    if seen is None:
        return None
    word = News(row.followup.key.step.partition(":")[0])
    offer, text = seen.stored.offer, row.followup.text or ""
    contact = parts.directory.contact(_reader(parts, row.followup.key.person, seen.meeting))
    times: tuple[datetime, ...] = (offer.chosen.start,) if offer.chosen is not None else ()
    if word is News.REPLY and seen.answerable:
        times = candidates(seen, text, now)
    choices = _buttons(parts, row, times, contact) if word is News.REPLY and seen.answerable else ()
    in_chat = contact.recipient.slack is not None
    by_reply = parts.reads_replies and len(choices) == 1 and choices[0].url is None and not in_chat
    context = WordingContext(
        kind=FollowUpKind.NOTICE,
        cause=row.followup.cause,
        medium=seen.meeting.place.kind,
        title=seen.meeting.title,
        start=seen.meeting.start,
        end=seen.meeting.end,
        now=now,
        zone=contact.zone,
        reader_name=contact.recipient.name,
        guests=(seen.guest.name or seen.guest.address or seen.guest.key,),
        free_times=times,
        phone=offer.chosen.phone if offer.chosen is not None and offer.chosen.by_phone else None,
        detail=text or (offer.chosen.keyword if offer.chosen is not None else ""),
        notice=word.value,
        choices=(Verb.BOOK.value,) if by_reply else (),
        by_reply=by_reply,
    )
    words = parts.wording.render(context, contact.language)
    reply_to = parts.reply_address(row.key) if parts.reply_address is not None else None
    return to_our_side(row.key, contact, words, choices=choices, reply_to=reply_to)


def _reader(parts: Parts, key: str, meeting: Meeting) -> Person:
    return meeting.person(key) or parts.directory.colleague(key) or Person(key=key, side=Side.OURS, address=key)


def _buttons(parts: Parts, row: OutboxRow, times: tuple[datetime, ...], contact: Contact) -> tuple[Choice, ...]:
    """One tap for each time, and only a tap books."""
    until = parts.clock.now() + _STANDS
    lexicon = parts.wording.lexicon(contact.language)
    label = parts.wording.label(Verb.BOOK.value, contact.language)
    found = []
    for start in times:
        value = Choosing(tap=Verb.BOOK, key=row.key, start=start).value
        found.append(
            Choice(
                label=label.format(moment=lexicon.brief(start, contact.zone)),
                value=value,
                style="primary" if len(times) == 1 else None,
                url=parts.linker(value, until),
            )
        )
    return tuple(found)
