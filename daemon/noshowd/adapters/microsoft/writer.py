"""Creates and moves events, once for each key."""

from __future__ import annotations

import uuid
from datetime import datetime
from html import escape
from typing import Any

from noshowd.adapters.microsoft.graph import Graph, items, member, segment
from noshowd.adapters.microsoft.marks import carries, marked, mover, read_mover, wanted
from noshowd.adapters.microsoft.pacing import Urgency
from noshowd.adapters.microsoft.refusals import NotThere
from noshowd.adapters.microsoft.wire import Malformed, utc, utc_moment
from noshowd.domain.entry import EntryRef
from noshowd.ports.calendar import NewEvent
from noshowd.ports.errors import Changed, Permanent, Temporary

_TRANSACTIONS = uuid.UUID("b7d1b0ce-6a55-4f0e-9c0b-5d0f1b8f7a52")
#: The body as it lies there: only as HTML does it still hold the block with the link after it is written back.
_WHOLE = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="html"'
_FIELDS = "id,start,end,isCancelled,isOnlineMeeting,attendees"
_TEAMS = {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}


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
        if event.moves is not None:
            await self._move(event.moves, event)
            return event.moves
        _refuse_quiet(event, event.attendees)
        path = f"{self._graph.user(calendar)}/events"
        found = items(await self._graph.get(path, wanted(event.key), urgency=Urgency.SEND))
        made = found[0] if found else await self._graph.post(path, _new(event))
        return EntryRef(account=self.account, calendar=calendar, entry_id=str(member(made, "id", acts=True)))

    async def _move(self, place: EntryRef, event: NewEvent) -> None:
        """Only what changes is written: Teams link, text and people stay as they are.

        A move that was made already is not made again: everybody invited would get a second update.
        """
        path = f"{self._graph.user(place.calendar)}/events/{segment(place.entry_id)}"
        fields = f"{_FIELDS},body" if event.note else _FIELDS
        try:
            query = {"$select": fields} | read_mover()
            found = await self._graph.get(path, query, prefer=_WHOLE, urgency=Urgency.SEND)
        except NotThere:
            raise Changed("the event is no longer there") from None
        if carries(found, event.key):
            return
        if found.get("isCancelled"):
            raise Changed("the event was cancelled")
        if event.expected_start is not None and _start(found) != event.expected_start:
            raise Changed("the event was moved by somebody else")
        _refuse_quiet(event, found.get("attendees") or ())
        change: dict[str, Any] = {"start": utc(event.start), "end": utc(event.end)} | mover(event.key)
        if event.note:
            change["body"] = {"contentType": "html", "content": _with_note(found, event.note)}
        if event.with_conference and not found.get("isOnlineMeeting"):
            change |= _TEAMS
        await self._graph.patch(path, change)


def _refuse_quiet(event: NewEvent, attendees: Any) -> None:
    if not event.notify and attendees:
        raise Permanent("Outlook always writes to the attendees of an event")


def _start(found: dict[str, Any]) -> datetime:
    try:
        return utc_moment(member(found, "start"))
    except (Malformed, KeyError, TypeError, ValueError) as error:
        raise Temporary("Graph's answer has no start") from error


def _with_note(found: dict[str, Any], note: str) -> str:
    """The body with a line below it. Without the block that Outlook put into it, the Teams link would die."""
    body = str((found.get("body") or {}).get("content") or "")
    line = f"<p>{escape(note)}</p>"
    head, end, tail = body.rpartition("</body>")
    return f"{head}{line}{end}{tail}" if end else f"{body}{line}"


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
        body |= _TEAMS
    return body | marked(event.key)
