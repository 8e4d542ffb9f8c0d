"""Events as Google writes them, read straight from the answer's bytes. Pure.

What is not asked for is never made an object of, which is most of what a full listing costs. Every field is optional,
as so little is certain of a cancelled event; what is there must be as Google describes it.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import msgspec

from noshowd.domain.entry import EntryStatus

#: What a listing asks for of each event (partial response): all that `Event` holds.
ITEM_FIELDS = (
    "id,status,eventType,iCalUID,recurringEventId,originalStartTime,recurrence,start,end,summary,location,"
    "description,hangoutLink,conferenceData(conferenceId,conferenceSolution/key/type,entryPoints,"
    "createRequest/status),organizer(email,displayName,self),attendees(email,displayName,responseStatus,optional,"
    "resource,organizer,self,additionalGuests,asyncOperation),attendeesOmitted,guestsCanSeeOtherGuests,"
    "visibility,transparency,created,updated,etag,htmlLink,source/url,extendedProperties/private"
)


class UnreadableError(ValueError):
    """An event that makes no sense; the message says why, without its content."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """A part of an event. Frozen ones can be recognised when they come again."""


class Moment(_Part, frozen=True):
    """EventDateTime: an instant, or a day of an all-day event."""

    date_time: datetime | None = None
    date: date | None = None
    time_zone: str | None = None


class Guest(_Part, frozen=True):
    """One of `attendees`, or the organiser."""

    email: str | None = None
    display_name: str | None = None
    response_status: str = ""
    optional: bool = False
    resource: bool = False
    organizer: bool = False
    self: bool = False
    additional_guests: int = 0
    async_operation: str | None = None


class Way(_Part, frozen=True):
    """One of `conferenceData.entryPoints`."""

    entry_point_type: str = "more"
    uri: str | None = None
    passcode: str | None = None
    pin: str | None = None
    password: str | None = None
    access_code: str | None = None
    meeting_code: str | None = None


class Status(_Part, frozen=True):
    """`createRequest.status`."""

    status_code: str | None = None


class Request(_Part, frozen=True):
    """`conferenceData.createRequest`."""

    status: Status = Status()


class Key(_Part, frozen=True):
    """`conferenceSolution.key`."""

    type: str | None = None


class Solution(_Part, frozen=True):
    """`conferenceData.conferenceSolution`."""

    key: Key = Key()


class ConferenceData(_Part, frozen=True):
    """The conference of an event."""

    conference_id: str | None = None
    conference_solution: Solution = Solution()
    entry_points: tuple[Way, ...] = ()
    create_request: Request = Request()


class Source(_Part, frozen=True):
    """Where an event came from."""

    url: str | None = None


class Properties(_Part, frozen=True):
    """`extendedProperties`: those of this copy, which guests can neither see nor write."""

    private: dict[str, str] = {}


class Event(_Part, frozen=True):
    """An event, an occurrence, or a series as such."""

    id: str = ""
    status: EntryStatus = EntryStatus.CONFIRMED
    event_type: str = "default"
    uid: str | None = msgspec.field(default=None, name="iCalUID")
    recurring_event_id: str | None = None
    original_start_time: Moment | None = None
    recurrence: tuple[str, ...] | None = None
    start: Moment | None = None
    end: Moment | None = None
    summary: str | None = None
    location: str | None = None
    description: str | None = None
    hangout_link: str | None = None
    conference_data: ConferenceData | None = None
    organizer: Guest | None = None
    attendees: tuple[Guest, ...] = ()
    attendees_omitted: bool = False
    guests_can_see_other_guests: bool = True
    visibility: str = ""
    transparency: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    etag: str | None = None
    html_link: str | None = None
    source: Source | None = None
    extended_properties: Properties | None = None

    @property
    def cancelled(self) -> bool:
        """To be asked before anything else: of a cancelled event only the id is certain, of a series too."""
        return self.status is EntryStatus.CANCELLED

    @property
    def is_series(self) -> bool:
        """A series as such; its occurrences come by themselves."""
        return self.recurrence is not None


class Unreadable(_Part, frozen=True):
    """An event that is not as Google describes it."""

    id: str
    reason: str


class EventPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One page of `events.list`."""

    access_role: str
    time_zone: str = ""
    next_page_token: str | None = None
    next_sync_token: str | None = None
    items: tuple[Event, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


class _LoosePage(EventPage, frozen=True, kw_only=True, rename="camel"):
    """A page in which not all is as it should be."""

    items: tuple[dict[str, Any], ...] = ()  # type: ignore[assignment]  # the same place, not yet understood


_PAGES = msgspec.json.Decoder(EventPage)
_EVENTS = msgspec.json.Decoder(Event)


def read_page(content: bytes) -> EventPage:
    """A page; what is odd in one event costs no other. Raises `ValueError` for what is no page of events."""
    try:
        return _PAGES.decode(content)
    except msgspec.DecodeError:
        page = msgspec.convert(json.loads(content), _LoosePage)
    read = [_event(item) for item in page.items]
    return EventPage(
        access_role=page.access_role,
        time_zone=page.time_zone,
        next_page_token=page.next_page_token,
        next_sync_token=page.next_sync_token,
        items=tuple(one for one in read if isinstance(one, Event)),
        unreadable=tuple(one for one in read if isinstance(one, Unreadable)),
    )


def read_event(content: bytes) -> Event:
    """One event. Raises `UnreadableError`, and `ValueError` for what is no JSON object."""
    try:
        return _EVENTS.decode(content)
    except msgspec.DecodeError:
        found = _event(msgspec.convert(json.loads(content), dict[str, Any]))
    if isinstance(found, Unreadable):
        raise UnreadableError(found.reason)
    return found


def _event(item: dict[str, Any]) -> Event | Unreadable:
    """Of what is cancelled, or is a series as such, nothing else has to be understood."""
    name = str(item.get("id", ""))
    cancelled, series = item.get("status") == "cancelled", "recurrence" in item
    if cancelled or series:
        status = EntryStatus.CANCELLED if cancelled else EntryStatus.CONFIRMED
        whole = str(item["recurringEventId"]) if "recurringEventId" in item else None
        return Event(id=name, status=status, recurring_event_id=whole, recurrence=() if series else None)
    try:
        return msgspec.convert(item, Event)
    except msgspec.ValidationError as error:
        # its path, and not its words: those may quote
        where = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else "?"
        return Unreadable(id=name, reason=f"a field is malformed ({where})")
