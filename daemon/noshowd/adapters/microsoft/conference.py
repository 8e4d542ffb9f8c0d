"""From a Teams join address to the meeting behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from noshowd.adapters.microsoft.graph import Graph, items, member, segment
from noshowd.adapters.microsoft.refusals import NotThere
from noshowd.domain.meeting import Meeting

_THREAD = re.compile(r"19:meeting_[^/?#]+@thread\.v2")
PLATFORM = "teams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """An online meeting as its organiser's side knows it."""

    meeting_id: str
    #: Where it lies: below the organiser's object id, which paths want instead of an address, or the signed-in person.
    path: str
    #: Addresses of invited members by object id.
    addresses: Mapping[str, str] = field(default_factory=dict)


def thread_id(url: str | None) -> str | None:
    """The chat of the meeting, as the long form of a join address names it; None for the short form."""
    found = _THREAD.search(unquote(url or ""))
    return found[0] if found else None


def organizer_id(url: str | None) -> str | None:
    """The organiser's object id, where the join address tells it."""
    for context in parse_qs(urlsplit(url or "").query).get("context", []):
        try:
            return str(json.loads(context)["Oid"])
        except (ValueError, KeyError, TypeError):
            return None
    return None


async def conference_of(graph: Graph, meeting: Meeting) -> Conference | None:
    """The online meeting behind a join address; None when the organiser has none of that address.

    Asks for OnlineMeetings.Read.All, and for User.ReadBasic.All where the address does not name the organiser.
    """
    url = meeting.place.url or ""
    owner = await _owner(graph, meeting, url)
    if owner is None:
        return None
    wanted = url.replace("'", "''")
    query = {"$filter": f"JoinWebUrl eq '{wanted}'"}
    try:
        found = items(await graph.get(f"{owner}/onlineMeetings", query))
    except NotThere:
        return None
    if not found:
        return None
    meeting_id = str(member(found[0], "id"))
    path = f"{owner}/onlineMeetings/{segment(meeting_id)}"
    return Conference(meeting_id=meeting_id, path=path, addresses=_addresses(found[0]))


async def _owner(graph: Graph, meeting: Meeting, url: str) -> str | None:
    """The path of the organiser, as online meetings want it."""
    address = meeting.organizer
    if address is not None and graph.settings.is_own(address):
        return graph.user(address)
    found = organizer_id(url) or await _object_id(graph, address)
    return graph.user(found) if found else None


async def _object_id(graph: Graph, address: str | None) -> str | None:
    if address is None:
        return None
    try:
        return str(member(await graph.get(graph.user(address), {"$select": "id"}), "id"))
    except NotThere:
        return None


def _addresses(meeting: dict[str, Any]) -> dict[str, str]:
    people = meeting.get("participants") or {}
    found = {}
    for one in [people.get("organizer") or {}, *(people.get("attendees") or [])]:
        member = ((one.get("identity") or {}).get("user") or {}).get("id")
        if member and one.get("upn"):
            found[str(member)] = str(one["upn"])
    return found
