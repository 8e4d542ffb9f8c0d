"""A simulated week of the real daemon as a process: memory, open files, database and queues from its start to its end.

    python tests/bench/process_week.py [--days 7] [--speed 1200]

The demo's vendors on loopback; eight video calls a day, of which every fifth guest stays away, and eight telephone
appointments nobody sees. Time runs `speed` times as fast for daemon and vendors. What the speed does: a look takes as
long as ever, so lags in simulated seconds are `speed` times longer, gaps between looks are longer than the shortest
stay, and more becomes unknown; nothing about verdicts is concluded from this. Retention is two days, so that
the database is bounded within the week. Left out: Teams attendance; failures, which other tests have.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from noshowd.demo.cast import ANNA, CLARA, KIM
from noshowd.demo.configuration import ZONE, write_configuration
from noshowd.demo.process import DaemonProcess, free_port
from noshowd.demo.town import Town
from noshowd.demo.vendors.google.meetings import Visitor
from noshowd.runtime.clock import ScaledClock

#: A Monday, two hours before the first appointment.
MONDAY = datetime(2026, 3, 2, 6, 55, tzinfo=ZoneInfo(ZONE))
SHORT = (
    '\n[privacy]\nevidence = "1 day"\nverdicts = "2 days"\ntexts = "2 days"\nanswers = "2 days"\noffers = "2 days"\n'
)


@dataclass(frozen=True, slots=True)
class Sample:
    """The daemon at one instant."""

    at: datetime
    memory: float
    files: int
    threads: int
    database: float
    pending: int
    busy: float


def sample(pid: int, folder: Path, at: datetime) -> Sample:
    process = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    stored = sum(path.stat().st_size for path in folder.glob("noshowd.db*"))
    with closing(sqlite3.connect(f"file:{folder}/noshowd.db?mode=ro", uri=True, timeout=30)) as database:
        asked = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'awaiting', 'sending', 'retracting')"
        (pending,) = database.execute(asked).fetchone()
    return Sample(
        at=at,
        memory=int(status["VmRSS"].split()[0]) / 1024,
        files=len(list((process / "fd").iterdir())),
        threads=int(status["Threads"]),
        database=stored / 1e6,
        pending=pending,
        busy=(int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
    )


def deeds(town: Town, days: int) -> Iterator[tuple[datetime, object]]:
    """What happens in the week, in order, each as (when, a call)."""
    later = []
    for number in range(days * 8):
        day, hour = divmod(number, 8)
        start = MONDAY.replace(hour=9 + hour, minute=0) + timedelta(days=day)
        people = [
            {"email": one.address, "displayName": one.name, "responseStatus": "accepted", "organizer": one is host}
            for host in (ANNA,)
            for one in (host, KIM)
        ]
        agenda, end = town.google.agenda, start + timedelta(minutes=30)
        event = agenda.add_event(ANNA.address, f"Call {number}", start, end, attendees=people)
        room = event["conferenceData"]["conferenceId"]
        called = [
            one | {"email": CLARA.address, "displayName": CLARA.name} if one["organizer"] else one for one in people
        ]
        agenda.add_event(CLARA.address, f"Phone {number}", start, end, attendees=called, meet=False, location=KIM.phone)
        comes = [ANNA] if number % 5 == 4 else [ANNA, KIM]
        for one in comes:
            visitor = Visitor(name=one.name, address=one.address)
            later.append((start, lambda room=room, visitor=visitor: town.google.enter(room, visitor)))
            later.append((end, lambda room=room, one=one: town.google.leave(room, one.address)))
    yield from sorted(later, key=lambda deed: deed[0])


def live(days: int, speed: float, folder: Path) -> list[Sample]:
    clock = ScaledClock.starting_now(origin=MONDAY, speed=speed)
    with Town(clock.now, folder) as town:
        file = write_configuration(town, folder, free_port())
        text = file.read_text()
        file.write_text(text.split("[privacy]")[0] + SHORT if "[privacy]" in text else text + SHORT)
        script = list(deeds(town, days))
        with DaemonProcess(file, clock, folder / "journal") as daemon:
            samples: list[Sample] = []
            while '"started"' not in (folder / "journal").read_text():
                time.sleep(0.05)
            ends, next_sample = MONDAY + timedelta(days=days), clock.now() + timedelta(hours=1)
            while clock.now() < ends:
                while script and script[0][0] <= clock.now():
                    script.pop(0)[1]()  # type: ignore[operator]  # a call
                if clock.now() >= next_sample:
                    assert daemon._child is not None
                    samples.append(sample(daemon._child.pid, folder, clock.now()))
                    next_sample += timedelta(hours=6)
                if daemon.died:
                    sys.exit((folder / "journal").read_text()[-2000:])
                time.sleep(0.05)
            return samples


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--days", type=int, default=7)
    arguments.add_argument("--speed", type=float, default=1200)
    asked = arguments.parse_args()
    print(f"{asked.days} simulated days at {asked.speed:.0f} times real time; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        samples = live(asked.days, asked.speed, Path(name))
        journal = (Path(name) / "journal").read_text()
    print("  when          memory MB  files  threads  database MB  pending  processor s")
    for one in samples:
        taken = f"{one.memory:9.1f}  {one.files:5}  {one.threads:7}"
        print(f"  {one.at:%a %d %H:%M}  {taken}  {one.database:11.2f}  {one.pending:7}  {one.busy:11.1f}")
    first, last = samples[1], samples[-1]
    print(f"  memory at the end against the beginning: {last.memory / first.memory - 1:+.1%}")
    print(f"  tracebacks in the journal: {journal.count('Traceback')}")


if __name__ == "__main__":
    main()
