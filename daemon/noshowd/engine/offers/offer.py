"""An offer: made when its text is written, looked at again when it leaves, and seen as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.booking import Case, Way, booking
from noshowd.domain.entry import CalendarEntry
from noshowd.domain.followup import FollowUp, FollowUpKey, FollowUpKind, State, Withheld
from noshowd.domain.gate import NEEDS_A_PERSON
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.offer import Offer, OfferState, OfferStep
from noshowd.domain.recipients import owner
from noshowd.domain.verdict import Verdict
from noshowd.engine.judging.rebooking import rebooked_since
from noshowd.engine.offers.openings import Openings, look
from noshowd.engine.parts import Parts
from noshowd.reading.booking_links import reschedule_page
from noshowd.reading.sides import is_robot
from noshowd.store import entries, meetings, offers, outbox
from noshowd.store.judged import NewRow
from noshowd.store.offers import StoredOffer
from noshowd.store.outbox import OutboxRow

#: An offer without times, or whose page is to be read after the last of them, may be answered this long.
_ANSWERABLE = timedelta(days=7)
#: Whether an open offer still stands is looked at this often; whoever opens its page sees it at once.
LOOK_EVERY = timedelta(minutes=15)
#: A task for a person instead of an offer stays this long.
_TASK_STANDS = timedelta(hours=24)
#: States of the message in which its offer can be answered, and those in which it may come to that.
_WITH_THE_GUEST = frozenset({State.SENDING, State.SENT, State.UNCERTAIN})
_ON_ITS_WAY = frozenset({State.AWAITING, State.QUEUED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the text of an offer speaks of."""

    times: tuple[datetime, ...] = ()
    #: Where the guest chooses: our page, or that of a booking service.
    page: str | None = None


async def propose(parts: Parts, row: OutboxRow, meeting: Meeting, verdict: Verdict) -> Proposal | Withheld:
    """Find times, store them as an offer and hold them; without any in all the days ahead a person calls instead."""
    guest = meeting.person(row.followup.key.person)
    if guest is None:
        return Withheld.EVENT_CHANGED
    case = await parts.database.read(lambda conn: case_of(conn, parts, meeting, guest))
    way = booking(case)
    if way.way is Way.LINK:
        return Proposal(page=way.link)
    openings = await look(parts, meeting, guest)
    made = await parts.database.run(lambda conn: _keep(conn, parts, row, meeting, guest, openings), wake=True)
    if made is None:
        await parts.database.run(lambda conn: _call_instead(conn, parts, row, meeting, verdict), wake=True)
        return Withheld.NO_FREE_TIME
    return Proposal(times=made.times, page=parts.offer_page(made.key, made.ends + _ANSWERABLE))


async def still_offered(parts: Parts, row: OutboxRow, meeting: Meeting, verdict: Verdict) -> Withheld | None:
    """Whether the times in a text that was written earlier can still be had, just before it leaves.

    Where they cannot and a person approved this very text, another one with other times is put before them.
    """
    stored = await parts.database.read(lambda conn: offers.get(conn, row.key))
    guest = meeting.person(row.followup.key.person)
    if stored is None or guest is None or not stored.offer.times:
        return None
    openings = await look(parts, meeting, guest)
    now = parts.clock.now()
    held = await parts.database.read(lambda conn: offers.held(conn, stored.offer.ours, now=now, but=row.key))
    earliest = now + parts.offering.notice / 2
    if all(at >= earliest and openings.free(at, held) for at in stored.offer.times):
        return None
    if row.followup.approval in NEEDS_A_PERSON:
        await parts.database.run(lambda conn: _ask_anew(conn, parts, row, meeting, verdict), wake=True)
    return Withheld.TIMES_TAKEN


def _keep(
    conn: sa.Connection, parts: Parts, row: OutboxRow, meeting: Meeting, guest: Person, openings: Openings
) -> Offer | None:
    """Choose and hold times nobody else is offered; None when there is none."""
    now = parts.clock.now()
    offers.one_at_a_time(conn)
    times = openings.times(offers.held(conn, openings.ours, now=now, but=row.key))
    if openings.known and not times:
        return None
    contact = parts.directory.contact(guest)
    made = Offer(
        key=row.key,
        meeting=meeting.key,
        round=meeting.round,
        guest=guest.key,
        length=meeting.length,
        zone=contact.zone,
        zone_known=contact.zone_known,
        times=times,
        ours=openings.ours,
        held_until=now + parts.offering.hold,
        ends=max((*times, now + _ANSWERABLE)),
    )
    offers.put(conn, made, now=now, next_try_at=now + LOOK_EVERY)
    return made


