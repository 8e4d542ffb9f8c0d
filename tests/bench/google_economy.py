"""What watching calendars costs and how soon it notices, by polling alone and where Google tells of changes.

    python tests/bench/google_economy.py [--calendars 500] [--calls-a-day 800000] [--told [--lost 0.01]]

Every look is planned by `engine.pace.next_look` from what the looks before it found. A look costs one call, and three
when a series changed as such (its window is read anew); the second part counts the calls of real looks at a simulated
Google over HTTP to prove it. A working day of this firm has five meetings a calendar that are known the day before,
four that appear during the day (a third of them for the same day), and six changes to known ones, a tenth to a series.

With `--told` each change is told within 1 to 20 seconds (assumed: Google publishes no figure) but for the share that is
lost; a channel lives a week and costs a call to open and one to end. A look that finds what was not told distrusts the
channel, as the engine does: the calendar is polled until a new one has spoken, which the next look opens; the look
after it relies upon that and ends the old one. A channel of less than an hour is not replaced yet.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from noshowd.adapters.google.calendar import GoogleCalendar
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.settings import Endpoints, GoogleAccount
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.spans import Span
from noshowd.engine.calendars.pace import Stakes, next_look, next_look_if_told, stretch_for
from noshowd.engine.parts import Pace
from noshowd.ports.calendar import ListingEnd

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS, WORKDAYS = 7, 5
DAY = timedelta(days=1)
OPEN, CLOSE = timedelta(hours=9), timedelta(hours=17, minutes=30)
#: When the first step of a policy may act.
STEP = timedelta(minutes=3)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
#: As in engine/calendars/watching.py.
TOGETHER, ANEW = timedelta(seconds=2), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Event:
    """A meeting: when it was made, when it begins, and when it was changed before that."""

    made: datetime
    start: datetime
    changes: tuple[datetime, ...] = ()
    series: bool = False


@dataclass(kw_only=True)
class Tally:
    calls: Counter[int] = field(default_factory=Counter)
    #: Minutes until an event made in working hours was noticed.
    noticed: list[float] = field(default_factory=list)
    #: Same, but for those that begin within the hour: what matters most.
    urgent: list[float] = field(default_factory=list)
    #: Changes to known events in the hour before their first step: seen by a look, or left to the re-reading.
    seen: int = 0
    left: int = 0
    too_late: int = 0


def hours() -> list[Span]:
    return [Span(start=MONDAY + n * DAY + OPEN, end=MONDAY + n * DAY + CLOSE) for n in range(WORKDAYS)]


def events(rng: random.Random) -> Iterator[Event]:
    for day in hours():
        slots = rng.sample(range(17), 9)
        for slot in slots[:5]:
            start = day.start + slot * 30 * MINUTE
            changes = sorted(start - rng.uniform(-3, 120) * MINUTE for _ in range(rng.choice((0, 1, 2, 2))))
            # one by one: of several made at once, a single word is enough
            made = day.start - DAY + rng.random() * day.length
            yield Event(made=made, start=start, changes=tuple(changes), series=rng.random() < 0.1)
        for slot in slots[5:]:
            made = day.start + rng.random() * day.length
            later = rng.choice((0, 1, 2)) * DAY
            start = day.start + slot * 30 * MINUTE + later
            if start <= made:
                start = made + rng.uniform(10, 90) * MINUTE
            yield Event(made=made, start=start)


def watch(name: str, rng: random.Random, pace: Pace, stretch: float, tally: Tally) -> None:
    """One calendar through the week, look by look."""
    world, working = sorted(events(rng), key=lambda e: e.made), hours()
    before = MONDAY - timedelta(minutes=rng.uniform(0, 30))
    now = next_look(pace, name, Stakes(), before, stretch=stretch)
    while now < MONDAY + DAYS * DAY:
        new = [e for e in world if before < e.made <= now]
        changed = [e for e in world if e.made <= now and any(before < c <= now for c in e.changes)]
        tally.calls[(now - MONDAY).days] += 3 if any(e.series for e in changed) else 1
        for event in new:
            _note(event, now, working, tally)
        for event in changed:
            _judge(event, before, now, tally)
        stakes = _stakes(world, working, now, pace, bool(new or changed))
        before, now = now, next_look(pace, name, stakes, now, stretch=stretch)


def watch_told(name: str, rng: random.Random, pace: Pace, stretch: float, tally: Tally, lost: float) -> None:
    """One calendar through the week, told of its changes: looks follow what is told, and a safety net."""
    world, working = sorted(events(rng), key=lambda e: e.made), hours()
    instants = [e.made for e in world] + [c for e in world for c in e.changes]
    told = sorted(at + rng.uniform(1, 20) * SECOND for at in instants if rng.random() >= lost)
    before = MONDAY - timedelta(minutes=rng.uniform(0, 30))
    now, opened, deaf = next_look_if_told(pace, name, before), before, False
    while now < MONDAY + DAYS * DAY:
        new = [e for e in world if before < e.made <= now]
        changed = [e for e in world if e.made <= now and any(before < c <= now for c in e.changes)]
        tally.calls[(now - MONDAY).days] += 3 if any(e.series for e in changed) else 1
        for event in new:
            _note(event, now, working, tally)
        for event in changed:
            _judge(event, before, now, tally)
        if deaf and opened == before:
            deaf = False  # the channel that the look before this one opened has spoken
            tally.calls[(now - MONDAY).days] += 1  # and the old one is ended
        elif deaf and now - opened >= ANEW:
            opened = now
            tally.calls[(now - MONDAY).days] += 1
        elif any(_untold(at, told, now) for at in instants if before < at <= now):
            deaf = True
        due = next_look_if_told(pace, name, now)
        if deaf:
            due = next_look(pace, name, _stakes(world, working, now, pace, bool(new or changed)), now, stretch=stretch)
        words = [at + TOGETHER for at in told if now < at + TOGETHER]
        before, now = now, min([due, *words[:1]])
    tally.calls[0] += 2  # a channel a week


def _untold(at: datetime, told: list[datetime], now: datetime) -> bool:
    return at < now - 2 * MINUTE and not any(at < word <= now for word in told)


def _stakes(world: list[Event], working: list[Span], now: datetime, pace: Pace, changed: bool) -> Stakes:
    horizon = now + 2 * pace.sync_night
    return Stakes(
        working=[s for s in working if s.start < horizon and s.end > now],
        starts=[e.start for e in world if e.made <= now and now - 20 * MINUTE <= e.start < horizon + 10 * MINUTE],
        changed=changed,
    )


def _note(event: Event, now: datetime, working: list[Span], tally: Tally) -> None:
    if any(s.start <= event.made < s.end for s in working):
        delay = (now - event.made) / MINUTE
        tally.noticed.append(delay)
        if event.start - event.made < 60 * MINUTE:
            tally.urgent.append(delay)
        tally.too_late += now > event.start + STEP


def _judge(event: Event, before: datetime, now: datetime, tally: Tally) -> None:
    for change in event.changes:
        if before < change <= now:
            in_time = now <= event.start + STEP
            tally.seen, tally.left = tally.seen + in_time, tally.left + (not in_time)


def percentiles(values: list[float]) -> str:
    ordered = sorted(values)
    return " / ".join(f"{ordered[min(len(ordered) - 1, int(len(ordered) * p))]:.1f}" for p in (0.5, 0.95, 0.99, 1))


async def calls_per_look() -> tuple[list[int], list[int]]:
    """Calls that real looks make at a simulated Google: 20 without news, and 5 after a single event changed."""
    now = MONDAY + OPEN
    anna = "anna@beispiel-beratung.de"
    with SimulatedGoogle(lambda: now) as google:
        google.add_person(anna, "Anna Muster")
        for n in range(30):
            google.agenda.add_event(
                anna, summary=f"meeting {n}", start=now + n * 60 * MINUTE, end=now + (n * 60 + 30) * MINUTE
            )
        account = GoogleAccount(
            name="work",
            key=google.access.service_account(),
            mailbox=anna,
            domains=frozenset({"beispiel-beratung.de"}),
            endpoints=Endpoints.at(google.url),
        )
        client = GoogleClient(account)
        source, window = GoogleCalendar(client), Span(start=now - DAY, end=now + 8 * DAY)
        cursor: str | None = None
        quiet: list[int] = []
        busy: list[int] = []
        for n in range(26):
            if n > 20:
                google.agenda.add_event(anna, summary="new", start=now + n * MINUTE, end=now + (n + 30) * MINUTE)
            asked = len(google.asked)
            async for part in source.changes(anna, cursor=cursor, window=window):
                if isinstance(part, ListingEnd):
                    cursor = part.cursor
            if n:
                (busy if n > 20 else quiet).append(len(google.asked) - asked)
        client.close()
        return quiet, busy


def main() -> None:
    parser = argparse.ArgumentParser(description="Calls and delays of polling, on a simulated clock.")
    parser.add_argument("--calendars", type=int, default=500)
    parser.add_argument("--calls-a-day", type=int, default=Pace().calls_a_day)
    parser.add_argument("--told", action="store_true", help="Google tells of changes (watch channels)")
    parser.add_argument("--lost", type=float, default=0.01, help="share of what it does not tell")
    args = parser.parse_args()
    pace, tally = Pace(), Tally()
    stretch = stretch_for(args.calendars, args.calls_a_day)
    for n in range(args.calendars):
        if args.told:
            watch_told(f"calendar-{n}", random.Random(n), pace, stretch, tally, args.lost)
        else:
            watch(f"calendar-{n}", random.Random(n), pace, stretch, tally)
    work = sum(tally.calls[d] for d in range(WORKDAYS)) / WORKDAYS / args.calendars
    rest = sum(tally.calls[d] for d in range(WORKDAYS, DAYS)) / 2 / args.calendars
    quiet, busy = asyncio.run(calls_per_look())
    rhythm = f"{pace.sync_near} / {pace.sync_day} / {pace.sync_night}"
    way = (
        f"told of changes, {args.lost:.0%} lost, net {pace.sync_told}"
        if args.told
        else f"pace {rhythm} x {stretch:.2f}"
    )
    print(f"{args.calendars} calendars, a week, {way}")
    print(f"calls a calendar: {work:.0f} a working day, {rest:.0f} on a day off (a poll each minute: 1440)")
    print(f"new event noticed, minutes, p50/p95/p99/max: {percentiles(tally.noticed)} ({len(tally.noticed)} events)")
    soon = sum(delay <= 1 for delay in tally.noticed) / len(tally.noticed)
    print(f"  within a minute: {soon:.1%}")
    print(f"  of those that begin within the hour:       {percentiles(tally.urgent)} ({len(tally.urgent)} events)")
    print(f"  noticed later than their first step: {tally.too_late}")
    changes = tally.seen + tally.left
    print(f"changes to known events: {tally.seen / changes:.2%} of {changes} seen by a look before the first step;")
    print(f"  the other {tally.left} are left to the reading again that every send waits for")
    print(f"calls of a real look over HTTP: without news {set(quiet)}, with a new event {set(busy)}")


if __name__ == "__main__":
    main()
