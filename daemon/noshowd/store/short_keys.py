"""Names of meetings for people to type. Keys are made by calendars: long, and many begin alike (all of Exchange's, and
all occurrences of a series).
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from noshowd.store import meetings
from noshowd.store.meetings import StoredMeeting
from noshowd.store.schema import meeting


def short_key(key: str) -> str:
    """Eight hexadecimal digits, always the same for one key."""
    return hashlib.blake2b(key.encode(), digest_size=4).hexdigest()


def called(conn: sa.Connection, given: str, *, limit: int = 20) -> list[StoredMeeting]:
    """The latest rounds of the meetings whose short key or key begins like this, by their start.

    A key of either kind that was given in full means that meeting, whatever else begins like it.
    """
    keys = conn.scalars(sa.select(meeting.c.key).where(~meeting.c.superseded).order_by(meeting.c.start_at)).all()
    whole = [key for key in keys if given in (key, short_key(key))]
    found = whole or [key for key in keys if key.startswith(given) or short_key(key).startswith(given)]
    known = meetings.latest(conn, found[:limit])
    return [known[key] for key in found[:limit]]
