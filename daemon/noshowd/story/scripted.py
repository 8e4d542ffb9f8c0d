"""Calendars and sources of presence that do what the story says, at the ports of the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.evidence import (
    Blind,
    CallRecord,
    CallResult,
    Coverage,
    Identity,
    Observation,
    Sighting,
    SourceTraits,
    Where,
)
from noshowd.domain.lines import may_be_by_phone
from noshowd.domain.meeting import Kind, Meeting
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Busy, Gone, ListingEnd, Page
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

#: Whoever came and left between two looks further apart than this was not seen (design, section 2).
_GAP = timedelta(seconds=60)


class Mood(StrEnum):
    """How a scripted part behaves."""

    WELL = "well"
    DOWN = "down"
    LOST = "lost"
    #: Answers as if nobody were there.
    EMPTY = "empty"
    #: Refuses what it is given, for good.
    REFUSES = "refuses"


@dataclass(slots=True)
class Moods:
    """The mood of every scripted part, by its name."""

    of: dict[str, Mood] = field(default_factory=dict)
    #: How far a source has fallen behind what it is known for.
    behind: dict[str, timedelta] = field(default_factory=dict)

    def lag(self, traits: SourceTraits) -> timedelta:
        return max(traits.lag, self.behind.get(traits.name, timedelta(0)))

    def check(self, name: str) -> Mood:
        """The mood, when the part answers at all. Raises `Temporary`, `Permanent` or `CredentialsLost`."""
        mood = self.of.get(name, Mood.WELL)
        if mood is Mood.DOWN:
            raise Temporary("the story has it down")
        if mood is Mood.LOST:
            raise CredentialsLost("the story withdrew the sign-in")
        if mood is Mood.REFUSES:
            raise Permanent("the story has it refuse")
        return mood


class ScriptedCalendar:
    """One account with any number of calendars. Every listing is complete."""

    def __init__(self, account: str, moods: Moods) -> None:
        self.account = account
        self.entries: dict[EntryRef, CalendarEntry] = {}
        self._moods = moods

    async def changes(self, calendar: str, *, cursor: str | None, window: Span) -> AsyncIterator[Page | ListingEnd]:
        del cursor
        self._moods.check(self.account)
        found = tuple(
            e
            for e in self.entries.values()
            if e.ref.calendar == calendar and e.end > window.start and e.start < window.end
        )
        yield Page(entries=found)
        yield ListingEnd(complete=True, window=window)

    async def read(self, ref: EntryRef) -> CalendarEntry | Gone:
        self._moods.check(self.account)
        return self.entries.get(ref) or Gone(ref=ref)

    def check(self) -> None:
        """Raises what the mood of this account has it raise."""
        self._moods.check(self.account)

    async def busy(self, addresses: tuple[str, ...], window: Span) -> tuple[Busy, ...]:
        """Busy when an entry of that calendar says so."""
        self._moods.check(self.account)
        return tuple(
            Busy(
                address=address,
                spans=tuple(
                    Span(start=e.start, end=e.end)
                    for e in self.entries.values()
                    if e.ref.calendar == address and e.busy and e.end > window.start
                ),
            )
            for address in addresses
        )


@dataclass(slots=True)
class Stay:
    """One visit to a room, as it truly is."""

    stay: str
    link: str
    identity: Identity
    where: Where
    began: datetime
    ended: datetime | None = None
    #: Only these sources see it; empty means all that can.
    seen_by: tuple[str, ...] = ()


@dataclass(slots=True)
class World:
    """What truly happens: who is in which room, and who telephones."""

    stays: list[Stay] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)


class ScriptedRoom:
    """Sees the rooms of video meetings the way its traits say."""

    def __init__(self, traits: SourceTraits, world: World, moods: Moods, links: tuple[str, ...]) -> None:
        self.traits = traits
        self._world = world
        self._moods = moods
        self._links = links
        #: Of a source of the moment: since when it has shown a visit, and how often one was gone from its picture.
        self._first_seen: dict[str, datetime] = {}
        self._gone: Counter[str] = Counter()
        self._last_look: dict[str, datetime] = {}

    def sees(self, meeting: Meeting) -> bool:
        url = meeting.place.url or ""
        return meeting.place.kind is Kind.VIDEO and (not self._links or any(part in url for part in self._links))

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        mood = self._moods.check(self.traits.name)
        as_of = now - self._moods.lag(self.traits)
        url = meeting.place.url or ""
        stays = [] if mood is Mood.EMPTY else [s for s in self._world.stays if s.link == url and s.began <= as_of]
        if mood is Mood.EMPTY:
            # whoever comes back into the picture of the moment is somebody new to it
            for gone in self._first_seen.keys() & {s.stay for s in self._world.stays if s.link == url}:
                del self._first_seen[gone]
                self._gone[gone] += 1
        seen = [s for s in (self._see(stay, since, as_of) for stay in stays) if s is not None]
        return Observation(sightings=tuple(seen), coverages=self._cover(url, since, as_of))

    def _see(self, stay: Stay, since: datetime, as_of: datetime) -> Sighting | None:
        ended = stay.ended is not None and stay.ended <= as_of
        if stay.where is Where.LOBBY and Blind.LOBBY in self.traits.blind:
            return None
        if stay.seen_by and self.traits.name not in stay.seen_by:
            return None
        if self.traits.ended_only and not ended:
            return None
        began = stay.began
        if not self.traits.keeps_history:
            if ended and stay.stay not in self._first_seen:
                return None
            began = self._first_seen.setdefault(stay.stay, as_of)
        until = stay.ended if ended and stay.ended is not None else as_of
        if until < since:
            return None
        return Sighting(
            source=self.traits.name,
            stay=stay.stay if not self._gone[stay.stay] else f"{stay.stay}+{self._gone[stay.stay]}",
            where=stay.where,
            identity=stay.identity,
            began=min(began, until),
            until=until,
            open=not ended,
        )

    def _cover(self, url: str, since: datetime, as_of: datetime) -> tuple[Coverage, ...]:
        start = since
        if not self.traits.keeps_history:
            last = self._last_look.get(url, as_of)
            start = last if as_of - last <= _GAP else as_of
        self._last_look[url] = as_of
        if self.traits.presence_only or as_of < start:
            return ()
        return (
            Coverage(
                source=self.traits.name,
                span=Span(start=start, end=as_of),
                ended_only=self.traits.ended_only,
                blind=self.traits.blind,
                lossy=self.traits.lossy,
            ),
        )


class ScriptedLines:
    """Sees calls on its telephone lines."""

    def __init__(self, traits: SourceTraits, world: World, moods: Moods, lines: frozenset[str]) -> None:
        self.traits = traits
        self._world = world
        self._moods = moods
        self._lines = lines

    def sees(self, meeting: Meeting) -> bool:
        return may_be_by_phone(meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:  # noqa: ARG002 - the port
        mood = self._moods.check(self.traits.name)
        as_of = now - self._moods.lag(self.traits)
        calls = [] if mood is Mood.EMPTY else [self._see(c, as_of) for c in self._world.calls]
        coverage = Coverage(
            source=self.traits.name,
            span=Span(start=min(since, as_of), end=as_of),
            ended_only=self.traits.ended_only,
            blind=self.traits.blind,
            lines=self._lines,
            lossy=self.traits.lossy,
        )
        return Observation(
            calls=tuple(c for c in calls if c is not None and c.began >= since - timedelta(hours=3)),
            coverages=() if self.traits.presence_only or not self._lines else (coverage,),
        )

    def _see(self, call: CallRecord, as_of: datetime) -> CallRecord | None:
        """The call as known at `as_of`: not yet, ringing, talking, or over."""
        if call.our_line not in self._lines or call.began > as_of:
            return None
        over = call.ended is not None and call.ended <= as_of
        if self.traits.ended_only and not over:
            return None
        if over:
            return replace(call, source=self.traits.name)
        talking = call.answered is not None and call.answered <= as_of
        return replace(
            call,
            source=self.traits.name,
            answered=call.answered if talking else None,
            ended=None,
            result=CallResult.TALKING if talking else CallResult.RINGING,
        )
