"""Take in what changed in the mirror: copies become meetings, and a moved meeting becomes a new round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.entry import CalendarEntry
from noshowd.domain.meeting import Meeting, Person, Skip
from noshowd.domain.plan import close_round
from noshowd.domain.policy import JudgingRules
from noshowd.domain.timing import window
from noshowd.engine.judging.agreed import as_agreed
from noshowd.engine.judging.undo import existing, undo
from noshowd.engine.parts import Parts
from noshowd.engine.presence.observe import first_looks
from noshowd.reading.meetings import read_meetings
from noshowd.store import entries, looks, meetings, outbox
from noshowd.store.listings import Change
from noshowd.store.meetings import StoredMeeting


def take_in(
    conn: sa.Connection,
    parts: Parts,
    changed: Iterable[CalendarEntry | Change],
    gone: Iterable[CalendarEntry],
    *,
    now: datetime,
) -> None:
    """Read the meetings behind these entries afresh, over all their copies, and remember them.

    An entry without a UID has no other copies and is given as a whole.
    """
    changed, gone = list(changed), list(gone)
    if not changed and not gone:
        return
    uids = {one.uid for one in (*changed, *gone) if one.uid is not None}
    copies = entries.copies(conn, uids)
    copies += [one for one in changed if isinstance(one, CalendarEntry) and one.uid is None]
    found = {meeting.key: meeting for meeting in as_agreed(conn, read_meetings(copies, parts.us))}
    before = {meeting.key for meeting in read_meetings([*copies, *gone], parts.us)} if gone else found.keys()
    known = meetings.latest(conn, before | found.keys())
    for key, meeting in found.items():
        _remember(conn, parts, meeting, known.get(key), now)
    for key in known.keys() - found.keys():
        called_off = replace(known[key].meeting, called_off=True)
        meetings.put(conn, called_off, now=now, next_look_at=now)


def _remember(conn: sa.Connection, parts: Parts, read: Meeting, known: StoredMeeting | None, now: datetime) -> None:
    """Keep a meeting as it is now read. A later start or another place begins a new round."""
    policy = parts.policy_for(read)
    meeting = replace(
        read,
        people=tuple(_noticed(person, known, now) for person in read.people),
        round=_round(read, known),
        policy=None if policy is None else policy.name,
        skip=read.skip or _skip(parts, read, known, watched=policy is not None),
        unchanged_since=_unchanged_since(read, known, now),
    )
    opens = window(meeting, policy.judging if policy is not None else JudgingRules()).start
    if policy is not None and policy.confirm_before is not None:
        opens = min(opens, meeting.start - policy.confirm_before)
    if known is not None and meeting.round > known.meeting.round:
        old = (known.meeting.key, known.meeting.round)
        undo(conn, close_round(existing(outbox.of_rounds(conn, [old])[old])), now=now)
    if meetings.put(conn, meeting, now=now, next_look_at=max(opens, now)) and policy is not None:
        looks.plan(conn, first_looks(parts, meeting, policy, now))


def _skip(parts: Parts, read: Meeting, known: StoredMeeting | None, *, watched: bool) -> Skip | None:
    """Reasons of this installation not to watch, beside those of the event itself."""
    if not watched:
        return Skip.NO_POLICY
    if known is None and read.start < parts.first_run:
        return Skip.STARTED_BEFORE_US
    return known.meeting.skip if known is not None and known.meeting.skip is Skip.STARTED_BEFORE_US else None


def _same_round(one: Meeting, other: Meeting) -> bool:
    """A round changes only with the start or the join address; an end moved judges again."""
    return one.start == other.start and (
        one.place.kind,
        one.place.meeting_id or one.place.url,
        one.place.phone,
    ) == (other.place.kind, other.place.meeting_id or other.place.url, other.place.phone)


def _round(read: Meeting, known: StoredMeeting | None) -> int:
    if known is None:
        return 1
    return known.meeting.round if _same_round(read, known.meeting) else known.meeting.round + 1


def _noticed(person: Person, known: StoredMeeting | None, now: datetime) -> Person:
    """With the times of invitation and answer where only we noticed them: it was otherwise when we last looked."""
    if known is None:
        return person
    before = known.meeting.person(person.key)
    if before is None:
        return replace(person, invited_at=now) if now > known.meeting.start else person
    answered = person.responded_at or (before.responded_at if before.response is person.response else now)
    return replace(person, invited_at=before.invited_at, responded_at=answered)


def _unchanged_since(read: Meeting, known: StoredMeeting | None, now: datetime) -> datetime | None:
    """Since when start and place are as they are, as far as we have watched."""
    if known is None:
        return read.unchanged_since
    return known.meeting.unchanged_since if _same_round(read, known.meeting) else now
