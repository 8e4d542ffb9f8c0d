"""The quiet alternative to single questions: one list of the day's unseen appointments, with a tap for each.

A question that a policy keeps for the list is laid aside with a name; its key stays good for answers, so a tap in the
list is an answer to that question. What became known until then is left out, and an empty list is not sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.evidence import Said
from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, Happening, State, Withheld
from noshowd.domain.meeting import Kind, Meeting, Person, Side
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Outcome
from noshowd.engine.choices import Choosing, Tap
from noshowd.engine.parts import Contact, Parts
from noshowd.engine.recheck import Fresh
from noshowd.ports.channel import Carries, Choice, Parcel
from noshowd.store import day_lists, meetings, outbox
from noshowd.store.outbox import NewRow, OutboxRow
from noshowd.wording import WordingContext
from noshowd.wording.context import ListedMeeting

_STEP = "day_list:"
#: So long after it was due the list is still worth sending, and its links work.
_STANDS = timedelta(hours=12)
_LINKS_LIVE = timedelta(days=3)
#: A message takes no more buttons (Slack's limit); with many appointments each has fewer.
_MOST_TAPS = 25
_PHONE: tuple[Tap, ...] = (Said.TALKED, Said.NOBODY_ANSWERED, Said.I_FORGOT)
_VIDEO: tuple[Tap, ...] = (Said.THEY_ARE_HERE, Said.NOT_THERE, Said.I_FORGOT)
_OPEN = frozenset({Outcome.UNKNOWN, Outcome.NOBODY_CAME})
#: The next working day is looked for so far ahead.
_DAYS_AHEAD = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One appointment of the list, and the key of the question about it."""

    key: str
    meeting: Meeting


def is_list(row: OutboxRow) -> bool:
    return row.followup.kind is FollowUpKind.NOTICE and row.followup.key.step.startswith(_STEP)


def waits_for_list(row: OutboxRow, fresh: Fresh) -> bool:
    """Whether this question is kept for the list of the day."""
    return row.followup.kind is FollowUpKind.QUESTION and fresh.policy.ask_at is not None


async def lay_aside(parts: Parts, row: OutboxRow, fresh: Fresh) -> None:
    """Keep the question for the next list to this person, and see to it that there will be one."""
    now = parts.clock.now()
    due = next_list(parts, _person(parts, row.followup.key.person, fresh.meeting), fresh.policy.ask_at or time(), now)
    key = FollowUpKey(
        meeting="",
        round=0,
        person=row.followup.key.person,
        kind=FollowUpKind.NOTICE,
        step=f"{_STEP}{due:%Y-%m-%dT%H:%M}",
    )
    planned = FollowUp(key=key, cause=Cause.UNKNOWN, not_before=due, not_after=due + _STANDS)

    def save(conn: sa.Connection) -> None:
        outbox.record(conn, row.key, Happening.WITHHELD, now=now, token=row.token, reason=Withheld.IN_THE_LIST)
        new = NewRow(followup=planned, state=State.QUEUED, next_try_at=due, shadow=row.shadow)
        outbox.add(conn, [new], now=now)

    await parts.database.run(save, wake=True)


def next_list(parts: Parts, person: Person, at: time, now: datetime) -> datetime:
    """The next time of day `at` on a working day of this person: this evening, or the next morning."""
    zone = ZoneInfo(parts.directory.contact(person).zone)
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD)]
    times = [datetime.combine(day, at, tzinfo=zone) for day in days]
    later = [one for one in times if one > now]
    return next((one for one in later if _works(parts, person, one)), later[0]).astimezone(now.tzinfo)


def _works(parts: Parts, person: Person, at: datetime) -> bool:
    midnight = datetime.combine(at.date(), time(0), tzinfo=at.tzinfo)
    return bool(parts.directory.open_spans(person, Span(start=midnight, end=midnight + timedelta(days=1))))


async def list_of(parts: Parts, row: OutboxRow) -> Parcel | None:
    """The list with what is still open; None when nothing is, and the row is then withdrawn."""
    person = row.followup.key.person
    asked = await parts.database.read(lambda conn: _still_open(conn, person, row.created_at))
    if not asked:
        now = parts.clock.now()
        await parts.database.run(
            lambda conn: outbox.record(conn, row.key, Happening.WITHDRAWN, now=now, token=row.token)
        )
        return None
    return _parcel(parts, row, parts.directory.contact(_person(parts, person, asked[0].meeting)), asked)


def _still_open(conn: sa.Connection, person: str, since: datetime) -> list[_Asked]:
    found = []
    for key, followup in day_lists.laid_aside(conn, person, since=since):
        stored = meetings.get(conn, followup.key.meeting)
        if stored is None or stored.verdict is None or stored.meeting.round != followup.key.round:
            continue
        if stored.verdict.outcome in _OPEN:
            found.append(_Asked(key=key, meeting=stored.meeting))
    return sorted(found, key=lambda one: (one.meeting.start, one.key))[:_MOST_TAPS]


def _parcel(parts: Parts, row: OutboxRow, contact: Contact, asked: list[_Asked]) -> Parcel:
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


def _context(contact: Contact, asked: list[_Asked], now: datetime) -> WordingContext:
    listed = tuple(
        ListedMeeting(
            start=one.meeting.start,
            title=one.meeting.title,
            guests=tuple(p.name or p.address or "" for p in one.meeting.side(Side.THEIRS) if p.expected),
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


def _choices(parts: Parts, contact: Contact, asked: list[_Asked], until: datetime) -> tuple[Choice, ...]:
    """As many taps for each appointment as there is room for, each with its time before it."""
    zone = ZoneInfo(contact.zone)
    each = max(1, _MOST_TAPS // len(asked))
    made = []
    for one in asked:
        clock = f"{one.meeting.start.astimezone(zone):%H:%M}"
        for tap in (_PHONE if one.meeting.place.kind is Kind.PHONE else _VIDEO)[:each]:
            value = Choosing(tap=tap, key=one.key).value
            label = f"{clock} {parts.wording.label(tap.value, contact.language)}"
            made.append(Choice(label=label, value=value, url=parts.linker(value, until)))
    return tuple(made)


def _person(parts: Parts, key: str, meeting: Meeting) -> Person:
    return meeting.person(key) or parts.directory.colleague(key) or Person(key=key, side=Side.OURS, address=key)
