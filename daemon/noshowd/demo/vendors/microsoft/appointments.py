"""Appointments of the simulated tenant, and how each mailbox sees its own copy of one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import escape, unescape
from re import sub
from typing import Any
from zoneinfo import ZoneInfo

from noshowd.demo.vendors.microsoft.answers import Call, instant, zoned


@dataclass(slots=True)
class Invited:
    """Somebody on the list of attendees."""

    address: str
    name: str = ""
    #: required | optional | resource
    kind: str = "required"
    #: none | tentativelyAccepted | accepted | declined | notResponded
    response: str = "none"


@dataclass(slots=True)
class Appointment:
    """One occurrence (or the master of a series), shared by all mailboxes it lies in."""

    uid: str
    start: datetime
    end: datetime
    organizer: Invited
    created: datetime
    changed: datetime
    subject: str = ""
    #: HTML, as Outlook keeps it.
    body: str = ""
    location: str = ""
    #: Windows or IANA name the organiser chose.
    zone: str = "W. Europe Standard Time"
    attendees: list[Invited] = field(default_factory=list)
    join_url: str | None = None
    cancelled: bool = False
    all_day: bool = False
    #: normal | personal | private | confidential
    sensitivity: str = "normal"
    #: free | tentative | busy | oof | workingElsewhere | unknown
    show_as: str = "busy"
    #: singleInstance | occurrence | exception | seriesMaster
    kind: str = "singleInstance"
    #: uid of the master, for occurrences and exceptions.
    master: str | None = None
    original_start: datetime | None = None
    transaction: str | None = None
    #: Extended properties, by their id.
    properties: dict[str, str] = field(default_factory=dict)
    #: Members that Graph leaves out of it, to the reader's surprise.
    left_out: frozenset[str] = frozenset()
    #: Mailboxes whose owner deleted this copy.
    deleted_in: set[str] = field(default_factory=set)
    version: int = 1

    @property
    def block(self) -> str:
        """What Outlook writes below the text of a meeting with a link; whoever takes it out takes the link away."""
        return f'<div class="me-email-text"><a href="{escape(self.join_url)}">Join</a></div>' if self.join_url else ""

    def write(self, html: str) -> None:
        """Somebody writes another text."""
        kept = bool(self.block) and self.block in html
        text = html.replace(self.block, "") if kept else html
        if not kept:
            self.join_url = None
        self.body = sub(r"</?(html|body)>", "", text)

    @property
    def addresses(self) -> set[str]:
        return {self.organizer.address, *(a.address for a in self.attendees)} - self.deleted_in

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start < end and self.end > start

    def answer_of(self, address: str) -> str:
        if address == self.organizer.address:
            return "organizer"
        return next((a.response for a in self.attendees if a.address == address), "none")


def outlook_uid(seed: str, day: datetime | None = None) -> str:
    """A global object id as Outlook makes them; that of an occurrence carries its day in the middle."""
    date = f"{day.year:04X}{day.month:02X}{day.day:02X}" if day else "00000000"
    tail = hashlib.sha256(seed.encode()).hexdigest()[:48].upper()
    return f"040000008200E00074C5B7101A82E008{date}{tail}"


def entry_id(uid: str, mailbox: str, *, immutable: bool) -> str:
    """The id of one mailbox's copy, in the immutable form or in the one that may change."""
    digest = hashlib.sha256(f"{mailbox}/{uid}".encode()).hexdigest()[:40]
    return f"{'AAkALg' if immutable else 'AAMkAG'}{digest}="


