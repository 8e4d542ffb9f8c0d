"""What the engine works with, put together by the runtime. Nothing here knows a vendor or a configuration file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from noshowd.domain.evidence import SourceTraits
from noshowd.domain.instead import is_beside
from noshowd.domain.meeting import Meeting, Person
from noshowd.domain.policy import Policy
from noshowd.domain.spans import Span
from noshowd.engine.judging.breaker import Breaker
from noshowd.engine.judging.deciding import Brief, Decided, House
from noshowd.ports.calendar import CalendarSource, CalendarWatcher, CalendarWriter, FreeBusySource
from noshowd.ports.channel import Carries, Channel, Recipient
from noshowd.ports.clock import Clock
from noshowd.ports.hints import HintSource
from noshowd.ports.invitations import Invitations
from noshowd.ports.marks import MarkKeeper
from noshowd.ports.presence import PresenceSource
from noshowd.reading.sides import Us
from noshowd.store.database import Database
from noshowd.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How one person is reached and spoken to."""

    recipient: Recipient
    #: Language folder of the templates (`de_formal`, `de_informal`, `en`).
    language: str
    #: IANA zone in which the person reads times.
    zone: str
    #: The zone is the person's own, not ours for want of a better one.
    zone_known: bool = True
    #: Address as it stands under a message, for people of ours.
    signature: str = ""
    #: The whole first line of a message, where the configuration gives one.
    greeting: str | None = None
    #: No message may ever go to this person.
    never_write: bool = False
    #: This person's own side is only tried out.
    shadow: bool = False
    phone: str | None = None


class Directory(Protocol):
    """What is known of people beyond the invitation."""

    def contact(self, person: Person) -> Contact:
        """How this person is reached; guessed from the invitation where nothing more is known."""
        ...

    def awake_from(self, person: Person, now: datetime) -> datetime | None:
        """When this person may next be written to outside a slot; None means now."""
        ...

    def day_ends(self, person: Person, at: datetime) -> datetime:
        """End of the working day that contains `at` (or the next one)."""
        ...

    def open_spans(self, person: Person, window: Span) -> list[Span]:
        """The person's working hours inside `window`, holidays left out."""
        ...

    def stand_in(self, person: Person) -> Person | None:
        """Who takes over for this person, where the configuration names somebody."""
        ...

    def colleague(self, address: str) -> Person | None:
        """The person of ours with this address, carrier's id or alias; None for anybody else."""
        ...


class Judges(Protocol):
    """Other processes that decide batches for a worker whose database only one process may write."""

    #: So many batches may be under way at once.
    side_by_side: int

    async def decide(self, house: House, briefs: Sequence[Brief], now: datetime) -> Sequence[Decided | str] | None:
        """As `deciding.decide_all`; None where nobody else can do it, so that it is done here."""
        ...

    async def rest(self) -> None:
        """There is little to do: whatever was started for it ends."""
        ...


#: Makes the address of a page on which an answer is given; None where no page can be reached.
Linker = Callable[[str, datetime], str | None]


