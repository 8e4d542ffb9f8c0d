"""Free and busy by getSchedule; what cannot be read is unknown, never free."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from noshowd.adapters.microsoft.graph import PREFER, Graph, items
from noshowd.adapters.microsoft.wire import Malformed, utc, utc_moment
from noshowd.domain.spans import Span, union
from noshowd.ports.calendar import Busy

#: Graph's limits: addresses in one call, and days (fewer than 62).
_ADDRESSES = 20
_LONGEST = timedelta(days=61)
_INTERVAL = timedelta(minutes=15)
_FREE = frozenset({"free", "workingElsewhere"})
_FREE_DIGIT = "0"


class GraphFreeBusy:
    """Needs the application right Calendars.Read."""

    def __init__(self, graph: Graph) -> None:
        self.account = graph.settings.account
        self._graph = graph

    async def busy(self, addresses: tuple[str, ...], window: Span) -> tuple[Busy, ...]:
        found: dict[str, list[Busy]] = {address: [] for address in addresses}
        for part in _parts(window):
            for first in range(0, len(addresses), _ADDRESSES):
                for one in await self._ask(addresses[first : first + _ADDRESSES], part):
                    found[one.address].append(one)
        return tuple(_joined(address, found[address]) for address in addresses)

    async def _ask(self, addresses: tuple[str, ...], window: Span) -> list[Busy]:
        body = {
            "schedules": list(addresses),
            "startTime": utc(window.start),
            "endTime": utc(window.end),
            "availabilityViewInterval": int(_INTERVAL.total_seconds() // 60),
        }
        path = f"{self._graph.user(self._graph.settings.mailboxes[0])}/calendar/getSchedule"
        answers = {
            str(one.get("scheduleId")).lower(): one for one in items(await self._graph.post(path, body, prefer=PREFER))
        }
        return [_busy(address, answers.get(address.lower()), window) for address in addresses]


def _parts(window: Span) -> list[Span]:
    parts, start = [], window.start
    while start < window.end:
        parts.append(Span(start=start, end=min(start + _LONGEST, window.end)))
        start = parts[-1].end
    return parts


def _busy(address: str, answer: dict[str, Any] | None, window: Span) -> Busy:
    """The exact items where they are shared, else the coarse view string."""
    view = (answer or {}).get("availabilityView")
    if answer is None or answer.get("error") or not view:
        return Busy(address=address, known=False)
    try:
        return Busy(address=address, spans=_items(answer) or _view(view, window.start))
    except (Malformed, KeyError, TypeError, ValueError):
        return Busy(address=address, known=False)


def _items(answer: dict[str, Any]) -> tuple[Span, ...]:
    return tuple(
        Span(start=utc_moment(one["start"]), end=utc_moment(one["end"]))
        for one in answer.get("scheduleItems") or ()
        if one.get("status") not in _FREE
    )


def _view(view: str, start: Any) -> tuple[Span, ...]:
    return tuple(
        Span(start=start + number * _INTERVAL, end=start + (number + 1) * _INTERVAL)
        for number, digit in enumerate(view)
        if digit != _FREE_DIGIT
    )


def _joined(address: str, parts: list[Busy]) -> Busy:
    if not parts or not all(part.known for part in parts):
        return Busy(address=address, known=False)
    return Busy(address=address, spans=union(span for part in parts for span in part.spans))