def full(appointment: Appointment, mailbox: str, call: Call) -> dict[str, Any]:
    """The event as calendarView and GET answer it."""
    own = appointment.answer_of(mailbox)
    a = appointment
    event = stub(a, mailbox, call) | {
        "changeKey": f"v{a.version}",
        "createdDateTime": instant(a.created),
        "lastModifiedDateTime": instant(a.changed),
        "iCalUId": a.uid,
        "subject": a.subject,
        "bodyPreview": _plain(a.body)[:255],
        "body": _body(a, call),
        "location": {"displayName": a.location, "locationType": "default"},
        "locations": [{"displayName": a.location}] if a.location else [],
        "isAllDay": a.all_day,
        "isCancelled": a.cancelled,
        "isOrganizer": own == "organizer",
        "isDraft": False,
        "hideAttendees": False,
        "sensitivity": a.sensitivity,
        "showAs": a.show_as,
        "originalStart": instant(a.original_start) if a.original_start else None,
        "originalStartTimeZone": a.zone,
        "originalEndTimeZone": a.zone,
        "responseStatus": {"response": own, "time": "0001-01-01T00:00:00Z"},
        "organizer": _mail(a.organizer),
        "attendees": [_attendee(one) for one in a.attendees],
        "isOnlineMeeting": a.join_url is not None,
        "onlineMeetingProvider": "teamsForBusiness" if a.join_url else "unknown",
        "onlineMeeting": {"joinUrl": a.join_url} if a.join_url else None,
        "onlineMeetingUrl": None,
        "webLink": f"https://outlook.office365.com/owa/?itemid={stub(a, mailbox, call)['id']}",
        "categories": [],
    }
    if a.transaction:
        event["transactionId"] = a.transaction
    return {name: value for name, value in event.items() if name not in a.left_out}


def stub(appointment: Appointment, mailbox: str, call: Call) -> dict[str, Any]:
    """What the delta call tells of an occurrence: no subject, no attendees, no join address."""
    a = appointment
    immutable = call.immutable_ids
    return {
        "@odata.etag": f'W/"{a.uid[:6]}-{a.version}"',
        "id": entry_id(a.uid, mailbox, immutable=immutable),
        "type": a.kind,
        "seriesMasterId": entry_id(a.master, mailbox, immutable=immutable) if a.master else None,
        "start": _time(a, a.start, call.zone),
        "end": _time(a, a.end, call.zone),
    }


def _time(appointment: Appointment, moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    """An all-day event is its bare dates, whatever zone is asked for."""
    if not appointment.all_day:
        return zoned(moment, zone)
    return {"dateTime": moment.strftime("%Y-%m-%dT00:00:00.0000000"), "timeZone": zone.key}


def _mail(one: Invited) -> dict[str, Any]:
    return {"emailAddress": {"name": one.name or one.address, "address": one.address}}


def _attendee(one: Invited) -> dict[str, Any]:
    status = {"response": one.response, "time": "0001-01-01T00:00:00Z"}
    return {"type": one.kind, "status": status} | _mail(one)


def _body(a: Appointment, call: Call) -> dict[str, str]:
    """The text; as HTML with the block of the meeting's link."""
    if (call.prefers("outlook.body-content-type") or "").lower() == "text":
        return {"contentType": "text", "content": _plain(a.body)}
    return {"contentType": "html", "content": f"<html><body>{a.body}{a.block}</body></html>"}


def _plain(html: str) -> str:
    return unescape(sub(r"<[^>]+>", "", sub(r"<br\s*/?>|</p>", "\r\n", html))).strip()


def daily(master: Appointment, count: int) -> list[Appointment]:
    """The first occurrences of a series that repeats every day."""
    return [
        replace(
            master,
            uid=_dated(master.uid, master.start + timedelta(days=day)),
            kind="occurrence",
            master=master.uid,
            start=master.start + timedelta(days=day),
            end=master.end + timedelta(days=day),
            original_start=master.start + timedelta(days=day),
            attendees=[replace(a) for a in master.attendees],
            properties={},
            deleted_in=set(),
        )
        for day in range(count)
    ]


def _dated(uid: str, day: datetime) -> str:
    return f"{uid[:32]}{day.year:04X}{day.month:02X}{day.day:02X}{uid[40:]}"
