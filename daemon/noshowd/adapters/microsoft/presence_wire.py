"""Attendance reports and chat messages into sightings. Pure; nonsense raises `Temporary`: ask again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from noshowd.domain.evidence import Identity, Sighting
from noshowd.domain.spans import Span
from noshowd.ports.errors import Temporary

_STARTED = "#microsoft.graph.callStartedEventMessageDetail"
_ENDED = "#microsoft.graph.callEndedEventMessageDetail"
_DURATION = TypeAdapter(timedelta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One session of a meeting as its attendance report tells it."""

    report_id: str
    began: datetime
    #: None while the session runs.
    ended: datetime | None
    #: How many people the report counts.
    counted: int

    @property
    def finished(self) -> bool:
        """An empty report is what a running session shows; it says nothing."""
        return self.ended is not None and self.counted > 0

    def touches(self, window: Span) -> bool:
        return self.began <= window.end and (self.ended is None or self.ended >= window.start)


def report(answer: Mapping[str, Any]) -> Report:
    """One member of `attendanceReports`."""
    try:
        began = moment(answer["meetingStartDateTime"])
        return Report(
            report_id=str(answer["id"]),
            began=began,
            ended=moment(answer["meetingEndDateTime"]) if answer.get("meetingEndDateTime") else None,
            counted=int(answer.get("totalParticipantCount") or 0),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Temporary("an attendance report is malformed") from error


def stays(
    source: str, conference: str, found: Report, record: Mapping[str, Any], addresses: Mapping[str, str]
) -> list[Sighting]:
    """The visits of one attendance record; `addresses` are those of invited members by object id.

    Where the times are hidden but the person was there, the whole session stands in for them.
    """
    try:
        whole = Span(start=found.began, end=found.ended or found.began)
        spans = [
            Span(start=moment(one["joinDateTime"]), end=moment(one["leaveDateTime"]))
            for one in record.get("attendanceIntervals") or ()
            if one.get("joinDateTime") and one.get("leaveDateTime")
        ]
        return [
            Sighting(
                source=source,
                stay=f"{found.report_id}:{record['id']}:{number}",
                identity=identity(record, addresses),
                began=span.start,
                until=span.end,
                conference=conference,
            )
            for number, span in enumerate(spans or [whole], 1)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise Temporary("an attendance record is malformed") from error


def identity(record: Mapping[str, Any], addresses: Mapping[str, str]) -> Identity:
    """Who the record names. An address comes only from somebody signed in; anonymous guests type a name."""
    named = record.get("identity") or {}
    address = record.get("emailAddress") or addresses.get(str(named.get("id")))
    return Identity(
        provider_id=named.get("id"),
        address=address,
        name=named.get("displayName"),
        verified=bool(address),
    )


def told_at(message: Mapping[str, Any]) -> datetime | None:
    """When a system message of the chat told of a call; None for any other message."""
    if (message.get("eventDetail") or {}).get("@odata.type") not in (_STARTED, _ENDED):
        return None
    try:
        return moment(message["createdDateTime"])
    except (KeyError, TypeError, ValueError) as error:
        raise Temporary("a system message of the chat is malformed") from error


def chat_sightings(
    source: str, message: Mapping[str, Any], at: datetime, addresses: Mapping[str, str]
) -> list[Sighting]:
    """Who a message that told of a call (`told_at`) shows to have been in it.

    The one who started the call was there at that instant. Of those who took part only the whole call is
    known; the same stay replaces that of the start.
    """
    detail = message["eventDetail"]
    try:
        call, began, people = str(detail["callId"]), at, [detail.get("initiator")]
        if detail["@odata.type"] == _ENDED:
            began = at - _DURATION.validate_python(detail["callDuration"])
            people = [one.get("participant") for one in detail.get("callParticipants") or ()]
        return [
            Sighting(
                source=source,
                stay=f"{call}:{person.get('id') or person.get('displayName')}",
                identity=_caller(person, addresses),
                began=began,
                until=at,
                conference=call,
            )
            for person in filter(None, map(_person, people))
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Temporary("a system message of the chat is malformed") from error


def _caller(person: Mapping[str, Any], addresses: Mapping[str, str]) -> Identity:
    address = addresses.get(str(person.get("id")))
    return Identity(
        provider_id=person.get("id"),
        address=address,
        name=person.get("displayName"),
        verified=address is not None,
    )


def _person(identities: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The human of an identity set; applications are none, and an empty set names nobody."""
    for kind in ("user", "guest", "phone", "azureCommunicationServicesUser"):
        found = (identities or {}).get(kind)
        if isinstance(found, dict) and (found.get("id") or found.get("displayName")):
            return found
    return None


def moment(text: str) -> datetime:
    """An instant as Graph writes one (seven digits and Z)."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an instant without a zone")
    return found
