"""The change feed of a calendar, asked for one thing only: whether anything changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noshowd.adapters.microsoft.graph import PREFER, Graph, items
from noshowd.adapters.microsoft.pacing import Urgency
from noshowd.adapters.microsoft.wire import instant
from noshowd.domain.spans import Span
from noshowd.ports.errors import CursorExpired, Temporary

_VERSION = 1
#: Changes go missing in the feed (facts, 1.1): so often everything is read without being told.
FULL_EVERY = timedelta(hours=1)
#: The window is baked into the links, and the days go by.
_REOPEN_AFTER = timedelta(days=1)
_PREFER = f"{PREFER}, odata.maxpagesize=200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one reader stands in the feed of one calendar."""

    link: str
    #: When the calendar was last read as a whole, and when the feed was opened.
    read_at: datetime
    opened_at: datetime

    @property
    def cursor(self) -> str:
        return json.dumps([_VERSION, self.link, self.read_at.isoformat(), self.opened_at.isoformat()])

    @staticmethod
    def read(cursor: str) -> Place:
        """Raises `CursorExpired` for what is none, or of another version."""
        try:
            version, link, read_at, opened_at = json.loads(cursor)
            if version != _VERSION:
                raise CursorExpired("a cursor of another version")
            return Place(
                link=str(link),
                read_at=datetime.fromisoformat(read_at),
                opened_at=datetime.fromisoformat(opened_at),
            )
        except (ValueError, TypeError):
            raise CursorExpired("not a cursor of this account") from None


class Feed:
    """Follows links unchanged; an expired one raises `CursorExpired`."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def opened(self, calendar: str, window: Span, now: datetime) -> Place:
        """The place as of now; what it tells of the calendar so far is passed over."""
        query = {"startDateTime": instant(window.start), "endDateTime": instant(window.end)}
        link, _ = await self._follow(f"{self._graph.user(calendar)}/calendarView/delta", query)
        return Place(link=link, read_at=now, opened_at=now)

    async def moved_on(self, place: Place, now: datetime) -> tuple[Place, bool]:
        """The next place, and whether the calendar has to be read: it changed, or it is time."""
        if now - place.opened_at >= _REOPEN_AFTER:
            raise CursorExpired("the window of the change feed lies behind")
        link, changed = await self._follow(self._graph.own(place.link), {})
        if changed or now - place.read_at >= FULL_EVERY:
            return replace(place, link=link, read_at=now), True
        return replace(place, link=link), False

    async def _follow(self, path: str, query: Mapping[str, str]) -> tuple[str, bool]:
        """All pages up to the link for the next time; an empty page may have a next."""
        told = False
        answer = await self._graph.get(path, query, prefer=_PREFER, urgency=Urgency.LISTING)
        while True:
            told = told or bool(items(answer))
            following = answer.get("@odata.nextLink")
            if following is None:
                break
            answer = await self._graph.get(self._graph.own(following), prefer=_PREFER, urgency=Urgency.LISTING)
        link = answer.get("@odata.deltaLink")
        if not isinstance(link, str):
            raise Temporary("Graph's answer has neither a next nor a delta link")
        return link, told
