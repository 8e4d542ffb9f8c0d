"""Creates and moves events, once for each key."""

from __future__ import annotations

import uuid
from typing import Any

from noshowd.adapters.microsoft.graph import Graph, items, member, segment
from noshowd.adapters.microsoft.marks import marked, wanted
from noshowd.adapters.microsoft.wire import utc
from noshowd.domain.entry import EntryRef
from noshowd.ports.calendar import NewEvent
from noshowd.ports.errors import Permanent

_TRANSACTIONS = uuid.UUID("b7d1b0ce-6a55-4f0e-9c0b-5d0f1b8f7a52")


class GraphWriter:
    """Writes into the mailboxes of one account. Needs the application right Calendars.ReadWrite."""

    platform: str | None = "teams"

    def __init__(self, graph: Graph) -> None:
        self.account = graph.settings.account
        self._graph = graph

    async def write(self, calendar: str, event: NewEvent) -> EntryRef:
        """Create or move. A create carries a transaction id, and our mark is looked for first.

        How long Graph remembers a transaction id is not documented; the mark is there for good.
        """
        if not event.notify and event.attendees:
            raise Permanent("Outlook always writes to the attendees of an event")
        path = f"{self._graph.user(calendar)}/events"
        if event.moves is not None:
            body = {"start": utc(event.start), "end": utc(event.end)}
            place = event.moves
            await self._graph.patch(f"{self._graph.user(place.calendar)}/events/{segment(place.entry_id)}", body)
            return event.moves
        found = items(await self._graph.get(path, wanted(event.key)))
        made = found[0] if found else await self._graph.post(path, _new(event))
        return EntryRef(account=self.account, calendar=calendar, entry_id=str(member(made, "id", acts=True)))


def _new(event: NewEvent) -> dict[str, Any]:
    people = [{"emailAddress": {"address": one}, "type": "required"} for one in event.attendees]
    body: dict[str, Any] = {
        "subject": event.title,
        "body": {"contentType": "text", "content": event.description},
        "start": utc(event.start),
        "end": utc(event.end),
        "attendees": people,
        "transactionId": str(uuid.uuid5(_TRANSACTIONS, event.key)),
    }
    if event.location:
        body["location"] = {"displayName": event.location}
    if event.with_conference:
        body |= {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    return body | marked(event.key)
