"""Which occurrences a recurring event has between two instants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

Json = dict[str, Any]


def starts_at(moment: Json, zone: str) -> datetime:
    """The instant of an EventDateTime; an all-day date is midnight in `zone`."""
    if "dateTime" in moment:
        return datetime.fromisoformat(moment["dateTime"])
    return datetime.combine(date.fromisoformat(moment["date"]), time(), ZoneInfo(zone))


def occurrences(master: Json, begin: datetime, end: datetime, zone: str) -> Iterator[Json]:
    """Instances of `master` that overlap the window, in order, unmoved; wall-clock time is kept over DST."""
    own = ZoneInfo(master["start"].get("timeZone") or zone)
    first = starts_at(master["start"], zone).astimezone(own)
    length = starts_at(master["end"], zone) - first
    rules = rrulestr("\n".join(master["recurrence"]), dtstart=first, forceset=True, tzids=ZoneInfo)
    for start in rules.xafter(begin - length - timedelta(days=1)):
        if start >= end:
            return
        if start + length > begin:
            yield _instance(master, start, length)


def _instance(master: Json, start: datetime, length: timedelta) -> Json:
    inherited = {k: v for k, v in master.items() if k != "recurrence"}
    stamp = start.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    began, ended = _moment(master, "start", start), _moment(master, "end", start + length)
    return {
        **inherited,
        "id": f"{master['id']}_{stamp}",
        "recurringEventId": master["id"],
        "originalStartTime": began,
        "start": began,
        "end": ended,
    }


def _moment(master: Json, which: str, instant: datetime) -> Json:
    if "date" in master[which]:
        return {"date": instant.date().isoformat()}
    return {**master[which], "dateTime": instant.isoformat()}
