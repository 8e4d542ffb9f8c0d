"""Three concrete times: free for everybody of ours, inside open hours, spread over days and parts of the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from noshowd.domain.spans import Span, union

_STEP = timedelta(minutes=30)
_NOON = 12


def free_starts(
    opened: Iterable[Span], busy: Iterable[Span], length: timedelta, *, not_before: datetime
) -> list[datetime]:
    """Every full or half hour from which `length` is open and free, in order."""
    blocked = union(busy)
    starts: list[datetime] = []
    for span in sorted(opened, key=lambda s: s.start):
        at = _round_up(max(span.start, not_before))
        while at + length <= span.end:
            wanted = Span(start=at, end=at + length)
            if all(wanted.overlap(other) is None for other in blocked):
                starts.append(at)
            at += _STEP
    return starts


def spread(starts: Iterable[datetime], zone: str, *, count: int = 3) -> tuple[datetime, ...]:
    """Up to `count` of these, each in another half of a day first, so that nobody gets three times of one morning."""
    chosen: list[datetime] = []
    taken: set[tuple[object, bool]] = set()
    rest: list[datetime] = []
    for start in starts:
        local = start.astimezone(ZoneInfo(zone))
        half = (local.date(), local.hour < _NOON)
        if half in taken:
            rest.append(start)
        else:
            taken.add(half)
            chosen.append(start)
        if len(chosen) == count:
            break
    return tuple(sorted(chosen + rest[: count - len(chosen)]))


def _round_up(at: datetime) -> datetime:
    late = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at if not late else at - late + _STEP
