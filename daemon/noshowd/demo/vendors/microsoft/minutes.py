"""What Teams writes down about its meetings: the meeting itself, attendance reports, messages of the chat."""

from __future__ import annotations

from typing import Any

from noshowd.demo.vendors.microsoft.answers import instant
from noshowd.demo.vendors.microsoft.people import object_id
from noshowd.demo.vendors.microsoft.rooms import Participant, Room, Session, Stay


def meeting(room: Room) -> dict[str, Any]:
    def person(address: str, role: str, name: str | None) -> dict[str, Any]:
        identity = {"user": {"id": object_id(address), "displayName": name}}
        return {"upn": address, "role": role, "identity": identity}

    return {
        "id": room.meeting_id,
        "joinWebUrl": room.join_url,
        "subject": room.subject,
        "chatInfo": {"threadId": room.thread_id, "messageId": "0"},
        "participants": {
            "organizer": person(room.organizer, "presenter", None),
            "attendees": [person(a, "attendee", name) for a, name in room.attendees.items()],
        },
    }


def report(session: Session) -> dict[str, Any]:
    running = session.ended is None
    return {
        "id": f"report-{session.number}",
        "totalParticipantCount": 0 if running else len({s.who for s in session.stays}),
        "meetingStartDateTime": instant(session.began),
        "meetingEndDateTime": None if session.ended is None else instant(session.ended),
    }


def records(session: Session) -> list[dict[str, Any]]:
    if session.ended is None:
        return []
    people = dict.fromkeys(stay.who for stay in session.stays)
    return [_record(session, number, who) for number, who in enumerate(people, 1)]


def _record(session: Session, number: int, who: Participant) -> dict[str, Any]:
    stays = [(s.joined, s.left) for s in session.stays if s.who == who and s.left is not None]
    lengths = [int((left - joined).total_seconds()) for joined, left in stays]
    return {
        "id": f"record-{number}",
        "emailAddress": who.address,
        "identity": who.identity,
        "role": "Attendee",
        "totalAttendanceInSeconds": sum(lengths),
        "attendanceIntervals": [
            {
                "joinDateTime": instant(joined),
                "leaveDateTime": instant(left),
                "durationInSeconds": length,
            }
            for (joined, left), length in zip(stays, lengths, strict=True)
        ],
    }


def call_started(session: Session, who: Participant) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.callStartedEventMessageDetail",
        "callId": f"call-{session.number}",
        "callEventType": "meeting",
        "initiator": who.identity_set,
    }


def call_ended(session: Session) -> dict[str, Any]:
    seconds = int(((session.ended or session.began) - session.began).total_seconds())
    people = dict.fromkeys(stay.who for stay in session.stays)
    return {
        "@odata.type": "#microsoft.graph.callEndedEventMessageDetail",
        "callId": f"call-{session.number}",
        "callEventType": "meeting",
        "callDuration": f"PT{seconds}S",
        "callParticipants": [{"participant": who.identity_set} for who in people],
        "initiator": session.stays[0].who.identity_set,
    }


def roster(session: Session, stay: Stay, *, lobby: bool = False) -> dict[str, Any]:
    """The change of one participant, as a notification has it."""
    number = session.stays.index(stay) if stay in session.stays else f"lobby-{stay.who.name}"
    one: dict[str, Any] = {
        "id": f"participant-{session.number}-{number}",
        "info": {"identity": stay.who.identity_set},
        "isInLobby": lobby,
    }
    if stay.left is not None:
        one["removedState"] = {"reason": "left"}
    return {"eventType": "rosterUpdated", "participants@delta": [one]}
