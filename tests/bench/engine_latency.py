"""From the moment the evidence suffices to the nudge on the wire, with many meetings in progress.

    python tests/bench/engine_latency.py [--meetings 1000] [--missing 100] [--speed 1] [sqlite | postgresql ...]

The daemon's loops run over a calendar, a room source and a channel scripted at the ports; each answers after 50 ms, as
a vendor would. In every meeting the guest is there; in some of them nobody of ours is. The evidence suffices as soon as
the source could tell that they were not there a minute after the start. Once the starts are spread over half a minute,
once all meetings start at the same instant. On a machine that is busy otherwise, slower time (`--speed 0.2`) gives the
daemon the processor that it would have alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from databases import postgres_database, postgres_server
from engine.feed import entry
from engine.house import GUS, MINUTE, TEN
from noshowd.config.model import Config
from noshowd.domain.entry import Attendee, CalendarEntry, EntryRef, Response
from noshowd.domain.evidence import Coverage, Identity, Observation, Sighting, SourceTraits
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.ports.calendar import Gone, ListingEnd, Page
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.runtime.assemble import assemble
from noshowd.runtime.bench import Adapters
from noshowd.runtime.clock import ScaledClock
from noshowd.runtime.loops import Worker
from noshowd.store.database import open_database
from noshowd.story.format import ACCOUNT

LAG = timedelta(seconds=2)
#: A vendor's answer takes so long, seconds.
ANSWER = 0.05
#: The daemon starts this long before the first meeting's first minute is over.
AHEAD = timedelta(seconds=20)
SPREAD = timedelta(seconds=30)


def ours(number: int) -> str:
    return f"colleague{number}@us.example"


def event(number: int, start: datetime) -> CalendarEntry:
    people = (Attendee(address=ours(number), response=Response.ACCEPTED, is_organizer=True), Attendee(address=GUS))
    return entry(
        f"m{number}",
        start=start,
        ref=EntryRef(account=ACCOUNT, calendar=ours(number), entry_id=f"m{number}"),
        location=f"https://zoom.us/j/{90_000_000_000 + number}",
        organizer=people[0],
        attendees=people,
    )


class Calendars:
    """A calendar for each of ours, with one meeting in it."""

    account = ACCOUNT

    def __init__(self, events: list[CalendarEntry], clock: ScaledClock) -> None:
        self._clock = clock
        self._events = {one.ref.calendar: one for one in events}

    async def changes(self, calendar: str, *, cursor: str | None, window: Span) -> AsyncIterator[Page | ListingEnd]:
        await self._clock.sleep(ANSWER)
        if cursor is None:
            yield Page(entries=(self._events[calendar],))
        yield ListingEnd(complete=cursor is None, window=window, cursor="1")

    async def read(self, ref: EntryRef) -> CalendarEntry | Gone:
        await self._clock.sleep(ANSWER)
        return self._events[ref.calendar]


class Room:
    """Sees the guest in every room, and our person in those where nobody is missing."""

    traits = SourceTraits(name="meet", keeps_history=True, lag=LAG)

    def __init__(self, missing: set[str], clock: ScaledClock) -> None:
        self._missing = missing
        self._clock = clock

    def sees(self, meeting: Meeting) -> bool:
        return True

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        await self._clock.sleep(ANSWER)
        as_of = now - LAG
        there = [p.address for p in meeting.people if p.address not in self._missing]
        sightings = tuple(
            Sighting(
                source="meet",
                stay=str(address),
                identity=Identity(address=address, verified=True),
                began=min(meeting.start, as_of),
                until=as_of,
                open=True,
            )
            for address in there
        )
        return Observation(sightings=sightings, coverages=(Coverage(source="meet", span=Span(start=since, end=as_of)),))


class Wire:
    """Notes when each nudge left."""

    name = "wire"
    carries = frozenset({Carries.TO_OUR_SIDE})
    recovery = Recovery.VERIFY
    edits = False
    timeout = 10.0

    def __init__(self, clock: ScaledClock, wanted: int) -> None:
        self._clock, self._wanted = clock, wanted
        self.left: dict[str, datetime] = {}
        self.all_left = asyncio.Event()

    async def send(self, parcel: Parcel) -> Receipt:
        now = self._clock.now()
        self.left.setdefault(str(parcel.recipient.address), now)
        if len(self.left) == self._wanted:
            self.all_left.set()
        await self._clock.sleep(ANSWER)
        return Receipt(channel=self.name, ref=parcel.key, at=now)

    async def verify(self, parcel: Parcel) -> Receipt | None:
        return None

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        return receipt

    async def retract(self, receipt: Receipt) -> None:
        return


async def measure(url: str, count: int, missing: int, spread: timedelta, speed: float) -> list[float]:
    """Seconds from provable to the wire, for each nudge."""
    starts = {ours(n): TEN + spread * n / count for n in range(count)}
    absent = set(list(starts)[:: max(1, count // missing)])
    clock = ScaledClock.starting_now(origin=TEN + MINUTE + LAG - AHEAD, speed=speed)
    wire = Wire(clock, len(absent))
    adapters = Adapters(
        calendars={ACCOUNT: Calendars([event(n, start) for n, start in enumerate(starts.values())], clock)},
        watched=[(ACCOUNT, who) for who in starts],
        presences={"meet": Room(absent, clock)},
        channels=[wire],
    )
    config = Config.model_validate({"mode": "live", "us": {"domains": ["us.example"], "zone": "Europe/Berlin"}})
    with open_database(url) as database:
        parts = assemble(config, database=database, clock=clock, adapters=adapters, worker="bench", key=b"bench")
        parts = replace(parts, first_run=TEN - 60 * MINUTE)
        worker = asyncio.create_task(Worker(parts, box=AnswerDesk(parts)).run())
        async with asyncio.timeout(90 / speed):
            await wire.all_left.wait()
        worker.cancel()
        await asyncio.wait([worker])
    return [(at - starts[who] - MINUTE - LAG).total_seconds() for who, at in wire.left.items()]


@contextmanager
def databases(backend: str) -> Iterator[str]:
    with ExitStack() as stack:
        if backend == "sqlite":
            yield f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/bench.db"
        else:
            yield stack.enter_context(postgres_database(stack.enter_context(postgres_server())))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("backends", nargs="*", default=["sqlite", "postgresql"])
    arguments.add_argument("--meetings", type=int, default=1000)
    arguments.add_argument("--missing", type=int, default=100)
    arguments.add_argument("--speed", type=float, default=1, help="of the engine's time, 1 is real time")
    asked = arguments.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    load = f"load {os.getloadavg()[0]:.1f}, speed {asked.speed:g}"
    print(f"{asked.meetings} meetings in progress, ours missing in {asked.missing}; {load}")
    for backend in asked.backends:
        for name, spread in (("starts spread over 30 s", SPREAD), ("all start at once", timedelta(0))):
            with databases(backend) as url:
                took = sorted(asyncio.run(measure(url, asked.meetings, asked.missing, spread, asked.speed)))
            p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
            median = statistics.median(took)
            print(f"  {backend:<10} {name:<24} median {median:5.2f} s, p99 {p99:5.2f} s, last {took[-1]:5.2f} s")


if __name__ == "__main__":
    main()
