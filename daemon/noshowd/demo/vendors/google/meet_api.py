"""Meet v2, reading: spaces, conference records, participants and their sessions, to whom they are shown."""

from __future__ import annotations

import hashlib
import operator
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from noshowd.demo.vendors.google.call import Call, Handler, stamp
from noshowd.demo.vendors.google.meetings import Conference, Joined, Meetings, Space, Stay
from noshowd.demo.vendors.google.paging import Pager
from noshowd.demo.vendors.google.people import People
from noshowd.demo.vendors.google.refusals import Refusal, invalid, not_found

Json = dict[str, Any]
_CONDITION = re.compile(r'\s*([a-z_.]+)\s*(?:(IS NULL)|(<=|>=|=|<|>)\s*"([^"]*)")\s*')
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class MeetApi:
    """Settings are shown to the owner, a running conference to owner and participants (facts, 2.2)."""

    def __init__(self, meetings: Meetings, people: People, pager: Pager) -> None:
        self._meetings = meetings
        self._people = people
        self._pager = pager

    def handlers(self) -> dict[str, Handler]:
        records = "meet.conferenceRecords"
        return {
            "meet.spaces.get": self.space,
            f"{records}.list": self.records,
            f"{records}.get": lambda call: _record(self._conference(call.path["name"], call)),
            f"{records}.participants.list": self.participants,
            f"{records}.participants.participantSessions.list": self.sessions,
        }

    def space(self, call: Call) -> Json:
        space = self._meetings.space(call.path["name"].removeprefix("spaces/"))
        if space is None:
            raise not_found("Requested entity was not found.")
        shown: Json = {
            "name": f"spaces/{space.id}",
            "meetingUri": f"https://meet.google.com/{space.code}",
            "meetingCode": space.code,
        }
        if call.user == space.owner:
            shown["config"] = {"accessType": "TRUSTED", "entryPointAccess": "ALL"}
        running = [c for c in self._meetings.conferences(space, call.now) if c.ended is None]
        if running and _may_see(running[0], call.user):
            shown["activeConference"] = {"conferenceRecord": f"conferenceRecords/{running[0].id}"}
        return shown

    def records(self, call: Call) -> Json:
        tests = _conditions(
            call.query.get("filter", ""), {"space.meeting_code", "space.name", "start_time", "end_time"}
        )
        seen = [
            c
            for s in self._meetings.spaces()
            for c in self._meetings.conferences(s, call.now)
            if _may_see(c, call.user)
        ]
        seen.sort(key=lambda c: c.started, reverse=True)
        rows = [_record(c) for c in seen if all(test(_record_fields(c)) for test in tests)]
        return self._page("conferenceRecords", rows, call, size=25, most=100)

    def participants(self, call: Call) -> Json:
        conference = self._conference(call.path["parent"], call)
        tests = _conditions(call.query.get("filter", ""), {"earliest_start_time", "latest_end_time"})
        rows = []
        for stays in _by_visitor(conference.stays):
            began, ended = stays[0].joined, _last_end(stays)
            if all(test({"earliest_start_time": began, "latest_end_time": ended}) for test in tests):
                rows.append((began, self._participant(conference, stays)))
        rows.sort(key=lambda row: row[0], reverse=True)
        page = self._page("participants", [p for _, p in rows], call, size=100, most=250)
        if "totalSize" in call.query.get("fields", ""):
            page["totalSize"] = len(rows)
        return page

    def sessions(self, call: Call) -> Json:
        record, _, participant = call.path["parent"].rpartition("/participants/")
        conference = self._conference(record, call)
        tests = _conditions(call.query.get("filter", ""), {"start_time", "end_time"})
        stays = next((s for s in _by_visitor(conference.stays) if _participant_id(s) == participant), None)
        if stays is None:
            raise not_found("Requested entity was not found.")
        rows = [
            {
                "name": f"{call.path['parent']}/participantSessions/{s.id}",
                **_times("startTime", s.joined, "endTime", s.left),
            }
            for s in stays
            if all(test({"start_time": s.joined, "end_time": s.left}) for test in tests)
        ]
        return self._page("participantSessions", rows[::-1], call, size=100, most=250)

    def _conference(self, name: str, call: Call) -> Conference:
        wanted = name.removeprefix("conferenceRecords/")
        for space in self._meetings.spaces():
            for conference in self._meetings.conferences(space, call.now):
                if conference.id == wanted:
                    if not _may_see(conference, call.user):
                        raise Refusal(403, "PERMISSION_DENIED", "Permission denied on resource ConferenceRecord.")
                    return conference
        raise not_found("Requested entity was not found.")

    def _participant(self, conference: Conference, stays: list[Stay]) -> Json:
        visitor = stays[0].visitor
        who: Json = {"displayName": visitor.name}
        if visitor.how is Joined.SIGNED_IN:
            who["user"] = f"users/{self._people.account_id(visitor.address or visitor.name)}"
        return {
            "name": f"conferenceRecords/{conference.id}/participants/{_participant_id(stays)}",
            visitor.how.value: who,
            **_times("earliestStartTime", stays[0].joined, "latestEndTime", _last_end(stays)),
        }

    def _page(self, kind: str, rows: list[Json], call: Call, *, size: int, most: int) -> Json:
        here, beside = self._pager.page(call.query, rows, size=min(call.query.get("pageSize") or size, most))
        return {**({kind: here} if here else {}), **beside}


