"""Three concrete times: free for everybody, inside everybody's hours, spread over days and parts of the day.

All instants are aware and all sums are made in UTC, so that a week in which the clocks change has no hour too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from noshowd.domain.spans import Span, union

_STEP = timedelta(minutes=30)
_NOON = 12
_AFTER_LUNCH = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is looked for. Starts are full and half hours in `zone`, the reader's."""

    length: timedelta
    not_before: datetime
    zone: str
    #: Kept free before and after whatever stands in a calendar.
    buffer: timedelta = timedelta(0)
    count: int = 3


def open_for_all(each: Sequence[Iterable[Span]]) -> list[Span]:
    """The stretches that are open for every one of these people, in order; without anybody nothing is open."""
    if not each:
        return []
    common = list(union(each[0]))
    for other in each[1:]:
        theirs, both, n = union(other), [], 0
        for span in common:
            while n < len(theirs) and theirs[n].end <= span.start:
                n += 1
            at = n
            while at < len(theirs) and theirs[at].start < span.end:
                shared = span.overlap(theirs[at])
                both += [shared] if shared is not None else []
                at += 1
        common = both
    return common


def free_starts(opened: Sequence[Span], busy: Iterable[Span], wish: Wish) -> list[datetime]:
    """Every full or half hour from which the wished length is open and free, in order.

    `opened` as `open_for_all` gives it: in order and apart.
    """
    blocked, zone, n = union(busy), ZoneInfo(wish.zone), 0
    starts: list[datetime] = []
    for span in opened:
        at = _round_up(max(span.start, wish.not_before), zone)
        while at + wish.length <= span.end:
            while n < len(blocked) and blocked[n].end + wish.buffer <= at:
                n += 1
            if n < len(blocked) and blocked[n].start - wish.buffer < at + wish.length:
                at = _round_up(blocked[n].end + wish.buffer, zone)
                continue
            starts.append(at)
            at += _STEP
    return starts


def is_free(start: datetime, opened: Iterable[Span], busy: Iterable[Span], length: timedelta) -> bool:
    """Whether this very time is still open and free, buffers aside."""
    wanted = Span(start=start, end=start + length)
    inside = any(span.start <= wanted.start and wanted.end <= span.end for span in union(opened))
    return inside and all(wanted.overlap(other) is None for other in busy)


def spread(
    starts: Sequence[datetime], wish: Wish, *, avoid: Iterable[datetime] = (), unwanted: Iterable[datetime] = ()
) -> tuple[datetime, ...]:
    """Up to `wish.count` of these, in order: on different days first, then in different parts of a day.

    Early is better than late, lunch is for those who have nothing else, and no two of the times overlap. Nothing comes
    that overlaps with a time of `avoid`; days and parts of a day of those `unwanted`, which are avoided too, come last.
    """
    zone = ZoneInfo(wish.zone)
    local = {at: at.astimezone(zone) for at in starts}
    chosen: list[datetime] = []
    refused = [at.astimezone(zone) for at in unwanted]
    gone = [*avoid, *refused]
    while len(chosen) < wish.count:
        left = [at for at in starts if all(abs(at - other) >= wish.length for other in gone)]
        if not left:
            break
        days = [one.date() for one in (*refused, *(local[at] for at in chosen))]
        parts = [_part(one) for one in (*refused, *(local[at] for at in chosen))]
        best = min(
            left,
            key=lambda at: (
                _part(local[at]) is None,
                days.count(local[at].date()),
                parts.count(_part(local[at])),
                at,
            ),
        )
        chosen.append(best)
        gone.append(best)
    return tuple(sorted(chosen))


def _part(local: datetime) -> str | None:
    """Morning, afternoon, or None for the hour of lunch."""
    if local.hour < _NOON:
        return "morning"
    return "afternoon" if local.hour >= _AFTER_LUNCH else None


def _round_up(at: datetime, zone: ZoneInfo) -> datetime:
    """The next full or half hour of the zone's clocks, in UTC."""
    local = at.astimezone(zone)
    late = timedelta(minutes=local.minute % 30, seconds=local.second, microseconds=local.microsecond)
    at = at.astimezone(UTC)
    return at + (_STEP - late) if late else at
