"""What the engine needs from a calendar vendor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """An entry that no longer exists, or no longer inside what is listed."""

    ref: EntryRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An entry that could not be understood: where it lies and why, without its content."""

    ref: EntryRef
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a listing. An empty page with more to follow is normal."""

    entries: tuple[CalendarEntry, ...] = ()
    gone: tuple[Gone, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingEnd:
    """The last word of a listing: only with it may the pages before be applied.

    `complete` says that the pages named everything inside `window`: what the mirror holds there beyond it is gone.
    `cursor` is opaque and goes into the next call; None where the vendor has no change feed.
    """

    complete: bool
    window: Span
    cursor: str | None = None


@runtime_checkable
class Metered(Protocol):
    """A calendar source whose vendor counts calls for each user too."""

    def charged(self, calendar: str) -> str:
        """Whose calls the reading of this calendar are, in the vendor's count; the same text for the same user."""
        ...


class CalendarSource(Protocol):
    """Reads the calendars of one account."""

    #: The account's name in the configuration.
    account: str

    def changes(self, calendar: str, *, cursor: str | None, window: Span) -> AsyncIterator[Page | ListingEnd]:
        """Pages, then exactly one `ListingEnd`: everything in `window`, or what changed since `cursor`.

        Occurrences come expanded, each as an entry of its own; entries outside `window` are ignored by the caller.
        Raises `CursorExpired` (call again without cursor), `Temporary`, `Permanent` or `CredentialsLost`.
        """
        ...

    async def read(self, ref: EntryRef) -> CalendarEntry | Gone:
        """The entry as it is now. Raises `Temporary`, `Permanent` or `CredentialsLost`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Busy time of one calendar; `known` is False when it could not be read (which is not free)."""

    address: str
    spans: tuple[Span, ...] = ()
    known: bool = True


class FreeBusySource(Protocol):
    """Tells when people are busy."""

    account: str

    async def busy(self, addresses: tuple[str, ...], window: Span) -> tuple[Busy, ...]:
        """One `Busy` for each address asked, in that order. Raises as `CalendarSource.read`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An appointment to be written, by creating it or by moving an existing one."""

    #: Our own id of this write; writing the same key twice must not make two events.
    key: str
    start: datetime
    end: datetime
    zone: str
    title: str
    description: str = ""
    attendees: tuple[str, ...] = ()
    #: Ask the vendor for a fresh link of its own video service.
    with_conference: bool = False
    location: str = ""
    #: The event to move; None makes a new one.
    moves: EntryRef | None = None
    #: Start that the event to move must still have, unless this very move was made already; None: whatever it has.
    expected_start: datetime | None = None
    #: Put below the text of an event that is moved; its text is otherwise left as it is.
    note: str = ""
    #: Whether the vendor writes to the attendees.
    notify: bool = True


class CalendarWriter(Protocol):
    """Writes appointments into the calendars of one account."""

    account: str
    #: Video service whose links it can ask for, as `Place.platform` names it; None: it can make none.
    platform: str | None

    async def write(self, calendar: str, event: NewEvent) -> EntryRef:
        """Create or move, once for each key. Raises as `CalendarSource.read`, and `Changed`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A vendor's promise to tell of every change of a calendar for a while."""

    until: datetime
    #: The vendor's handle, needed to end it sooner; opaque.
    ref: str


class CalendarWatcher(Protocol):
    """Asks a vendor to tell us when a calendar changes. What it tells is never more than "look now"."""

    account: str

    async def watch(self, calendar: str, *, channel: str, until: datetime) -> Promise:
        """Have changes told under our id `channel`; the vendor may promise less than asked for.

        Its first word may come before this returns. Raises as `CalendarSource.read`.
        """
        ...

    async def unwatch(self, calendar: str, *, channel: str, ref: str) -> None:
        """Have no more told; fine when that has ended already. Raises as `CalendarSource.read`."""
        ...
