"""A simulated week of the real daemon as a process: memory, open files, database and queues from its start to its end.

    python tests/bench/process_week.py [--days 7] [--speed 1600]

The demo's vendors on loopback, in this process; every figure is of the daemon's process alone. Eight video calls a day,
of which every fifth guest stays away, and eight telephone appointments nobody sees. Time runs `speed` times as fast
for daemon and vendors. What the speed does: a look takes as long as ever, so lags in simulated seconds are `speed`
times longer, gaps between looks are longer than the shortest stay, and more becomes unknown; the start takes an hour
or two; nothing about verdicts is concluded from this. Retention is two days, so that the database is bounded within the
week. Left out: Teams attendance; failures, which other tests have.

What is compared (`Week.broken`; the soak asserts it): the memory of the last three hours with that of the first hour
after "started", medians of samples, +10 % at most; open files of the last day with those of the first; the database's
file at the end with the end of the fourth day, when retention has begun to delete. Beside the file lies its log, which
grows to 16.5 MB before it is moved to the file and is then written over from its beginning: it is bounded by its own
setting (store/sqlite.py), not by retention, and removed when the daemon ends.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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


#: Samples are taken this often: in the first hour, and from then on.
OFTEN, HOURLY = timedelta(minutes=5), timedelta(hours=1)
#: Retention has begun to delete by then, and every kind of row has been written.
SETTLED = timedelta(days=4)
#: A sixth of a day's appointments: more that waits to be sent is a queue.
PENDING = 10
#: SQLite moves the log into the file at 16.4 MB; it may be longer by what one transaction writes.
LOG = 20.0


@dataclass(frozen=True, slots=True)
class Sample:
    """The daemon at one instant; sizes in MB."""

    at: datetime
    memory: float
    files: int
    threads: int
    database: float
    log: float
    pending: int
    busy: float


@dataclass(frozen=True, slots=True)
class Week:
    """What was seen of it."""

    samples: Sequence[Sample]
    journal: str

    @property
    def first_hour(self) -> float:
        """Median of the memory."""
        return statistics.median(one.memory for one in self.samples if one.at <= self.samples[0].at + HOURLY)

    @property
    def end(self) -> float:
        """Median of the memory in the last three hours."""
        return statistics.median(one.memory for one in self.samples[-3:])

    @property
    def growth(self) -> float:
        return self.end / self.first_hour - 1

    @property
    def warnings(self) -> Counter[str]:
        """How often each was given."""
        records = [json.loads(line) for line in self.journal.splitlines() if line.startswith("{")]
        return Counter(
            f"{one['event']}: {one.get('reason') or one.get('error')}"
            for one in records
            if one["level"] not in ("debug", "info")
        )

    def broken(self) -> list[str]:
        """What is not as it has to be, each as a sentence."""
        first, last = self.samples[0].at, self.samples[-1].at
        begun = [one for one in self.samples if one.at <= first + timedelta(days=1)]
        ended = [one for one in self.samples if one.at >= last - timedelta(days=1)]
        settled = [one.database for one in self.samples if one.at >= first + SETTLED]
        files = [statistics.median(one.files for one in day) for day in (begun, ended)]
        most, log = max(one.pending for one in self.samples), max(one.log for one in self.samples)
        said = {
            f"memory grew by {self.growth:.1%}": self.growth > 0.1,
            f"open files went from {files[0]} to {files[1]}": files[1] > files[0] + 3,
            f"{most} messages waited at once": most > PENDING,
            f"the database grew from {settled[:1]} to {settled[-1:]} MB": bool(settled)
            and settled[-1] > settled[0] * 1.1,
            f"the database's log took {log:.1f} MB": log > LOG,
            "the journal has a traceback": "Traceback" in self.journal,
        }
        often = [f"{count} times {what}" for what, count in self.warnings.items() if count > (last - first).days + 1]
        return [sentence for sentence, is_so in said.items() if is_so] + often


def sample(pid: int, folder: Path, at: datetime) -> Sample:
    process = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    with closing(sqlite3.connect(f"file:{folder}/noshowd.db?mode=ro", uri=True, timeout=30)) as database:
        asked = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'awaiting', 'sending', 'retracting')"
        (pending,) = database.execute(asked).fetchone()
        ((pages,), (size,)) = (database.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size"))
    return Sample(
        at=at,
        memory=int(status["VmRSS"].split()[0]) / 1024,
        files=len(list((process / "fd").iterdir())),
        threads=int(status["Threads"]),
        # its pages count where they are still in the log alone
        database=pages * size / 1e6,
        log=(folder / "noshowd.db-wal").stat().st_size / 1e6,
        pending=pending,
        busy=(int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
    )


def deeds(town: Town, days: int) -> Iterator[tuple[datetime, Callable[[], object]]]:
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


def live(days: float, speed: float, folder: Path) -> Week:
    """Let it run; raises `RuntimeError` when it does not live to the end."""
    clock = ScaledClock.starting_now(origin=MONDAY, speed=speed)
    journal = folder / "journal"
    with Town(clock.now, folder) as town:
        file = write_configuration(town, folder, free_port())
        file.write_text(file.read_text().split("[privacy]")[0] + SHORT)
        script = list(deeds(town, math.ceil(days)))
        samples: list[Sample] = []
        with DaemonProcess(file, clock, journal) as daemon:
            while '"started"' not in journal.read_text() and not daemon.died:
                time.sleep(0.05)
            started = next_sample = clock.now()
            while clock.now() < started + timedelta(days=days):
                if daemon.died:
                    raise RuntimeError(journal.read_text()[-2000:])
                while script and script[0][0] <= clock.now():
                    script.pop(0)[1]()
                if clock.now() >= next_sample:
                    samples.append(sample(daemon.pid, folder, clock.now()))
                    next_sample = clock.now() + (OFTEN if clock.now() < started + HOURLY else HOURLY)
                time.sleep(0.05)
        return Week(samples=samples, journal=journal.read_text())


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--days", type=float, default=7)
    arguments.add_argument("--speed", type=float, default=1600)
    asked = arguments.parse_args()
    print(f"{asked.days:g} simulated days at {asked.speed:.0f} times real time; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        week = live(asked.days, asked.speed, Path(name))
    print("  when          memory MB  files  threads  database MB  its log  pending  processor s")
    for one in (week.samples[0], *week.samples[6::6]):
        taken = f"{one.memory:9.1f}  {one.files:5}  {one.threads:7}"
        stored = f"{one.database:11.2f}  {one.log:7.1f}"
        print(f"  {one.at:%a %d %H:%M}  {taken}  {stored}  {one.pending:7}  {one.busy:11.1f}")
    print(f"  memory: first hour {week.first_hour:.1f} MB, last three hours {week.end:.1f} MB, {week.growth:+.1%}")
    for what, count in week.warnings.items():
        print(f"  warned {count} times: {what}")
    print("  as it has to be" if not week.broken() else f"  NOT as it has to be: {'; '.join(week.broken())}")


if __name__ == "__main__":
    main()
