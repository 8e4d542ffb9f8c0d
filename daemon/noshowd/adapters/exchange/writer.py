"""Creates and moves appointments, once for each key."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from exchangelib import Attendee, CalendarItem, EWSDateTime, EWSTimeZone, HTMLBody, Mailbox
from exchangelib.errors import ErrorItemNotFound, UnknownTimeZone
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY, SEND_TO_NONE

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.marks import FIELD, MOVED_BY
from noshowd.domain.entry import EntryRef
from noshowd.ports.calendar import NewEvent
from noshowd.ports.errors import Changed, Permanent

_FIELDS = ("start", "end", "_start_timezone", "_end_timezone", "is_cancelled", "body", MOVED_BY)


class ExchangeWriter:
    """Writes into the mailboxes of one account."""

    platform: str | None = None

    def __init__(self, client: ExchangeClient) -> None:
        self.account = client.settings.account
        self._client = client

    async def write(self, calendar: str, event: NewEvent) -> EntryRef:
        """Create or move; what already bears our mark is not created again."""
        if event.with_conference:
            raise Permanent("Exchange Server has no video service of its own to ask for a link")
        if event.moves is not None:
            place = event.moves
            await self._client.run(place.calendar, lambda account: _move(account, place, event), acts=True)
            return place
        made = await self._client.run(calendar, lambda account: _create(account, event), acts=True)
        return EntryRef(account=self.account, calendar=calendar, entry_id=made)


def _create(account: Any, event: NewEvent) -> str:
    for found in account.calendar.filter(**{FIELD: event.key}).only("subject"):
        return str(found.id)
    item = CalendarItem(
        account=account,
        folder=account.calendar,
        subject=event.title,
        body=event.description,
        location=event.location or None,
        start=_in_zone(event.start, event.zone),
        end=_in_zone(event.end, event.zone),
        required_attendees=[
            Attendee(mailbox=Mailbox(email_address=one), response_type="Unknown") for one in event.attendees
        ],
        **{FIELD: event.key},
    )
    return str(item.save(send_meeting_invitations=_invitations(event)).id)


def _move(account: Any, place: EntryRef, event: NewEvent) -> None:
    """Only what changes is written; a move that was made already is not made again."""
    item = next(iter(account.fetch([(place.entry_id, None)], folder=account.calendar, only_fields=_FIELDS)))
    if isinstance(item, ErrorItemNotFound):
        raise Changed("the appointment is no longer there")
    if isinstance(item, Exception):
        raise item
    if getattr(item, MOVED_BY) == event.key:
        return
    if item.is_cancelled:
        raise Changed("the appointment was cancelled")
    if event.expected_start is not None and item.start != event.expected_start:
        raise Changed("the appointment was moved by somebody else")
    item.start, item.end = _in_zone(event.start, event.zone), _in_zone(event.end, event.zone)
    setattr(item, MOVED_BY, event.key)
    changed = ["start", "end", MOVED_BY]
    if event.note:
        item.body = _with_note(item.body, event.note)
        changed.append("body")
    item.save(update_fields=changed, send_meeting_invitations=_invitations(event))


def _with_note(body: Any, note: str) -> Any:
    """The text with a line below it, in the way it is written in."""
    if not isinstance(body, HTMLBody):
        return f"{body or ''}\n\n{note}".strip()
    head, end, tail = str(body).rpartition("</body>")
    line = f"<p>{escape(note)}</p>"
    return HTMLBody(f"{head}{line}{end}{tail}" if end else f"{body}{line}")


def _invitations(event: NewEvent) -> Any:
    return SEND_TO_ALL_AND_SAVE_COPY if event.notify else SEND_TO_NONE


def _in_zone(moment: datetime, zone: str) -> Any:
    """The instant in the zone in which it is to be shown, or in UTC where Exchange knows no such zone."""
    try:
        return EWSDateTime.from_datetime(moment).astimezone(EWSTimeZone(zone))
    except UnknownTimeZone:
        return EWSDateTime.from_datetime(moment)
