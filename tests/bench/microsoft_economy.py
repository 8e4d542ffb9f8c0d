"""What watching Microsoft mailboxes costs and how soon it notices: a working day on a simulated clock.

    python tests/bench/microsoft_economy.py [--mailboxes 1000]

Each mailbox has 8 meetings that day: five known the day before, three that are made during the day (a third of them for
the next hour and a half), and six changes to known ones. Every look is planned by `engine.pace.next_look` from what the
looks before it found, and is one request to Graph (two where a page is not enough). Looks that fall due in the same
second leave together, at most 20 in a call. The second part lets real looks run at a simulated Graph over HTTPS and
counts calls, requests and bytes, with and without the change feed.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from noshowd.adapters.microsoft.batching import MOST
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.adapters.microsoft.graph import Graph
from noshowd.adapters.microsoft.settings import MicrosoftSettings
from noshowd.demo.vendors.microsoft import MicrosoftSimulation
from noshowd.demo.vendors.microsoft.appointments import Invited
from noshowd.demo.vendors.microsoft.certificates import certificates
from noshowd.demo.vendors.microsoft.entra import Application
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.domain.spans import Span
from noshowd.engine.calendars.pace import Stakes, next_look, stretch_for
from noshowd.engine.parts import Pace
from noshowd.ports.calendar import ListingEnd
from noshowd.story.clock import FakeClock

MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WORKING = Span(start=MIDNIGHT + timedelta(hours=9), end=MIDNIGHT + timedelta(hours=17, minutes=30))
#: When the first step of a policy may act.
STEP = 3 * MINUTE
#: Of one mailbox in ten minutes (Microsoft's limit).
LIMIT = 10_000


@dataclass(frozen=True, kw_only=True)
class Event:
    """A meeting: when it was made, when it begins, and when it was changed before that."""

    made: datetime
    start: datetime
    changes: tuple[datetime, ...] = ()


@dataclass(kw_only=True)
class Tally:
    looks: Counter[int] = field(default_factory=Counter)
    #: Looks of one mailbox in each ten minutes, the most of any.
    most: int = 0
    noticed: list[float] = field(default_factory=list)
    urgent: list[float] = field(default_factory=list)
    too_late: int = 0
    seen: int = 0
    left: int = 0

    @property
    def calls(self) -> int:
        """A lone look is a call of its own, and so are the first two of many; the others share."""
        return sum(n if n <= 2 else 2 + -(-(n - 2) // MOST) for n in self.looks.values())


def events(rng: random.Random) -> Iterator[Event]:
    slots = rng.sample(range(17), 8)
    for slot in slots[:5]:
        start = WORKING.start + slot * 30 * MINUTE
        changes = sorted(start - rng.uniform(-3, 120) * MINUTE for _ in range(rng.choice((0, 1, 2, 2))))
        yield Event(made=MIDNIGHT - DAY, start=start, changes=tuple(changes))
    for slot in slots[5:]:
        made = WORKING.start + rng.random() * WORKING.length
        start = WORKING.start + slot * 30 * MINUTE
        yield Event(made=made, start=start if start > made else made + rng.uniform(10, 90) * MINUTE)


def watch(name: str, rng: random.Random, pace: Pace, stretch: float, tally: Tally) -> None:
    """One mailbox through the day, look by look."""
    world = sorted(events(rng), key=lambda e: e.made)
    before = MIDNIGHT - timedelta(minutes=rng.uniform(0, 30))
    now = next_look(pace, name, Stakes(), before, stretch=stretch)
    tens: Counter[int] = Counter()
    while now < MIDNIGHT + DAY:
        new = [e for e in world if before < e.made <= now]
        changed = [e for e in world if e.made <= now and any(before < c <= now for c in e.changes)]
        tally.looks[int((now - MIDNIGHT).total_seconds())] += 1
        tens[int((now - MIDNIGHT) / (10 * MINUTE))] += 1
        for event in new:
            _note(event, now, tally)
        for event in changed:
            for change in (c for c in event.changes if before < c <= now):
                in_time = now <= event.start + STEP and change <= now
                tally.seen, tally.left = tally.seen + in_time, tally.left + (not in_time)
        horizon = now + 2 * pace.sync_night
        stakes = Stakes(
            working=[WORKING] if WORKING.start < horizon and WORKING.end > now else [],
            starts=[e.start for e in world if e.made <= now and now - 20 * MINUTE <= e.start < horizon + 10 * MINUTE],
            changed=bool(new or changed),
        )
        before, now = now, next_look(pace, name, stakes, now, stretch=stretch)
    tally.most = max(tally.most, *tens.values())


def _note(event: Event, now: datetime, tally: Tally) -> None:
    if event.made < WORKING.start:
        return
    delay = (now - event.made) / MINUTE
    tally.noticed.append(delay)
    if event.start - event.made < 60 * MINUTE:
        tally.urgent.append(delay)
    tally.too_late += now > event.start + STEP


def percentiles(values: list[float]) -> str:
    ordered = sorted(values)
    return " / ".join(f"{ordered[min(len(ordered) - 1, int(len(ordered) * p))]:.1f}" for p in (0.5, 0.95, 0.99, 1))


async def real_looks(mailboxes: int, *, delta: bool) -> str:
    """Everybody's calendar listed at once three times: the second time without news, then with one in ten changed."""
    now = WORKING.start
    with tempfile.TemporaryDirectory() as folder:
        files = certificates(Path(folder))
        sim = MicrosoftSimulation(tenant="bench", now=lambda: now)
        sim.entra.register(Application("app", {"Calendars.Read"}, secret="s"))
        names = [f"person{number}@firm.example" for number in range(mailboxes)]
        for name in names:
            sim.people.add(name, name)
            for slot in range(8):
                start = now + slot * 60 * MINUTE
                invited = [Invited("guest@customer.example", "Gerd Gast")]
                sim.calendars.book(
                    organizer=Invited(name),
                    attendees=invited,
                    start=start,
                    end=start + 30 * MINUTE,
                    subject=f"meeting {slot}",
                    teams=True,
                    body="text " * 40,
                )
        with LoopbackServer(sim.app, certificate=str(files.certificate), private_key=str(files.private_key)) as server:
            settings = MicrosoftSettings(
                account="bench",
                tenant="bench",
                client_id="app",
                mailboxes=tuple(names),
                secret="s",
                authority=server.url,
                graph_url=f"{server.url}/v1.0",
                instance_discovery=False,
                ca_file=files.ca_file,
            )
            graph = Graph(settings, FakeClock(now))
            found = await _rounds(GraphCalendar(graph, delta=delta), sim, names, now)
            await graph.close()
    return found


