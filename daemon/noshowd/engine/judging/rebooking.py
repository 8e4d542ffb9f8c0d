"""Whether the people of a missed slot have already agreed on another one."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from noshowd.domain.address import canonical
from noshowd.domain.entry import EntryStatus
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.store import entries

#: How far ahead a new appointment is looked for.
_AHEAD = timedelta(days=31)


def rebooked_since(conn: sa.Connection, meeting: Meeting, guest: Person) -> bool:
    """Whether an event with this guest and our side was made or moved after the missed slot began.

    An occurrence that existed before does not count, nor does the missed event itself.
    """
    ours = {address for p in meeting.side(Side.OURS) for address in (p.key, *p.aliases)}
    theirs = {guest.key, *guest.aliases}
    own = set(meeting.copies)
    for entry in entries.between(conn, meeting.start, meeting.end + _AHEAD):
        touched = entry.updated or entry.created
        if entry.ref in own or entry.status is EntryStatus.CANCELLED or entry.start == meeting.start:
            continue
        invited = {canonical(a.address) for a in entry.attendees if a.address}
        if entry.organizer is not None and entry.organizer.address:
            invited.add(canonical(entry.organizer.address))
        if touched is not None and touched >= meeting.start and invited & theirs and invited & ours:
            made_then = entry.created is not None and entry.created >= meeting.start
            moved = entry.original_start is not None and entry.original_start != entry.start
            if made_then or moved:
                return True
    return False
