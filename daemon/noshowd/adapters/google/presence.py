"""Google Meet as a presence source: who was in the room and when, read as the organiser.

Only the owner of a space is told everything; from anybody else "nothing there" means nothing (facts, 2.2). People
who knock are invisible to the API.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.meet_wire import CODE, account_id, identity, instant, sighting
from noshowd.adapters.google.people import AddressBook
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.settings import MeetSettings
from noshowd.domain.evidence import Blind, Coverage, Observation, Sighting, SourceTraits
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span
from noshowd.ports.errors import Permanent, Temporary

Json = dict[str, Any]
_SPACE = Method(api="meet", name="spaces.get", scope=Scope.MEET)
_RECORDS = Method(api="meet", name="conferenceRecords.list", scope=Scope.MEET)
_PARTICIPANTS = Method(api="meet", name="conferenceRecords.participants.list", scope=Scope.MEET)
_SESSIONS = Method(api="meet", name="conferenceRecords.participants.participantSessions.list", scope=Scope.MEET)
#: A conference that runs into the window may have begun long before it.
_LONGEST_CONFERENCE = timedelta(hours=24)
#: Beyond so many participants, sessions are no longer asked for one by one.
_SESSIONS_FOR = 30
_ENDED_KEPT = 10_000
#: What Meet never shows: people who knock.
BLIND = frozenset({Blind.LOBBY})


class MeetPresence:
    """Looks at Meet rooms that one of our people owns; at others' only for what can be proved to be there."""

    def __init__(self, client: GoogleClient, settings: MeetSettings) -> None:
        self.traits = SourceTraits(
            name=settings.name, keeps_history=True, blind=BLIND, lag=settings.lag, settles_after=timedelta(minutes=5)
        )
        self._client = client
        self._people = AddressBook(client, settings.lookup)
        #: Sessions of those who left, by participant and time of leaving: they change no more.
        self._ended: dict[tuple[str, str], list[Json]] = {}

    def sees(self, meeting: Meeting) -> bool:
        """A Meet room by its code, and somebody of ours in whose name it can be looked at."""
        code = (meeting.place.meeting_id or "").lower()
        return (
            meeting.place.platform == "google_meet"
            and CODE.fullmatch(code) is not None
            and self._viewer(meeting) is not None
        )

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        """Coverage only for a room that the viewer owns and whose records do not contradict each other."""
        viewer = self._viewer(meeting)
        if viewer is None:
            raise Permanent("no_account_for_organizer")
        try:
            return await self._look(meeting, viewer, since, now)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Temporary("answer_malformed") from None

    async def _look(self, meeting: Meeting, viewer: str, since: datetime, now: datetime) -> Observation:
        space = await self._space(meeting, viewer)
        records = await self._records(space, viewer, since)
        seen: list[Sighting] = []
        believable = "config" in space  # settings are shown to the owner alone
        running = space.get("activeConference", {}).get("conferenceRecord")
        listed = running is None or any(r["name"] == running for r in records)
        for record in records if listed else [*records, {"name": running}]:
            found = await self._record(record, space["name"], viewer, now)
            seen += found
            # a conference is begun by somebody; one without participants is a list that was not filled in
            believable = believable and bool(found)
        relevant = tuple(s for s in seen if s.until > since and s.began < now)
        until = now - self.traits.lag
        if not (believable and listed) or until <= since:
            return Observation(sightings=relevant)
        coverage = Coverage(
            source=self.traits.name, span=Span(start=since, end=until), blind=BLIND, conference=space["name"]
        )
        return Observation(sightings=relevant, coverages=(coverage,))

    def _viewer(self, meeting: Meeting) -> str | None:
        """The organiser where possible, else whoever of ours has a copy."""
        candidates = (meeting.organizer, *(copy.calendar for copy in meeting.copies))
        return next((c for c in candidates if c and self._client.sign_ins.can_act_as(c)), None)

    async def _space(self, meeting: Meeting, viewer: str) -> Json:
        """The room now behind the code, which may have wandered since (facts, 2.2)."""
        code = (meeting.place.meeting_id or "").lower()
        try:
            return await self._client.call(
                _SPACE, subject=viewer, name=f"spaces/{code}", fields="name,config/accessType,activeConference"
            )
        except Refused as refused:
            raise Permanent("meeting_code_unknown") if refused.status == 404 else refused from None

    async def _records(self, space: Json, viewer: str, since: datetime) -> list[Json]:
        """Conferences of this room that touch the time since `since`; one code has many."""
        begun = (since - _LONGEST_CONFERENCE).isoformat(timespec="seconds")
        records: list[Json] = []
        pages = self._client.pages(
            _RECORDS,
            subject=viewer,
            filter=f'space.name = "{space["name"]}" AND start_time >= "{begun}"',
            pageSize=100,
            fields="conferenceRecords(name,startTime,endTime),nextPageToken",
        )
        async for page in pages:
            records += page.get("conferenceRecords", ())
        return [r for r in records if "endTime" not in r or instant(r["endTime"]) > since]

    async def _record(self, record: Json, space: str, viewer: str, now: datetime) -> list[Sighting]:
        """Everybody who was in one conference."""
        participants: list[Json] = []
        pages = self._client.pages(
            _PARTICIPANTS,
            subject=viewer,
            parent=record["name"],
            pageSize=250,
            fields="participants,nextPageToken",
        )
        async for page in pages:
            participants += page.get("participants", ())
        ids = {i for i in map(account_id, participants) if i}
        addresses = await self._people.addresses(ids, subject=viewer, now=now)
        known_until = now - self.traits.lag
        # when the conference is over, so is every stay of which no end is told
        over = {"endTime": record["endTime"]} if "endTime" in record else {}
        return [
            sighting(
                {**over, **visit},
                participant,
                source=self.traits.name,
                conference=space,
                who=identity(participant, addresses),
                known_until=known_until,
            )
            for participant in participants
            for visit in await self._visits(participant, viewer, few=len(participants) <= _SESSIONS_FOR)
        ]

    async def _visits(self, participant: Json, viewer: str, *, few: bool) -> list[Json]:
        """Their sessions, one for each device and joining; in a crowd the participant as a whole."""
        if not few:
            return [participant]
        key = (participant["name"], participant.get("latestEndTime", ""))
        if key in self._ended:
            return self._ended[key]
        visits: list[Json] = []
        pages = self._client.pages(
            _SESSIONS,
            subject=viewer,
            parent=participant["name"],
            pageSize=250,
            fields="participantSessions(name,startTime,endTime),nextPageToken",
        )
        async for page in pages:
            visits += page.get("participantSessions", ())
        visits = visits or [participant]
        if key[1]:
            if len(self._ended) >= _ENDED_KEPT:
                self._ended.clear()
            self._ended[key] = visits
        return visits