def _call_instead(conn: sa.Connection, parts: Parts, row: OutboxRow, meeting: Meeting, verdict: Verdict) -> None:
    """No time is free for all of us: somebody calls."""
    now = parts.clock.now()
    call_back(conn, row.followup, owner(meeting, verdict), "no_free_time", now)


def call_back(conn: sa.Connection, offered: FollowUp, person: str, step: str, now: datetime) -> None:
    """A task to call the guest, in the place of an offer or of what became of it."""
    key = replace(offered.key, person=person, kind=FollowUpKind.RECALL_TASK, step=f"{step}:{offered.key.person}")
    task = FollowUp(
        key=key,
        cause=offered.cause,
        about=(offered.key.person,),
        ordered=True,
        not_before=now,
        not_after=now + _TASK_STANDS,
        concerns=str(offered.key),
    )
    outbox.add(conn, [NewRow(followup=task, state=State.QUEUED, next_try_at=now)], now=now)


def _ask_anew(conn: sa.Connection, parts: Parts, row: OutboxRow, meeting: Meeting, verdict: Verdict) -> None:
    """The same offer once more with other times, and the question whether it may go out."""
    now, old = parts.clock.now(), row.followup
    again = replace(old, key=replace(old.key, step=f"{old.key.step}+"), not_before=now, text=None)
    question = FollowUp(
        key=FollowUpKey(
            meeting=meeting.key,
            round=meeting.round,
            person=owner(meeting, verdict),
            kind=FollowUpKind.APPROVAL,
            step=f"{again.kind}:{again.key.step}:{again.key.person}",
        ),
        cause=old.cause,
        about=old.about,
        not_before=now,
        not_after=old.not_after,
        concerns=str(again.key),
    )
    rows = [
        NewRow(followup=again, state=State.AWAITING, next_try_at=old.not_after, shadow=row.shadow),
        NewRow(followup=question, state=State.QUEUED, next_try_at=now, shadow=row.shadow),
    ]
    outbox.add(conn, rows, now=now)


def case_of(conn: sa.Connection, parts: Parts, meeting: Meeting, guest: Person) -> Case:
    """What the table of bookings is asked about, as the mirror has it."""
    copies: Sequence[CalendarEntry] = [one for ref in meeting.copies if (one := entries.get(conn, ref)) is not None]
    organizer = copies[0].organizer if copies else None
    address = organizer.address if organizer is not None else None
    return Case(
        meeting=meeting,
        guest=guest,
        copies=copies,
        writable=frozenset(parts.writers),
        robot=address is not None and (is_robot(address) or not parts.us.is_person(address)),
        ours=address is not None and parts.us.side_of(address) is Side.OURS,
        link=next((page for one in copies if (page := reschedule_page(one.description)) is not None), None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An offer as it stands, with what it is about."""

    stored: StoredOffer
    row: OutboxRow
    meeting: Meeting
    verdict: Verdict | None
    guest: Person
    #: What has to happen to it before anything else: it is no longer needed, or too old.
    ended: OfferStep | None
    #: It lies before the guest, and may be answered.
    answerable: bool


def see(conn: sa.Connection, key: str, now: datetime) -> Seen | None:
    """The offer with this key as it stands now; None when it, its message or its meeting is forgotten."""
    stored, row = offers.get(conn, key), outbox.get(conn, key)
    known = meetings.get(conn, stored.offer.meeting, stored.offer.round) if stored is not None else None
    if stored is None or row is None or known is None:
        return None
    guest = known.meeting.person(stored.offer.guest)
    if guest is None:
        return None
    ended = _ended(conn, stored, row, known.meeting, guest, now)
    open_ = stored.state is OfferState.OPEN and ended is None
    return Seen(
        stored=stored,
        row=row,
        meeting=known.meeting,
        verdict=known.verdict,
        guest=guest,
        ended=ended,
        answerable=open_ and row.state in _WITH_THE_GUEST,
    )


def _ended(
    conn: sa.Connection, stored: StoredOffer, row: OutboxRow, meeting: Meeting, guest: Person, now: datetime
) -> OfferStep | None:
    """Why an open offer is one no longer: its message was taken back, they agreed on another time, or it is too old."""
    if stored.state is not OfferState.OPEN:
        return None
    if row.state not in _WITH_THE_GUEST | _ON_ITS_WAY or rebooked_since(conn, meeting, guest):
        return OfferStep.WITHDRAWN
    return OfferStep.LAPSED if now >= stored.offer.ends else None
