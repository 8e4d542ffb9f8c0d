"""What a list of the day shows: its appointments as they stand, with taps for those that are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.evidence import Said
from noshowd.domain.findings import last_words
from noshowd.domain.followup import FollowUp, FollowUpKind, State, Withheld
from noshowd.domain.meeting import Kind, Meeting, Person, Side
from noshowd.domain.verdict import Outcome
from noshowd.engine.choices import Choosing, Tap, parse
from noshowd.engine.parts import Contact, Parts
from noshowd.ports.channel import Carries, Choice, Parcel
from noshowd.store import evidence, meetings, outbox
from noshowd.store.outbox import OutboxRow
from noshowd.wording import WordingContext
from noshowd.wording.context import ListedMeeting

STEP = "day_list:"
#: A message takes no more buttons (Slack's limit); with many appointments each has fewer.
MOST_TAPS = 25
_LINKS_LIVE = timedelta(days=3)
_PHONE: tuple[Tap, ...] = (Said.TALKED, Said.NOBODY_ANSWERED, Said.I_FORGOT)
_VIDEO: tuple[Tap, ...] = (Said.THEY_ARE_HERE, Said.NOT_THERE, Said.I_FORGOT)
#: What is still asked about.
OPEN = frozenset({Outcome.UNKNOWN, Outcome.NOBODY_CAME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One appointment of the list, and the key of the question about it."""

    key: str
    meeting: Meeting
    #: What the reader answered, or what became known; None while it is open.
    told: Said | Outcome | None = None


def is_list(row: OutboxRow) -> bool:
    return row.followup.kind is FollowUpKind.NOTICE and row.followup.key.step.startswith(STEP)


def is_laid_aside(row: OutboxRow) -> bool:
    """Whether it is a question of which a list asks instead."""
    return row.state is State.WITHHELD and row.reason == Withheld.IN_THE_LIST


def asked_by(conn: sa.Connection, key: str, followup: FollowUp) -> Asked | None:
    """How it stands with the appointment of this question; None where it has moved since."""
    stored = meetings.get(conn, followup.key.meeting)
    if stored is None or stored.verdict is None or stored.meeting.round != followup.key.round:
        return None
    this = (stored.meeting.key, stored.meeting.round)
    said = [word.said for word in last_words(evidence.load(conn, [this])[this]) if word.by == followup.key.person]
    known = None if stored.verdict.outcome in OPEN else stored.verdict.outcome
    return Asked(key=key, meeting=stored.meeting, told=said[-1] if said else known)


def in_order(asked: list[Asked]) -> list[Asked]:
    return sorted(asked, key=lambda one: (one.meeting.start, one.key))


def as_it_stands(conn: sa.Connection, row: OutboxRow) -> list[Asked]:
    """Every appointment that stood in the list when it was sent, but those that have moved since."""
    choices = row.parcel.choices if row.parcel is not None else ()
    keys = dict.fromkeys(choosing.key for choice in choices if (choosing := parse(choice.value)) is not None)
    questions = [question for key in keys if (question := outbox.get(conn, key)) is not None]
    found = [asked for one in questions if (asked := asked_by(conn, one.key, one.followup)) is not None]
    return in_order(found)


def parcel_of(parts: Parts, row: OutboxRow, contact: Contact, asked: list[Asked]) -> Parcel:
    now = parts.clock.now()
    text = parts.wording.render(_context(contact, asked, now), contact.language)
    return Parcel(
        key=row.key,
        carries=Carries.TO_OUR_SIDE,
        recipient=contact.recipient,
        subject=text.subject,
        preview=text.preview,
        text=text.text,
        html=text.html,
        choices=_choices(parts, contact, asked, now + _LINKS_LIVE),
        language=contact.language.partition("_")[0],
    )


def _context(contact: Contact, asked: list[Asked], now: datetime) -> WordingContext:
    listed = tuple(
        ListedMeeting(
            start=one.meeting.start,
            title=one.meeting.title,
            guests=tuple(p.name or p.address or "" for p in one.meeting.side(Side.THEIRS) if p.expected),
            told=one.told,
        )
        for one in asked
    )
    first, last = asked[0].meeting, asked[-1].meeting
    return WordingContext(
        kind=FollowUpKind.QUESTION,
        medium=first.place.kind,
        start=first.start,
        end=max(first.start, last.end),
        now=now,
        zone=contact.zone,
        reader_name=contact.recipient.name,
        notice="list",
        listed=listed,
    )


def _choices(parts: Parts, contact: Contact, asked: list[Asked], until: datetime) -> tuple[Choice, ...]:
    """As many taps for each appointment as there is room for, each with its time before it."""
    zone = ZoneInfo(contact.zone)
    still_open = [one for one in asked if one.told is None]
    each = max(1, MOST_TAPS // max(1, len(still_open)))
    made = []
    for one in still_open:
        clock = f"{one.meeting.start.astimezone(zone):%H:%M}"
        for tap in (_PHONE if one.meeting.place.kind is Kind.PHONE else _VIDEO)[:each]:
            value = Choosing(tap=tap, key=one.key).value
            label = f"{clock} {parts.wording.label(tap.value, contact.language)}"
            made.append(Choice(label=label, value=value, url=parts.linker(value, until)))
    return tuple(made)


def reader(parts: Parts, key: str, meeting: Meeting) -> Person:
    return meeting.person(key) or parts.directory.colleague(key) or Person(key=key, side=Side.OURS, address=key)
