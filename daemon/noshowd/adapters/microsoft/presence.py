"""Who was in a Teams meeting: attendance reports afterwards, and what the meeting's chat gives away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from noshowd.adapters.microsoft.conference import (
    PLATFORM,
    Conference,
    conference_of,
    thread_id,
)
from noshowd.adapters.microsoft.graph import Graph, segment
from noshowd.adapters.microsoft.presence_wire import Report, chat_sightings, report, stays, told_at
from noshowd.adapters.microsoft.wire import instant
from noshowd.domain.evidence import Blind, Coverage, Observation, Sighting, SourceTraits
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span
from noshowd.ports.errors import Permanent

#: Sessions that touch the slot or this much around it belong to this occurrence.
_MARGIN = timedelta(minutes=15)
#: Graph lists the newest reports only.
_MOST_REPORTS = 50
_PAGE = "50"
#: Without it a system message is of an unknown type.
_CHAT_PREFER = "include-unknown-enum-members"


def _slot(meeting: Meeting) -> Span:
    return Span(start=meeting.start - _MARGIN, end=meeting.end + _MARGIN)


class AttendanceReports:
    """Final once a session has ended, and blind before.

    Needs the application rights OnlineMeetings.Read.All and OnlineMeetingArtifact.Read.All and, in Teams, an
    application access policy for each organiser.
    """

    def __init__(self, graph: Graph, *, name: str = "teams_reports") -> None:
        self._graph = graph
        self.traits = SourceTraits(
            name=name,
            keeps_history=True,
            ended_only=True,
            blind=frozenset({Blind.LOBBY}),
            # When a report appears after the end is not documented: minutes, as a rule.
            lag=timedelta(minutes=10),
            settles_after=timedelta(minutes=60),
        )

    def sees(self, meeting: Meeting) -> bool:
        """Only meetings that one of our own mailboxes organises: nobody else's reports can be read."""
        return meeting.place.platform == PLATFORM and self._graph.settings.owns(meeting.organizer)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        conference = await conference_of(self._graph, meeting)
        if conference is None:
            return Observation()
        place = conference.path
        found, complete = await self._reports(place, _slot(meeting))
        sightings: list[Sighting] = []
        clear = complete
        for one in found:
            seen, identified = await self._stays(place, one, conference)
            sightings += seen
            clear = clear and identified
        covered = now - self.traits.lag
        if not sightings or not all(one.finished for one in found) or covered <= since:
            return Observation(sightings=tuple(sightings))
        coverage = Coverage(
            source=self.traits.name,
            span=Span(start=since, end=covered),
            ended_only=True,
            blind=self.traits.blind,
            conference=conference.meeting_id,
            presence_only=not clear,
        )
        return Observation(sightings=tuple(sightings), coverages=(coverage,))

    async def _reports(self, place: str, slot: Span) -> tuple[list[Report], bool]:
        """The sessions of this occurrence, and whether the list surely has all of them."""
        found = [report(one) async for page in self._graph.pages(f"{place}/attendanceReports") for one in page]
        cut = len(found) >= _MOST_REPORTS and min(one.began for one in found) > slot.start
        return [one for one in found if one.touches(slot)], not cut

    async def _stays(self, place: str, found: Report, conference: Conference) -> tuple[list[Sighting], bool]:
        """Everybody in one report, and whether it names each person it counts by a verified identity."""
        if not found.finished:
            return [], False
        path = f"{place}/attendanceReports/{segment(found.report_id)}/attendanceRecords"
        records = [one async for page in self._graph.pages(path) for one in page]
        seen = [
            sighting
            for one in records
            for sighting in stays(self.traits.name, conference.meeting_id, found, one, conference.addresses)
        ]
        timed = all(one.get("attendanceIntervals") for one in records)
        named = all(sighting.identity.verified for sighting in seen)
        return seen, timed and named and len(records) == found.counted


class MeetingChat:
    """System messages of the meeting's chat: sightings, never coverage, because messages go missing.

    Needs the application right Chat.Read.All (or ChatMessage.Read.Chat in a chat); nothing but system
    messages is looked at. OnlineMeetings.Read.All turns ids into addresses.
    """

    def __init__(self, graph: Graph, *, name: str = "teams_chat") -> None:
        self._graph = graph
        self.traits = SourceTraits(
            name=name, presence_only=True, lag=timedelta(seconds=30), settles_after=timedelta(minutes=15)
        )

    def sees(self, meeting: Meeting) -> bool:
        """Only chats of our own tenant can be read, and only the long join address names the chat."""
        return (
            meeting.place.platform == PLATFORM
            and thread_id(meeting.place.url) is not None
            and self._graph.settings.owns(meeting.organizer)
        )

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        chat = thread_id(meeting.place.url)
        if chat is None:
            return Observation()
        addresses: Mapping[str, str] | None = None
        sightings: list[Sighting] = []
        query = {
            "$top": _PAGE,
            "$orderby": "lastModifiedDateTime desc",
            "$filter": f"lastModifiedDateTime gt {instant(since)}",
        }
        path = f"/chats/{segment(chat)}/messages"
        async for page in self._graph.pages(path, query, prefer=_CHAT_PREFER):
            for message in page:
                at = told_at(message)
                if at is None or not since <= at <= now:
                    continue
                if addresses is None:
                    addresses = await self._addresses(meeting)
                sightings += chat_sightings(self.traits.name, message, at, addresses)
        # Newest first: of one stay the later message says more.
        latest = {one.stay: one for one in reversed(sightings)}
        return Observation(sightings=tuple(latest.values()))

    async def _addresses(self, meeting: Meeting) -> Mapping[str, str]:
        try:
            found = await conference_of(self._graph, meeting)
        except Permanent:  # the right to look the meeting up is an extra
            return {}
        return found.addresses if found else {}
