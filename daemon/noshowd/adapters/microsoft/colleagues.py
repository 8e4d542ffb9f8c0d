"""Whether colleagues are in a Teams call now: a hint to leave them alone, and never evidence of a meeting."""

from __future__ import annotations

from noshowd.adapters.microsoft.graph import Graph, items, member
from noshowd.adapters.microsoft.refusals import NotThere

#: States that Teams shows of somebody who really is in a call. `InAMeeting` is none: it is set by the calendar alone.
_IN_A_CALL = frozenset({"inacall", "inaconferencecall", "presenting"})
#: Microsoft's limit for one request.
_MOST = 650


class ColleaguePresence:
    """Needs the application right Presence.Read.All; asked about our own mailboxes only, and nothing is kept."""

    def __init__(self, graph: Graph, *, name: str) -> None:
        self.name = name
        self._graph = graph
        #: Object ids, which never change, by address.
        self._ids: dict[str, str] = {}

    async def in_a_call(self, addresses: frozenset[str]) -> frozenset[str]:
        ours = [address for address in sorted(addresses) if self._graph.settings.owns(address)]
        by_id = {one: address for address in ours[:_MOST] if (one := await self._id(address)) is not None}
        if not by_id:
            return frozenset()
        told = items(await self._graph.post("/communications/getPresencesByUserId", {"ids": sorted(by_id)}))
        busy = {str(one.get("id")) for one in told if str(one.get("activity")).lower() in _IN_A_CALL}
        return frozenset(address for one, address in by_id.items() if one in busy)

    async def _id(self, address: str) -> str | None:
        if address not in self._ids:
            try:
                found = await self._graph.get(self._graph.user(address), {"$select": "id"})
            except NotThere:
                return None
            self._ids[address] = str(member(found, "id"))
        return self._ids[address]
