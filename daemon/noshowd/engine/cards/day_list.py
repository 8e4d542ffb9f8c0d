"""The quiet alternative to single questions: one list of the day's unseen appointments, with a tap for each.

A question that a policy keeps for the list is laid aside with a name; its key stays good for answers, so a tap in the
list is an answer to that question. What became known until then is left out, and an empty list is not sent. What is
answered or becomes known afterwards stands in the list instead of the taps, where the channel edits.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, Happening, State, Withheld
from noshowd.domain.gate import Ruling
from noshowd.domain.meeting import Person
from noshowd.domain.spans import Span
from noshowd.engine.cards.listed import MOST_TAPS, STEP, Asked, asked_by, in_order, parcel_of, reader
from noshowd.engine.parts import Parts
from noshowd.engine.sending.recheck import Fresh
from noshowd.ports.channel import Parcel
from noshowd.store import day_lists, outbox
from noshowd.store.judged import NewRow
from noshowd.store.outbox import OutboxRow

#: So long after it was due the list is still worth sending.
_STANDS = timedelta(hours=12)
#: The next working day is looked for so far ahead.
_DAYS_AHEAD = 14
#: What found no gap all day is asked in a list so long before the person's hours end.
_BEFORE_THE_END = timedelta(minutes=15)
#: Whatever holds a question back is looked at again more often than this.
_LAST_CHANCE = timedelta(minutes=3)
#: These hold a question back until there is a gap.
_NO_GAP = frozenset({Withheld.QUESTION_BUDGET, Withheld.HINT_IN_A_CALL})


def list_for(parts: Parts, row: OutboxRow, fresh: Fresh, ruling: Ruling) -> datetime | None:
    """When the list comes for which this question is kept; None where it is asked by itself, or waits for a gap."""
    if row.followup.kind is not FollowUpKind.QUESTION:
        return None
    person, now = reader(parts, row.followup.key.person, fresh.meeting), parts.clock.now()
    if ruling.go:
        return None if fresh.policy.ask_at is None else next_list(parts, person, fresh.policy.ask_at, now)
    due = _evening(parts, person, now) if ruling.reason in _NO_GAP else None
    return due if due is not None and due - _LAST_CHANCE <= now < due else None


def _evening(parts: Parts, person: Person, now: datetime) -> datetime | None:
    """Shortly before this person's day is over; None where it is over."""
    zone = ZoneInfo(parts.directory.contact(person).zone)
    midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(0), tzinfo=zone)
    left = parts.directory.open_spans(person, Span(start=now, end=midnight.astimezone(now.tzinfo)))
    return left[-1].end - _BEFORE_THE_END if left else None


async def lay_aside(parts: Parts, row: OutboxRow, due: datetime) -> None:
    """Keep the question for the list to this person that is `due` then, and see to it that there will be one."""
    now = parts.clock.now()
    key = FollowUpKey(
        meeting="",
        round=0,
        person=row.followup.key.person,
        kind=FollowUpKind.NOTICE,
        step=f"{STEP}{due:%Y-%m-%dT%H:%M}",
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
    return parcel_of(parts, row, parts.directory.contact(reader(parts, person, asked[0].meeting)), asked)


def _still_open(conn: sa.Connection, person: str, since: datetime) -> list[Asked]:
    laid_aside = day_lists.laid_aside(conn, person, since=since)
    found = [asked for key, followup in laid_aside if (asked := asked_by(conn, key, followup)) is not None]
    return [one for one in in_order(found) if one.told is None][:MOST_TAPS]
