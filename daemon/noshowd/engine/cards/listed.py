"""What a list of the day shows: its appointments as they stand, with taps for those that are open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.evidence import Said
from noshowd.domain.findings import last_words
from noshowd.domain.followup import FollowUp, FollowUpKind, State, Withheld
from noshowd.domain.meeting import Kind, Meeting, Person, Side
from noshowd.domain.verdict import OPEN, Outcome
from noshowd.engine.answers.choices import Choosing, Tap, parse
from noshowd.engine.parts import Contact, Parts
from noshowd.engine.words.parcels import to_our_side
from noshowd.ports.channel import Choice, Parcel
from noshowd.store import evidence, meetings, outbox
from noshowd.store.outbox import OutboxRow
from noshowd.wording import WordingContext
from noshowd.wording.context import ListedMeeting
from noshowd.wording.lexicon import Lexicon

STEP = "day_list:"
#: A line of a reply: `2 talked`, `2: talked.`, `talked`.
_NUMBERED = re.compile(r"\s*(?:(\d{1,2})\s*[.:)]?\s+)?(\D*?)[\s.!]*")
#: A message takes no more buttons (Slack's limit); with many appointments each has fewer.
MOST_TAPS = 25
_LINKS_LIVE = timedelta(days=3)
_PHONE: tuple[Tap, ...] = (Said.TALKED, Said.NOBODY_ANSWERED, Said.I_FORGOT)
_VIDEO: tuple[Tap, ...] = (Said.THEY_ARE_HERE, Said.NOT_THERE, Said.I_FORGOT)


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
    questions = [question for key in questions_in(row) if (question := outbox.get(conn, key)) is not None]
    found = [asked for one in questions if (asked := asked_by(conn, one.key, one.followup)) is not None]
    return in_order(found)


def parcel_of(parts: Parts, row: OutboxRow, contact: Contact, asked: list[Asked]) -> Parcel:
    """The list as a message; without pages it is answered by mail, a line for each appointment."""
    now = parts.clock.now()
    choices = _choices(parts, contact, asked, now + _LINKS_LIVE)
    by_mail = parts.reads_replies and bool(choices) and choices[0].url is None and contact.recipient.slack is None
    context = replace(_context(contact, asked, now), choices=_words_for(asked) if by_mail else (), by_reply=by_mail)
    text = parts.wording.render(context, contact.language)
    return to_our_side(row.key, contact, text, choices=choices)


def replied(keys: Sequence[str], text: str, lexicon: Lexicon) -> list[Choosing]:
    """What a reply to a list of these questions says, by line: `2 niemand erreicht` is about its second appointment, a
    bare word about the only one. A line that says anything else is passed over.
    """
    words = {_folded(word): tap for word, tap in lexicon.reply_words().items()}
    words |= {_folded(lexicon.label(tap.value)): tap.value for tap in (*_PHONE, *_VIDEO)}
    found = []
    for line in text.splitlines():
        said = _NUMBERED.fullmatch(line)
        number, word = (said[1], said[2]) if said is not None else (None, "")
        at = int(number) if number else 1 if len(keys) == 1 else 0
        tap = words.get(_folded(word))
        if tap is not None and 1 <= at <= len(keys) and (choosing := parse(f"{tap}.{keys[at - 1]}")) is not None:
            found.append(choosing)
    return found


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())


def questions_in(row: OutboxRow) -> list[str]:
    """Keys of the questions in a list as it was sent, in its order."""
    choices = row.parcel.choices if row.parcel is not None else ()
    return list(dict.fromkeys(one.key for choice in choices if (one := parse(choice.value)) is not None))


def _words_for(asked: list[Asked]) -> tuple[str, ...]:
    """The taps whose words a reply may use."""
    kinds = {one.meeting.place.kind for one in asked}
    return tuple(dict.fromkeys(tap.value for kind in kinds for tap in (_PHONE if kind is Kind.PHONE else _VIDEO)))


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
