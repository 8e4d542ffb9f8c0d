"""How soon to list a calendar again: by what is at stake."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.engine.parts import Pace
from noshowd.store import meetings

#: A meeting this close makes every change matter.
_NEAR = timedelta(minutes=20)
_DAY = range(7, 20)
_WEEKEND = 5


def next_sync(conn: sa.Connection, pace: Pace, calendar: str, zone: str, now: datetime) -> datetime:
    """Soon when one of this calendar's meetings is near or running, by day in working hours, seldom at night."""
    around = meetings.between(conn, now - timedelta(hours=4), now + _NEAR)
    if any(
        stored.meeting.watched
        and stored.meeting.end >= now
        and any(copy.calendar == calendar for copy in stored.meeting.copies)
        for stored in around
    ):
        return now + pace.sync_near
    local = now.astimezone(ZoneInfo(zone))
    by_day = local.weekday() < _WEEKEND and local.hour in _DAY
    return now + (pace.sync_day if by_day else pace.sync_night)