def no_links(_value: str, _until: datetime) -> str | None:
    """The linker of an installation without a web address."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often and how long things are done, all on the engine's clock."""

    lease: timedelta = timedelta(seconds=60)
    #: Between the end of the longest send and the end of its lease, for clocks and slow disks; real time.
    margin: timedelta = timedelta(seconds=5)
    #: A vendor's answer is waited for no longer than this.
    patience: timedelta = timedelta(seconds=30)
    #: First wait after a failure; it doubles up to `longest_backoff`.
    backoff: timedelta = timedelta(seconds=15)
    longest_backoff: timedelta = timedelta(minutes=15)
    batch: int = 256
    #: From so many meetings on that are due at once it is worth while to have other processes judge too.
    crowd: int = 4_000
    #: Calendars are mirrored from this long ago to this far ahead.
    behind: timedelta = timedelta(days=1)
    ahead: timedelta = timedelta(days=8)
    #: A calendar with a meeting close by, in working hours, and at rest.
    sync_near: timedelta = timedelta(minutes=2)
    sync_day: timedelta = timedelta(minutes=4)
    sync_night: timedelta = timedelta(minutes=30)
    #: A calendar whose changes the vendor tells us: not every change is told, whatever is promised.
    sync_told: timedelta = timedelta(minutes=30)
    #: Of one account, for listings alone: half of what Google allows a project in a minute, and most of what it
    #: allows in a day. The rest is for looks into rooms and for reading again before a send.
    calls_a_minute: int = 5_000
    #: Of one user of an account, where the vendor counts those too: half of what Google allows each.
    user_calls_a_minute: int = 300
    calls_a_day: int = 800_000
    #: Guest messages of the whole installation within an hour.
    hourly_cap: int = 60
    #: So many absences from one source within an hour stop everything to guests that rests on it.
    absences_before_stop: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long what is kept, counted from its end."""

    #: Also names and titles of meetings, and the mirror of the calendars.
    evidence: timedelta = timedelta(days=14)
    verdicts: timedelta = timedelta(days=90)
    texts: timedelta = timedelta(days=30)
    answers: timedelta = timedelta(days=90)
    offers: timedelta = timedelta(days=30)
    #: Misses, by a hash that names nobody.
    misses: timedelta = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """Which times are offered, and for how long."""

    #: Nobody is offered a time sooner than this, nor may take one sooner than half of it.
    notice: timedelta = timedelta(hours=3)
    #: How far ahead times are looked for.
    ahead: timedelta = timedelta(days=10)
    #: Kept free before and after other appointments of ours.
    buffer: timedelta = timedelta(minutes=5)
    #: How long times are kept free of other offers.
    hold: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything the verbs need."""

    database: Database
    clock: Clock
    worker: str
    us: Us
    #: IANA zone of the firm.
    zone: str
    directory: Directory
    wording: Wording
    #: The policy of a meeting; None leaves it unwatched.
    policy_for: Callable[[Meeting], Policy | None]
    calendars: Mapping[str, CalendarSource] = field(default_factory=dict)
    #: Accounts whose vendor tells us of changes.
    watchers: Mapping[str, CalendarWatcher] = field(default_factory=dict)
    presences: Mapping[str, PresenceSource] = field(default_factory=dict)
    #: Ask whom to leave alone for the moment.
    hints: tuple[HintSource, ...] = ()
    #: In order of preference.
    channels: tuple[Channel, ...] = ()
    free_busy: Mapping[str, FreeBusySource] = field(default_factory=dict)
    #: Accounts whose calendars may be written.
    writers: Mapping[str, CalendarWriter] = field(default_factory=dict)
    #: Accounts in whose calendars this installation and others leave their marks.
    marks: Mapping[str, MarkKeeper] = field(default_factory=dict)
    #: Where the mails by which guests were invited may lie.
    invitations: tuple[Invitations, ...] = ()
    linker: Linker = no_links
    #: The same for the page on which a guest asks for no more messages; by the key of a message.
    opt_out_linker: Linker = no_links
    #: Makes the address of the page on which a guest chooses a new time.
    offer_page: Linker = no_links
    pace: Pace = Pace()
    breaker: Breaker = field(default_factory=Breaker)
    #: Help when very much is due at once; None: there is none.
    judges: Judges | None = None
    keep: Keep = Keep()
    offering: Offering = Offering()
    #: When noshowd first ran on this database; what began before is not watched.
    first_run: datetime
    shadow: bool = True
    #: Presence is looked at; without it calendars are read and nothing else is done.
    observes: bool = True
    #: Answers by mail are read, so that our side may be told the words for them.
    reads_replies: bool = False
    #: Address for an answer to the message with this key, where replies need one of their own.
    reply_address: Callable[[str], str | None] | None = None
    #: Page about data protection, named in messages to guests.
    notice_url: str | None = None
    #: Keyed hash of an address, under which an opt-out is remembered.
    digest: Callable[[str], str]
    #: Sends that are under way: whoever stops the daemon waits a moment for these.
    leaving: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def lease(self) -> timedelta:
        """How long a claimed row is ours, on the engine's clock: as long as vendors need in real time."""
        return self.pace.lease * self.clock.speed

    def channels_for(self, carries: Carries) -> list[Channel]:
        """The channels that carry this sort of parcel, best first."""
        return [channel for channel in self.channels if carries in channel.carries]

    def sources_for(self, meeting: Meeting) -> list[PresenceSource]:
        return [source for source in self.presences.values() if source.sees(meeting)]

    def traits_for(self, meeting: Meeting) -> dict[str, SourceTraits]:
        """What the sources that can see who is at this meeting can do, by their names."""
        known = [source.traits for source in self.sources_for(meeting)]
        return {traits.name: traits for traits in known if not is_beside(traits, meeting)}
