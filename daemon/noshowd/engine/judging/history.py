"""What else there is between us and one guest: earlier misses, and other meetings of the same day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.followup import Cause, FollowUpKind
from noshowd.domain.meeting import Meeting, Person
from noshowd.domain.verdict import CONFIRMED_MISSES, Outcome, missing_guests
from noshowd.engine.parts import Parts
from noshowd.store import meetings, misses
from noshowd.store.meetings import StoredMeeting

#: A later meeting of the day is waited for no longer than this past its end.
_PATIENCE = timedelta(hours=2)
_AFTER_ITS_END = timedelta(minutes=1)
_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Misses are counted for longer (`privacy.misses`) than meetings are remembered with their names."""

    #: Meetings this guest missed, the present one included.
    misses: int = 0
    #: When a later meeting of the day will be decided.
    decided_at: datetime | None = None
    #: A later miss of the day is written about in place of this one.
    told_later: bool = False


def history(conn: sa.Connection, parts: Parts, meeting: Meeting, guest: Person, now: datetime) -> History:
    """Everything stored about this guest that bears on a new message about a miss."""
    zone = ZoneInfo(parts.directory.contact(guest).zone)
    midnight = datetime.combine(meeting.start.astimezone(zone).date() + timedelta(days=1), time(0), tzinfo=zone)
    met = meetings.with_person(conn, guest.key, now - parts.keep.evidence, midnight)
    known = [one for one in met if _counts(one, guest)]
    later = [one for one in known if one.meeting.start > meeting.start and one.meeting.key != meeting.key]
    waits = [at for one in later if (at := _decided_at(one, now)) is not None]
    digests = [parts.digest(address) for address in (guest.key, *guest.aliases)]
    missed = misses.of(conn, digests, since=now - parts.keep.misses)
    return History(
        misses=len(missed | {one.meeting.key for one in known if _missed(one, guest)}),
        decided_at=max(waits, default=None),
        told_later=any(_missed(one, guest) and _is_written_about(parts, one) for one in later),
    )


def note_misses(conn: sa.Connection, parts: Parts, missed: Iterable[tuple[Meeting, Collection[str]]]) -> None:
    """Remember who missed each of these meetings, and forget it again of whom a later verdict says otherwise."""
    misses.replace_all(conn, {one.key: (one.start, [parts.digest(key) for key in keys]) for one, keys in missed})


def _counts(one: StoredMeeting, guest: Person) -> bool:
    person = one.meeting.person(guest.key)
    return person is not None and person.expected and one.meeting.watched


def _missed(one: StoredMeeting, guest: Person) -> bool:
    return guest.key in missing_guests(one.verdict)


def _decided_at(one: StoredMeeting, now: datetime) -> datetime | None:
    """When it is worth looking at this meeting again; None once it is decided, or never will be."""
    verdict = one.verdict
    settled = (*CONFIRMED_MISSES, Outcome.HELD, Outcome.CALLED_OFF, Outcome.NOT_WATCHED)
    if verdict is not None and verdict.outcome in settled and (verdict.confirmed or verdict.outcome is Outcome.HELD):
        return None
    if now < one.meeting.end:
        return one.meeting.end + _AFTER_ITS_END
    return now + _AGAIN if now < one.meeting.end + _PATIENCE else None


def _is_written_about(parts: Parts, one: StoredMeeting) -> bool:
    policy = parts.policy_for(one.meeting)
    ladder = policy.ladders.get(Cause.THEY_ARE_MISSING, ()) if policy is not None else ()
    return any(rung.kind is FollowUpKind.RESCHEDULE_OFFER for rung in ladder)
