"""Instants as tables write them. Pure.

Local time has two readings in the doubled hour of autumn; a length of time is never read longer than it may have been.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from noshowd.adapters.cdr.settings import Times

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Julian day of 1970-01-01 00:00.
_JULIAN_EPOCH = 2440587.5
_LONGEST = timedelta(days=2)

#: One or two readings of an instant, the earlier first.
Readings = tuple[datetime, ...]


def reader(times: Times, pattern: str | None, zone: ZoneInfo) -> Callable[[object], Readings]:
    """A function from a cell to its readings in UTC. It raises `ValueError`, `TypeError` or `OverflowError`."""
    if times is Times.EPOCH:
        return lambda cell: (_EPOCH + timedelta(seconds=_number(cell)),)
    if times is Times.JULIAN_DAY:
        return lambda cell: (_from_julian(_number(cell)),)
    return lambda cell: _readings(_written(cell, pattern), zone)


def lower_bound(since: datetime, times: Times, zone: ZoneInfo) -> str | float:
    """A value that sorts before every cell of an instant from `since` on, with a day's margin for zones."""
    early = since - timedelta(days=1)
    if times is Times.EPOCH:
        return (early - _EPOCH).total_seconds()
    if times is Times.JULIAN_DAY:
        return (early - _EPOCH) / timedelta(days=1) + _JULIAN_EPOCH
    return early.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def between(first: Readings, last: Readings) -> timedelta:
    """The shortest time that fits both; zero where the last comes first. Raises `ValueError` for days."""
    lengths = [end - start for start in first for end in last if end >= start]
    return _sane(min(lengths, default=timedelta(0)))


def seconds(cell: object) -> timedelta:
    """A length in seconds, never negative. Raises `ValueError`, `TypeError` or `OverflowError`."""
    return _sane(max(timedelta(0), timedelta(seconds=_number(cell))))


def _sane(length: timedelta) -> timedelta:
    if length > _LONGEST:
        raise ValueError("a call of days")
    return length


def _number(cell: object) -> float:
    if isinstance(cell, bool) or cell is None:
        raise TypeError("not a number")
    number = float(str(cell).strip())
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _from_julian(days: float) -> datetime:
    """To the millisecond: a Julian day as a double is no finer than that."""
    return _EPOCH + timedelta(milliseconds=round((days - _JULIAN_EPOCH) * 86_400_000))


def _written(cell: object, pattern: str | None) -> datetime:
    if isinstance(cell, datetime):
        return cell
    text = str(cell).strip()
    # its zone, where it has none, is added right after
    return datetime.fromisoformat(text) if pattern is None else datetime.strptime(text, pattern)  # noqa: DTZ007 - zone follows


def _readings(moment: datetime, zone: ZoneInfo) -> Readings:
    if moment.tzinfo is not None:
        return (moment.astimezone(UTC),)
    early, late = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    # an hour that does not exist in spring has its readings the wrong way round: it is one instant
    return (early, late) if early < late else (early,)