async def _rounds(source: GraphCalendar, sim: MicrosoftSimulation, names: list[str], now: datetime) -> str:
    window = Span(start=now - DAY, end=now + 8 * DAY)
    cursors: dict[str, str | None] = dict.fromkeys(names)

    async def look(name: str) -> None:
        async for part in source.changes(name, cursor=cursors[name], window=window):
            if isinstance(part, ListingEnd):
                cursors[name] = part.cursor

    told = []
    for title in ("first", "without news", "one in ten changed"):
        if title.startswith("one"):
            for name in names[::10]:
                sim.calendars.book(organizer=Invited(name), attendees=[], start=now, end=now + MINUTE, subject="new")
        sim.calls.clear()
        cpu = time.process_time()
        await asyncio.gather(*(look(name) for name in names))
        parts = sum(len(call.body["requests"]) for call in sim.calls if call.path == "/$batch")
        calls = len(sim.calls) - parts
        requests = len(sim.calls) - sum(call.path == "/$batch" for call in sim.calls)
        told.append(f"{title}: {calls} calls, {requests} requests, {time.process_time() - cpu:.1f} s CPU (both sides)")
    return "; ".join(told)


def main() -> None:
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description="Calls and delays of watching Microsoft mailboxes.")
    parser.add_argument("--mailboxes", type=int, default=1000)
    parser.add_argument("--real", type=int, default=200, help="mailboxes of the part over HTTPS")
    args = parser.parse_args()
    pace, tally = Pace(), Tally()
    stretch = stretch_for(args.mailboxes, pace.calls_a_day)
    for n in range(args.mailboxes):
        watch(f"mailbox-{n}", random.Random(n), pace, stretch, tally)
    looks = tally.looks.total()
    print(f"{args.mailboxes} mailboxes, a working day of 8 meetings each, pace x {stretch:.2f}")
    print(
        f"a mailbox: {looks / args.mailboxes:.0f} requests, {tally.calls / args.mailboxes:.0f} calls by batches "
        f"(a poll each minute: 1440); at most {tally.most} of one mailbox in ten minutes (allowed: {LIMIT})"
    )
    print(f"new event noticed, minutes, p50/p95/p99/max: {percentiles(tally.noticed)} ({len(tally.noticed)} events)")
    print(f"  of those that begin within the hour:       {percentiles(tally.urgent)} ({len(tally.urgent)} events)")
    print(f"  noticed later than their first step: {tally.too_late}")
    changes = tally.seen + tally.left
    print(f"changes to known events: {changes}, each seen before a step acts or the step withheld, because every send")
    print("  reads its event again first and does not go where it cannot (tests/engine/test_deliver.py);")
    print(f"  {tally.seen / changes:.2%} were known by a look already, {tally.left} are found by that reading")
    for delta in (False, True):
        print(f"{args.real} mailboxes over HTTPS, change feed {'on' if delta else 'off'}:")
        print(f"  {asyncio.run(real_looks(args.real, delta=delta))}")


if __name__ == "__main__":
    main()
