"""What can be known before a meeting begins: one of ours will be kept elsewhere, a guest has never answered."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.entry import Response
from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, State
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.policy import Policy
from noshowd.domain.verdict import Presence
from noshowd.engine.parts import Parts
from noshowd.store import entries, meetings, outbox
from noshowd.store.judged import NewRow
from noshowd.store.meetings import StoredMeeting

#: Nobody is kept by a meeting that began longer ago.
_LONGEST = timedelta(hours=8)
#: An absence entered in the calendar may have begun so long ago.
_LONGEST_AWAY = timedelta(days=31)
#: Whoever was in a meeting that ended so lately may still be there; a look just before the word tells.
_LATELY = timedelta(minutes=30)
#: A guest is asked no later than this before the start.
_NOTICE = timedelta(hours=2)
_AWAY = "outofoffice"
#: First word of the step of a warning that holds only while somebody is seen in another meeting.
BUSY = "busy"


def look_ahead(conn: sa.Connection, parts: Parts, judged: list[Meeting], now: datetime) -> None:
    """Queue warnings and questions for those of these meetings that are about to begin; each once."""
    rows: list[NewRow] = []
    for meeting in judged:
        policy = parts.policy_for(meeting) if meeting.watched and now < meeting.start else None
        if policy is None:
            continue
        found = _confirmations(meeting, policy, now)
        if meeting.start - policy.warn_before <= now:
            found += _warnings(conn, meeting, now)
        rows += [NewRow(followup=one, state=State.QUEUED, next_try_at=now, shadow=parts.shadow) for one in found]
    if rows:
        outbox.add(conn, rows, now=now)


def _confirmations(meeting: Meeting, policy: Policy, now: datetime) -> list[FollowUp]:
    """The guests who are asked whether they will come."""
    latest = meeting.start - _NOTICE
    if policy.confirm_before is None or not meeting.start - policy.confirm_before <= now < latest:
        return []
    silent = [
        p for p in meeting.side(Side.THEIRS) if p.expected and p.response is Response.NONE and p.address is not None
    ]
    if len(silent) > policy.most_guests:
        return []
    return [_followup(meeting, guest, FollowUpKind.CONFIRMATION, "confirm", now, latest) for guest in silent]


def _warnings(conn: sa.Connection, meeting: Meeting, now: datetime) -> list[FollowUp]:
    """One word to each of ours who will be kept: absent for the day, in two places, or still in a meeting before."""
    found = []
    for person in meeting.side(Side.OURS):
        why = _kept_by(conn, meeting, person, now) if person.expected else None
        if why is not None:
            found.append(_followup(meeting, person, FollowUpKind.HEADS_UP, why, now, meeting.start))
    return found


def _kept_by(conn: sa.Connection, meeting: Meeting, person: Person, now: datetime) -> str | None:
    """`away`, `busy:` and the key of a meeting, or `double`; None where nothing is known of the kind."""
    if _is_away(conn, meeting, person):
        return "away"
    others = [
        one
        for one in meetings.with_person(
            conn, person.key, meeting.start - _LONGEST, meeting.end, ends_after=now - _LATELY
        )
        if one.meeting.key != meeting.key and one.meeting.watched and _expects(one.meeting, person)
    ]
    holding = next((one.meeting.key for one in others if _may_hold(one, meeting, person, now)), None)
    if holding is not None:
        return f"{BUSY}:{holding}"
    return "double" if any(_overlaps(one.meeting, meeting) for one in others) else None


def _expects(meeting: Meeting, person: Person) -> bool:
    found = meeting.person(person.key)
    return found is not None and found.expected


def _may_hold(other: StoredMeeting, meeting: Meeting, person: Person, now: datetime) -> bool:
    """Whether the person came to the other one, which is just over, or goes on past our start."""
    seen = other.verdict.person(person.key) if other.verdict is not None else None
    if seen is None or seen.presence is not Presence.PRESENT:
        return False
    return now - _LATELY <= other.meeting.end <= now or (
        other.meeting.start <= now and other.meeting.end > meeting.start
    )


def _overlaps(other: Meeting, meeting: Meeting) -> bool:
    """Only one of two at the same time is warned of."""
    first = (other.start, other.key) < (meeting.start, meeting.key)
    return first and other.end > meeting.start


def _is_away(conn: sa.Connection, meeting: Meeting, person: Person) -> bool:
    """Whether an absence stands in a calendar of this person over the start."""
    mine = {(ref.account, ref.calendar) for ref in meeting.copies if ref.calendar in (person.key, person.address)}
    return any(
        entry.event_type.casefold() == _AWAY and entry.end > meeting.start
        for account, calendar in mine
        for entry in entries.starting(
            conn, account, calendar, meeting.start - _LONGEST_AWAY, meeting.start + timedelta(seconds=1)
        )
    )


def _followup(
    meeting: Meeting, person: Person, kind: FollowUpKind, step: str, now: datetime, until: datetime
) -> FollowUp:
    return FollowUp(
        key=FollowUpKey(meeting=meeting.key, round=meeting.round, person=person.key, kind=kind, step=step),
        cause=Cause.UNKNOWN,
        not_before=now,
        not_after=max(now, until),
    )
