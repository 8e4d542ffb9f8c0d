"""Creates and moves appointments, once for each key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from exchangelib import Attendee, CalendarItem, EWSDateTime, EWSTimeZone, Mailbox
from exchangelib.errors import UnknownTimeZone
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY, SEND_TO_NONE

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.marks import FIELD
from noshowd.domain.entry import EntryRef
from noshowd.ports.calendar import NewEvent
from noshowd.ports.errors import Permanent


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
    fields = ("start", "end", "_start_timezone", "_end_timezone")
    item = next(iter(account.fetch([(place.entry_id, None)], folder=account.calendar, only_fields=fields)))
    if isinstance(item, Exception):
        raise item
    item.start, item.end = _in_zone(event.start, event.zone), _in_zone(event.end, event.zone)
    item.save(update_fields=["start", "end"], send_meeting_invitations=_invitations(event))


def _invitations(event: NewEvent) -> Any:
    return SEND_TO_ALL_AND_SAVE_COPY if event.notify else SEND_TO_NONE


def _in_zone(moment: datetime, zone: str) -> Any:
    """The instant in the zone in which it is to be shown, or in UTC where Exchange knows no such zone."""
    try:
        return EWSDateTime.from_datetime(moment).astimezone(EWSTimeZone(zone))
    except UnknownTimeZone:
        return EWSDateTime.from_datetime(moment)
