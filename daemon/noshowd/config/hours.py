"""Working hours and quiet hours, as pure values that say when it is open next."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from noshowd.config.public_holidays import public_holidays
from noshowd.config.refusal import refuse
from noshowd.domain.spans import Span, require_aware

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Three letters in English, two in German.
_DAY_NUMBER = {name.casefold(): n for n, name in enumerate(_DAYS)} | {
    name: n for n, name in enumerate(("mo", "di", "mi", "do", "fr", "sa", "so"))
}
_GROUP = re.compile(r"^(?P<first>[a-z]{2,3})(?:\s*-\s*(?P<last>[a-z]{2,3}))?(?P<spans>(?:\s+[\d:]+\s*-\s*[\d:]+)+)$")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
HOURS_ALLOWED = 'hours such as "Mon-Fri 09:00-17:30" or "Mon-Thu 09:00-12:00 13:00-17:30, Fri 09:00-13:00"'
_MIDNIGHT_MINUTES = 24 * 60
#: Nothing is open further ahead than this, whatever the hours say (they may be empty).
FURTHEST = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours:
    """Stretches of each weekday, as minutes since midnight; Monday is 0."""

    days: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """`"Mon-Fri 09:00-17:30"`, several groups with commas. Raises ValueError with what is wrong."""
        days: list[list[tuple[int, int]]] = [[] for _ in _DAYS]
        for group in text.casefold().split(","):
            found = _GROUP.match(group.strip())
            if found is None:
                raise ValueError(f"cannot read {group.strip()!r}")
            spans = [_minutes(*span.groups()) for span in _SPAN.finditer(found["spans"])]
            if not spans:
                raise ValueError("write hours with minutes, as 09:00-17:30")
            for day in _day_range(found["first"], found["last"] or found["first"]):
                days[day].extend(spans)
        return cls(days=tuple(_ordered(spans) for spans in days))

    def __str__(self) -> str:
        groups: list[str] = []
        for day, spans in enumerate(self.days):
            if not spans or (day and self.days[day - 1] == spans):
                continue
            last = next((n - 1 for n in range(day, 7) if self.days[n] != spans), 6)
            name = _DAYS[day] if last == day else f"{_DAYS[day]}-{_DAYS[last]}"
            groups.append(" ".join([name, *(f"{_clock(a)}-{_clock(b)}" for a, b in spans)]))
        return ", ".join(groups)


def _day_range(first: str, last: str) -> Iterator[int]:
    if first not in _DAY_NUMBER or last not in _DAY_NUMBER:
        raise ValueError("a day is not known")
    start, end = _DAY_NUMBER[first], _DAY_NUMBER[last]
    yield from (n % 7 for n in range(start, end + 1 if end >= start else end + 8))


def _minutes(hour: str, minute: str, to_hour: str, to_minute: str) -> tuple[int, int]:
    begin, end = int(hour) * 60 + int(minute), int(to_hour) * 60 + int(to_minute)
    if int(minute) > 59 or int(to_minute) > 59 or max(begin, end) > _MIDNIGHT_MINUTES:
        raise ValueError("a day has 24 hours of 60 minutes")
    if not begin < end:
        raise ValueError("a stretch must end after it begins, on the same day")
    return begin, end


def _ordered(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    ordered = sorted(spans)
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(ordered)):
        raise ValueError("two stretches of one day overlap")
    return tuple(ordered)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _parse_hours(given: Any) -> WeeklyHours:
    if isinstance(given, WeeklyHours):
        return given
    if not isinstance(given, str) or len(given) > 300:
        raise refuse(HOURS_ALLOWED)
    try:
        return WeeklyHours.parse(given)
    except ValueError as error:
        raise refuse(HOURS_ALLOWED, do=f"{str(error).capitalize()}.") from None


WorkingHours = Annotated[
    WeeklyHours,
    PlainValidator(_parse_hours),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["Mon-Fri 09:00-17:30"]}),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Open hours of somebody in their zone, closed on the public holidays of all `regions`."""

    weekly: WeeklyHours
    zone: str
    regions: tuple[str, ...] = ()

    def is_holiday(self, day: date) -> bool:
        return any(day in public_holidays(region, day.year) for region in self.regions)

    def open_spans(self, day: date) -> tuple[Span, ...]:
        """The open stretches of a local day as instants in UTC. An hour that the clocks skip is not there."""
        if self.is_holiday(day):
            return ()
        spans = []
        for begin, end in self.weekly.days[day.weekday()]:
            start, stop = self._instant(day, begin), self._instant(day, end)
            if start < stop:
                spans.append(Span(start=start, end=stop))
        return tuple(spans)

    def is_open(self, instant: datetime) -> bool:
        require_aware("instant", instant)
        day = instant.astimezone(ZoneInfo(self.zone)).date()
        return any(span.start <= instant < span.end for span in self.open_spans(day))

    def next_open(self, instant: datetime) -> datetime | None:
        """`instant` itself when it is open, else the next opening in UTC; None when there is none for a year."""
        require_aware("instant", instant)
        day = instant.astimezone(ZoneInfo(self.zone)).date()
        for ahead in range(FURTHEST):
            for span in self.open_spans(day + timedelta(days=ahead)):
                if instant < span.end:
                    return max(instant.astimezone(UTC), span.start)
        return None

    def _instant(self, day: date, minutes: int) -> datetime:
        local = datetime.combine(day, time(), ZoneInfo(self.zone)) + timedelta(minutes=minutes)
        return local.astimezone(UTC)
