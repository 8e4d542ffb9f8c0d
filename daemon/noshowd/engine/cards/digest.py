"""The short word at the end of each day: what was seen, what a trial would have sent and why, when noshowd was blind.

Each of our people reads of their own appointments only. Who answers for noshowd gets one every working day, also when
there is nothing to tell: that it does not come is a sign by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.evidence import Said
from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, State, Withheld
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.recipients import owner
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Outcome
from noshowd.engine.answers.choices import Choosing, parse
from noshowd.engine.parts import Contact, Parts
from noshowd.ports.channel import Choice
from noshowd.store import meetings, outages, outbox
from noshowd.store.judged import NewRow
from noshowd.store.meetings import StoredMeeting
from noshowd.store.outbox import OutboxRow
from noshowd.store.reckoning import compared
from noshowd.wording import Outage as ToldOutage
from noshowd.wording import Trial, WordingContext

STEP = "digest"
#: So long after the end of a working day it is still worth reading.
_STANDS = timedelta(hours=12)
#: A day that ended longer ago, because nobody ran then, is not told of any more.
_LATE = timedelta(hours=3)
#: Verdicts that one message asks about; the rest is only listed.
_ASKED = 5
#: So many judged by this person, and none wrong, are a reason to trust.
ENOUGH = 20
_REMEMBERED = timedelta(days=14)
#: What somebody says who finds a verdict right, or wrong.
_ANSWERS: dict[Outcome, tuple[Said, Said]] = {
    Outcome.THEY_ARE_MISSING: (Said.NOT_THERE, Said.THEY_ARE_HERE),
    Outcome.WE_ARE_MISSING: (Said.I_FORGOT, Said.I_AM_HERE),
}
_RIGHT = frozenset({"right", "richtig", "stimmt", "yes", "ja", "ok"})
_WRONG = frozenset({"wrong", "falsch", "no", "nein"})


class Evening:
    """Knows whose working day has just ended. Asked often, it works once a day for each person."""

    def __init__(self) -> None:
        self._done: dict[str, date] = {}

    def over(self, parts: Parts, person: Person, now: datetime) -> date | None:
        """The day that has ended for this person and was not asked about before; None before its end."""
        zone = ZoneInfo(parts.directory.contact(person).zone)
        today = now.astimezone(zone).date()
        if self._done.get(person.key) == today:
            return None
        opens = parts.directory.awake_from(person, now)
        if opens is None or opens.astimezone(zone).date() == today:
            return None
        morning = datetime.combine(today, time(), tzinfo=zone)
        worked = parts.directory.open_spans(person, Span(start=min(morning, now), end=now))
        if not worked or now - worked[-1].end > _LATE:
            self._done[person.key] = today
            return None
        self._done[person.key] = today
        return today


def queue(conn: sa.Connection, parts: Parts, evening: Evening, owners: Iterable[str], *, now: datetime) -> int:
    """Queue the digests of those whose day is over; how many. The same one is never queued twice."""
    told = set(owners)
    rows = []
    for key in sorted(parts.us.persons.keys() | told):
        person = parts.directory.colleague(key)
        day = evening.over(parts, person, now) if person is not None else None
        if day is not None and (key in told or _trials(conn, _of_day(conn, parts, key, day, now), key)):
            rows.append(NewRow(followup=_followup(key, day, now), state=State.QUEUED, next_try_at=now))
    outbox.add(conn, rows, now=now)
    return len(rows)


def _followup(person: str, day: date, now: datetime) -> FollowUp:
    key = FollowUpKey(meeting="", round=0, person=person, kind=FollowUpKind.NOTICE, step=f"{STEP}:{day}")
    return FollowUp(key=key, cause=Cause.UNKNOWN, not_before=now, not_after=now + _STANDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a trial would have done about one meeting."""

    stored: StoredMeeting
    rows: tuple[OutboxRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one person may read about one day."""

    outcomes: Counter[Outcome]
    tried: tuple[Tried, ...]
    blind: tuple[outages.Outage, ...]
    right: int
    wrong: int

    def told(self, context: WordingContext) -> WordingContext:
        """The facts for the text."""
        trials = tuple(
            Trial(
                start=one.stored.meeting.start,
                title=one.stored.meeting.title,
                outcome=one.stored.verdict.outcome,
                kinds=tuple(dict.fromkeys(row.followup.kind for row in one.rows)),
                asked=number < _ASKED and one.stored.verdict.outcome in _ANSWERS,
            )
            for number, one in enumerate(self.tried)
            if one.stored.verdict is not None
        )
        spells = tuple(ToldOutage(part=one.part, began=one.began, ended=one.ended) for one in self.blind)
        enough = self.right >= ENOUGH and not self.wrong
        return replace(
            context,
            notice=STEP,
            outcomes=tuple(self.outcomes.most_common()),
            trials=trials,
            outages=spells,
            judged_right=self.right,
            judged_wrong=self.wrong,
            enough=enough,
        )

    def choices(self, parts: Parts, contact: Contact, until: datetime) -> tuple[Choice, ...]:
        """Right and wrong for each verdict that is asked about, in the order of the text."""
        found = []
        for number, one in enumerate(self.tried[:_ASKED], 1):
            answers = _ANSWERS.get(one.stored.verdict.outcome) if one.stored.verdict is not None else None
            for label, said in zip(("right", "wrong"), answers or (), strict=False):
                value = Choosing(tap=said, key=one.rows[0].key).value
                word = parts.wording.label(label, contact.language)
                found.append(Choice(label=f"{number}: {word}", value=value, url=parts.linker(value, until)))
        return tuple(found)


def read_day(conn: sa.Connection, parts: Parts, person: str, day: date, *, now: datetime) -> Day:
    """The day of one person."""
    stored = _of_day(conn, parts, person, day, now)
    judged = compared(conn, since=now - _REMEMBERED, until=now, concerns=lambda one: _takes_part(one, person))
    mine = [one for one in judged if one.by == person and one.found in _ANSWERS]
    right = sum(one.found is one.said for one in mine)
    return Day(
        outcomes=Counter(one.verdict.outcome for one in stored if one.verdict is not None and one.meeting.watched),
        tried=_trials(conn, stored, person),
        blind=tuple(outages.between(conn, _last_evening(parts, person, day), now)),
        right=right,
        wrong=len(mine) - right,
    )


def by_number(row: OutboxRow, text: str) -> Choosing | None:
    """What a reply to a digest means: `2 falsch` is wrong of the second verdict, a bare word is of the only one."""
    if not row.followup.key.step.startswith(f"{STEP}:"):
        return None
    choices = row.parcel.choices if row.parcel is not None else ()
    words = text.strip().partition("\n")[0].replace(":", " ").replace(".", " ").casefold().split()
    number = words.pop(0) if words and words[0].isdecimal() else ""
    if not words or words[0] not in _RIGHT | _WRONG:
        return None
    numbers = {choice.label.partition(":")[0] for choice in choices}
    wanted = number or (numbers.pop() if len(numbers) == 1 else "")
    pair = [choice for choice in choices if choice.label.partition(":")[0] == wanted]
    return parse(pair[words[0] in _WRONG].value) if len(pair) == 2 else None


def _of_day(conn: sa.Connection, parts: Parts, person: str, day: date, now: datetime) -> Sequence[StoredMeeting]:
    start, end = _bounds(parts, person, day)
    return [one for one in meetings.between(conn, start, min(end, now)) if _takes_part(one.meeting, person)]


def _bounds(parts: Parts, person: str, day: date) -> tuple[datetime, datetime]:
    colleague = parts.directory.colleague(person)
    zone = ZoneInfo(parts.directory.contact(colleague).zone if colleague is not None else parts.zone)
    start = datetime.combine(day, time(), tzinfo=zone)
    return start, start + timedelta(days=1)


def _last_evening(parts: Parts, person: str, day: date) -> datetime:
    """The end of the last working day before this one: what came later, at night or on a free day, was not told yet."""
    morning, _ = _bounds(parts, person, day)
    colleague = parts.directory.colleague(person)
    before = Span(start=morning - _REMEMBERED, end=morning)
    worked = parts.directory.open_spans(colleague, before) if colleague is not None else []
    return worked[-1].end if worked else morning


def _takes_part(meeting: Meeting, person: str) -> bool:
    return any(one.key == person for one in meeting.side(Side.OURS))


def _trials(conn: sa.Connection, stored: Sequence[StoredMeeting], person: str) -> tuple[Tried, ...]:
    """The meetings this person looks after about which something would have left the house."""
    of = {one.id: one for one in stored if one.verdict is not None and owner(one.meeting, one.verdict) == person}
    rows = [row for found in outbox.of_rounds(conn, list(of)).values() for row in found if _kept_back(row)]
    rows.sort(key=lambda row: (of[row.followup.key.meeting, row.followup.key.round].meeting.start, row.created_at))
    grouped = groupby(rows, key=lambda row: (row.followup.key.meeting, row.followup.key.round))
    return tuple(Tried(stored=of[round_id], rows=tuple(same)) for round_id, same in grouped)


def _kept_back(row: OutboxRow) -> bool:
    return row.state is State.WITHHELD and row.reason == Withheld.SHADOW