def _may_see(conference: Conference, user: str) -> bool:
    return user == conference.space.owner or conference.attended(user)


def _record(conference: Conference) -> Json:
    expires = (conference.ended or conference.started) + timedelta(days=30)
    return {
        "name": f"conferenceRecords/{conference.id}",
        "space": f"spaces/{conference.space.id}",
        "expireTime": stamp(expires),
        **_times("startTime", conference.started, "endTime", conference.ended),
    }


def _record_fields(conference: Conference) -> Json:
    space: Space = conference.space
    return {
        "space.meeting_code": space.code,
        "space.name": f"spaces/{space.id}",
        "start_time": conference.started,
        "end_time": conference.ended,
    }


def _by_visitor(stays: tuple[Stay, ...]) -> list[list[Stay]]:
    """Stays of one signed-in account are one participant; anybody else is one for each device."""
    groups: dict[str, list[Stay]] = {}
    for stay in stays:
        key = stay.visitor.address if stay.visitor.how is Joined.SIGNED_IN and stay.visitor.address else stay.id
        groups.setdefault(key, []).append(stay)
    return list(groups.values())


def _participant_id(stays: list[Stay]) -> str:
    return hashlib.sha256(stays[0].id.encode()).hexdigest()[:20]


def _last_end(stays: list[Stay]) -> datetime | None:
    ends = [s.left for s in stays if s.left is not None]
    return max(ends) if len(ends) == len(stays) else None


def _times(first: str, began: datetime, second: str, ended: datetime | None) -> Json:
    return {first: stamp(began), **({second: stamp(ended)} if ended else {})}


def _conditions(text: str, fields: set[str]) -> list[Callable[[Json], bool]]:
    """The filter's conditions, joined by AND. A 400 for anything the documentation does not have."""
    if not text:
        return []
    tests = []
    for part in text.split(" AND "):
        match = _CONDITION.fullmatch(part)
        if match is None or match[1] not in fields:
            raise invalid(f"Invalid filter: {part}", location="filter")
        tests.append(_condition(match[1], match[3], match[4]))
    return tests


def _condition(name: str, sign: str | None, text: str | None) -> Callable[[Json], bool]:
    if sign is None or text is None:
        return lambda row: row[name] is None
    value: Any = text
    if name.endswith("_time"):
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise invalid(f"Invalid filter: {name} is compared with {text}", location="filter") from None
    compare = _COMPARE[sign]
    return lambda row: row[name] is not None and compare(row[name], value)
