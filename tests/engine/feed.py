"""A calendar that answers each listing with what a test has laid ready."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

from engine.house import ANNA, GUS, LINK, TEN
from noshowd.domain.entry import Attendee, CalendarEntry, EntryRef, Response
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Gone, ListingEnd, Page
from noshowd.ports.errors import VendorError
from noshowd.story.format import ACCOUNT

#: Pages; then an error, or the cursor of a listing that ends well (empty: it has none), or nothing: it breaks off.
Listing = tuple[tuple[Page, ...], str | VendorError | None]


class Feed:
    """Answers in the order laid down; the last answer again and again. Remembers the cursors it was asked with."""

    account = ACCOUNT

    def __init__(self, *listings: Listing) -> None:
        self.listings = list(listings)
        self.asked: list[str | None] = []

    async def changes(self, calendar: str, *, cursor: str | None, window: Span) -> AsyncIterator[Page | ListingEnd]:
        del calendar
        self.asked.append(cursor)
        pages, end = self.listings.pop(0) if len(self.listings) > 1 else self.listings[0]
        for page in pages:
            yield page
        if isinstance(end, VendorError):
            raise end
        if end is not None:
            yield ListingEnd(complete=cursor is None, window=window, cursor=end or None)

    async def read(self, ref: EntryRef) -> CalendarEntry | Gone:
        return Gone(ref=ref)


def entry(name: str = "m", *, start: datetime = TEN, **changes: object) -> CalendarEntry:
    """Anna's copy of a video meeting with Gus."""
    plain = CalendarEntry(
        ref=EntryRef(account=ACCOUNT, calendar=ANNA, entry_id=name),
        uid=f"{name}@feed",
        start=start,
        end=start + timedelta(minutes=30),
        zone="Europe/Berlin",
        title="Review",
        location=LINK,
        organizer=Attendee(address=ANNA, response=Response.ACCEPTED, is_organizer=True, is_self=True),
        is_organizer_copy=True,
        attendees=(
            Attendee(address=ANNA, response=Response.ACCEPTED, is_organizer=True, is_self=True),
            Attendee(address=GUS, response=Response.ACCEPTED),
        ),
        own_response=Response.ACCEPTED,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # any field may be overridden


def page(*entries: CalendarEntry) -> tuple[Page, ...]:
    return (Page(entries=entries),)
