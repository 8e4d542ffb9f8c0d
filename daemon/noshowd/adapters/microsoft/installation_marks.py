"""Marks of installations in the mailboxes of a tenant: an event each, which carries its mark in extended properties."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from noshowd.adapters.microsoft.graph import Graph, segment
from noshowd.adapters.microsoft.marks import note, noted, read_note, wanted
from noshowd.adapters.microsoft.pacing import Urgency
from noshowd.adapters.microsoft.refusals import NotThere
from noshowd.adapters.microsoft.wire import utc
from noshowd.domain.installation import Mark, read, spelt
from noshowd.ports.marks import ENDS, STARTS, TEXT, TITLE

#: What all marks are found by, in the place of the key of an appointment that we made.
_KEY = "installation mark"


class GraphMarks:
    """Needs the application right Calendars.ReadWrite, as moving appointments does."""

    def __init__(self, graph: Graph) -> None:
        self.account = graph.settings.account
        self._graph = graph

    async def marks(self, calendar: str) -> tuple[Mark, ...]:
        return tuple([mark async for _, mark in self._found(calendar)])

    async def leave(self, calendar: str, mark: Mark) -> None:
        found = await self._of(calendar, mark.installation)
        if not found:
            await self._graph.post(self._events(calendar), _event(mark))
            return
        await self._graph.patch(f"{self._events(calendar)}/{segment(found[0])}", note(_KEY, spelt(mark)))
        for more in found[1:]:  # of workers that left theirs at the same moment
            await self._delete(calendar, more)

    async def take_away(self, calendar: str, installation: str) -> None:
        for one in await self._of(calendar, installation):
            await self._delete(calendar, one)

    async def _of(self, calendar: str, installation: str) -> list[str]:
        return [event_id async for event_id, mark in self._found(calendar) if mark.installation == installation]

    async def _found(self, calendar: str) -> AsyncIterator[tuple[str, Mark]]:
        pages = self._graph.pages(self._events(calendar), wanted(_KEY) | read_note(), urgency=Urgency.SEND)
        async for events in pages:
            for event in events:
                if (mark := read(noted(event))) is not None:
                    yield str(event["id"]), mark

    async def _delete(self, calendar: str, event_id: str) -> None:
        """Nobody is invited to it, so that nobody is written to."""
        try:
            await self._graph.delete(f"{self._events(calendar)}/{segment(event_id)}")
        except NotThere:
            return

    def _events(self, calendar: str) -> str:
        return f"{self._graph.user(calendar)}/events"


def _event(mark: Mark) -> dict[str, Any]:
    return {
        "subject": TITLE.format(installation=mark.short),
        "body": {"contentType": "text", "content": TEXT.format(installation=mark.short)},
        "start": utc(STARTS),
        "end": utc(ENDS),
        "showAs": "free",
        "sensitivity": "private",
        "isReminderOn": False,
    } | note(_KEY, spelt(mark))
