"""Teams of the simulated tenant: meetings by join address, attendance reports, chats, presence."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from noshowd.demo.vendors.microsoft.answers import (
    Answer,
    Call,
    Refusal,
    Route,
    instant,
    paged,
    route,
)
from noshowd.demo.vendors.microsoft.minutes import call_ended, call_started, meeting, records, report, roster
from noshowd.demo.vendors.microsoft.people import People, User, object_id
from noshowd.demo.vendors.microsoft.rooms import Participant, Room, Session, Stay, new_room

_JOIN_URL = re.compile(r"JoinWebUrl eq '(.+)'$", re.IGNORECASE)
_SINCE = re.compile(r"lastModifiedDateTime gt (\S+)$")
_MEETINGS = "/users/{}/onlineMeetings"
_ARTIFACTS = "OnlineMeetingArtifact.Read.All"


class Teams:
    """Every online meeting of the tenant."""

    def __init__(self, tenant_id: str, people: People, now: Callable[[], datetime], lock: threading.RLock) -> None:
        self.tenant_id = tenant_id
        self.people = people
        self.now = now
        self.lock = lock
        self.rooms: dict[str, Room] = {}
        #: Whether an application access policy was granted.
        self.access_policy = True
        #: How long after its end a session's report exists.
        self.report_delay = timedelta(minutes=2)
        #: Whether Teams forgets to write that a call ended, as it sometimes does.
        self.loses_end = False
        #: Whether an admin hid the times in reports, or addresses are left empty.
        self.hides_times = False
        self.hides_addresses = False
        #: Addresses of people whom reports count and do not name.
        self.opted_out: set[str] = set()
        self.longest_page = 100
        #: Called with join address, beginning of the call, and what happened in it.
        self.listeners: list[Callable[[str, datetime, dict[str, Any]], None]] = []
        #: Activity shown for a person, by address.
        self.activities: dict[str, str] = {}

    def open_room(
        self, organizer: str, subject: str, attendees: dict[str, str], *, join_url: str | None = None
    ) -> Room:
        """Make a meeting; `attendees` are names by address."""
        with self.lock:
            room = new_room(self.tenant_id, organizer, subject, len(self.rooms), join_url)
            room.attendees = attendees
            self.rooms[room.join_url] = room
        return room

    def join(self, join_url: str, who: Participant, device: str = "laptop") -> None:
        """Somebody comes in; the first one starts the call."""
        with self.lock:
            room = self.rooms[join_url]
            session = room.running
            if session is None:
                session = Session(number=len(room.sessions) + 1, began=self.now())
                room.sessions.append(session)
                self._say(room, call_started(session, who))
                self._tell(room, session, {"eventType": "callStarted"})
            stay = Stay(who, device, self.now())
            session.stays.append(stay)
            self._tell(room, session, roster(session, stay))

    def leave(self, join_url: str, who: Participant, device: str = "laptop") -> None:
        """Somebody goes; the last one ends the call."""
        with self.lock:
            room = self.rooms[join_url]
            session = room.running
            if session is None:
                raise ValueError(f"no call is running in {join_url}")
            for stay in session.stays:
                if (stay.who, stay.device) == (who, device) and stay.left is None:
                    stay.left = self.now()
                    self._tell(room, session, roster(session, stay))
            if all(stay.left for stay in session.stays):
                session.ended = self.now()
                if not self.loses_end:
                    self._say(room, call_ended(session))
                self._tell(room, session, {"eventType": "callEnded"})

    def knock(self, join_url: str, who: Participant) -> None:
        """Somebody waits to be let in while a call runs."""
        with self.lock:
            room = self.rooms[join_url]
            session = room.running
            if session is None:
                raise ValueError(f"no call is running in {join_url}")
            waiting = Stay(who, "lobby", self.now())
            self._tell(room, session, roster(session, waiting, lobby=True))

    def _tell(self, room: Room, session: Session, content: dict[str, Any]) -> None:
        for listener in self.listeners:
            listener(room.join_url, session.began, content | {"eventDateTime": instant(self.now())})

    def say(self, join_url: str, text: str) -> None:
        """Somebody writes into the chat of the meeting."""
        with self.lock:
            self._say(self.rooms[join_url], None, text)

    def _say(self, room: Room, detail: dict[str, Any] | None, text: str = "") -> None:
        at = instant(self.now())
        room.chat.append(
            {
                "id": str(1_700_000_000_000 + len(room.chat)),
                "messageType": "systemEventMessage" if detail else "message",
                "createdDateTime": at,
                "lastModifiedDateTime": at,
                "chatId": room.thread_id,
                "body": {"contentType": "html", "content": text or "<systemEventMessage/>"},
                "eventDetail": detail,
            }
        )

    def routes(self) -> list[Route]:
        reports = f"{_MEETINGS}/{{}}/attendanceReports"
        return [
            route("GET", "/users/{}", "User.ReadBasic.All User.Read.All", self._user),
            route("GET", _MEETINGS, "OnlineMeetings.Read.All", self._meetings),
            route("GET", reports, _ARTIFACTS, self._reports),
            route("GET", f"{reports}/{{}}/attendanceRecords", _ARTIFACTS, self._records),
            route("GET", "/chats/{}/messages", "Chat.Read.All ChatMessage.Read.Chat", self._messages),
            route("POST", "/communications/getPresencesByUserId", "Presence.Read.All", self._seen),
        ]

    def _user(self, _call: Call, reference: str) -> Answer:
        user = self.people.find(reference)
        return Answer(body={"id": user.object_id, "displayName": user.name, "mail": user.address})

    def _organizer(self, reference: str) -> User:
        user = self.people.by_object_id(reference)
        if not self.access_policy:
            raise Refusal(403, "Forbidden", "No Application Access Policy found for this app.")
        return user

    def _meetings(self, call: Call, reference: str) -> Answer:
        user = self._organizer(reference)
        wanted = _JOIN_URL.match(call.query.get("$filter", ""))
        if wanted is None:
            raise Refusal(400, "InvalidArgument", "A filter by JoinWebUrl is required.")
        room = self.rooms.get(wanted[1])
        found = [meeting(room)] if room and room.organizer == user.address else []
        return Answer(body={"value": found})

    def _room(self, reference: str, meeting_id: str) -> Room:
        user = self._organizer(reference)
        for room in self.rooms.values():
            if room.meeting_id == meeting_id and room.organizer == user.address:
                return room
        raise Refusal(404, "NotFound", "The meeting was not found.")

    def _reports(self, call: Call, reference: str, meeting_id: str) -> Answer:
        """The newest 50; a running session shows an empty report, one just ended none yet."""
        room = self._room(reference, meeting_id)
        shown = [report(s) for s in reversed(room.sessions) if room.reports and self._written(s)]
        return paged(shown[:50], call, default=50, most=50)

    def _written(self, session: Session) -> bool:
        return session.ended is None or session.ended + self.report_delay <= self.now()

    def _records(self, call: Call, reference: str, meeting_id: str, report_id: str) -> Answer:
        room = self._room(reference, meeting_id)
        for session in room.sessions:
            if report_id == f"report-{session.number}" and self._written(session):
                return paged(self._shown(session), call, default=100, most=self.longest_page)
        raise Refusal(404, "NotFound", "The attendance report was not found.")

    def _shown(self, session: Session) -> list[dict[str, Any]]:
        shown = [one for one in records(session) if one["emailAddress"] not in self.opted_out]
        for one in shown:
            if self.hides_times:
                one["attendanceIntervals"] = []
            if self.hides_addresses:
                one["emailAddress"] = None
        return shown

    def _messages(self, call: Call, chat_id: str) -> Answer:
        room = next((r for r in self.rooms.values() if r.thread_id == chat_id), None)
        if room is None:
            raise Refusal(404, "NotFound", "The chat was not found.")
        if int(call.query.get("$top", 20)) > 50:
            raise Refusal(400, "BadRequest", "The limit of '50' for Top query has been exceeded.")
        since = _SINCE.match(call.query.get("$filter", ""))
        if call.query.get("$orderby") != "lastModifiedDateTime desc":
            since = None
        shown = [m for m in reversed(room.chat) if not since or m["lastModifiedDateTime"] > since[1]]
        if call.prefers("include-unknown-enum-members") is None:
            hidden = {"systemEventMessage": "unknownFutureValue"}
            shown = [m | {"messageType": hidden.get(m["messageType"], "message")} for m in shown]
        return paged(shown, call, default=20, most=50)

    def _seen(self, call: Call) -> Answer:
        if len(call.body["ids"]) > 650:
            raise Refusal(400, "BadRequest", "At most 650 ids may be asked for.")
        by_id = {object_id(address): activity for address, activity in self.activities.items()}
        seen = [{"id": i, "activity": by_id.get(i, "PresenceUnknown")} for i in call.body["ids"]]
        return Answer(body={"value": seen})
