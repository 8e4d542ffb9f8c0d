"""Marks of installations in the mailboxes of a tenant: an event each, which carries its mark in extended properties."""

from __future__ import annotations

from typing import Any

from noshowd.adapters.microsoft.graph import Graph, segment
from noshowd.adapters.microsoft.marks import note, noted, read_note, wanted
from noshowd.adapters.microsoft.pacing import Urgency
from noshowd.adapters.microsoft.refusals import NotThere
from noshowd.adapters.microsoft.wire import utc
from noshowd.domain.installation import Mark, read, spelt
from noshowd.ports.marks import ENDS, STARTS, TEXT, TITLE, MarksAsEntries

#: What all marks are found by, in the place of the key of an appointment that we made.
_KEY = "installation mark"


class GraphMarks(MarksAsEntries[str]):
    """Needs the application right Calendars.ReadWrite, as moving appointments does."""

    def __init__(self, graph: Graph) -> None:
        self.account = graph.settings.account
        self._graph = graph

    async def entries(self, calendar: str) -> list[tuple[str, Mark]]:
        pages = self._graph.pages(self._events(calendar), wanted(_KEY) | read_note(), urgency=Urgency.SEND)
        told = [(str(event["id"]), read(noted(event))) async for events in pages for event in events]
        return [(event_id, mark) for event_id, mark in told if mark is not None]

    async def add(self, calendar: str, mark: Mark) -> None:
        await self._graph.post(self._events(calendar), _event(mark))

    async def change(self, calendar: str, entry: str, mark: Mark) -> None:
        await self._graph.patch(f"{self._events(calendar)}/{segment(entry)}", note(_KEY, spelt(mark)))

    async def delete(self, calendar: str, entry: str) -> None:
        """Nobody is invited to it, so that nobody is written to."""
        try:
            await self._graph.delete(f"{self._events(calendar)}/{segment(entry)}")
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
