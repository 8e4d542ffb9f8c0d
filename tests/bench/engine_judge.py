"""The busiest instant: every meeting falls due at once, is judged anew and saved.

    python tests/bench/engine_judge.py [--meetings 60000] [--workers 2] [sqlite | postgresql ...]

Each meeting has 3 people, 10 sightings and 3 stretches of coverage; its verdict changes from waiting to confirmed, and
one recall task follows. Everything goes through the engine's own verb; afterwards it is read back and checked.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from databases import postgres_database, postgres_server
from engine.house import LINK, TEN, at
from noshowd.config.model import Config
from noshowd.domain.entry import EntryRef, Response
from noshowd.domain.evidence import Coverage, Identity, Sighting, SourceTraits
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Role, Side
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Outcome, Verdict
from noshowd.engine.judging.judge import judge_due
from noshowd.runtime import garbage
from noshowd.runtime.assemble import assemble
from noshowd.runtime.bench import Adapters
from noshowd.store import schema
from noshowd.store.database import Database, open_database
from noshowd.store.texts import encode
from noshowd.story.clock import FakeClock
from noshowd.story.scripted import Moods, ScriptedRoom, World

#: A quarter of an hour and a little: the absence is confirmed.
NOW = at(16)
TRAITS = SourceTraits(name="meet", keeps_history=True)
COLLEAGUES = 200
CONFIG = Config.model_validate(
    {
        "mode": "live",
        "us": {"domains": ["us.example"], "zone": "Europe/Berlin", "language": "en"},
        "person": [{"address": f"colleague{n}@us.example", "name": f"Colleague {n}"} for n in range(COLLEAGUES)],
    }
)


def meeting(number: int) -> Meeting:
    """Two of ours and a guest, different ones in every meeting."""
    ours = [
        Person(
            key=f"colleague{n % COLLEAGUES}@us.example",
            side=Side.OURS,
            role=Role.HOST,
            address=f"colleague{n % COLLEAGUES}@us.example",
            name=f"Colleague {n % COLLEAGUES}",
            response=Response.ACCEPTED,
        )
        for n in (number, number + 1)
    ]
    guest = f"guest{number}@them{number % 1000}.example"
    return Meeting(
        key=f"meeting-{number:08}",
        start=TEN,
        end=at(60),
        title=f"Review {number}",
        place=Place(kind=Kind.VIDEO, platform="google_meet", url=f"{LINK}?{number}"),
        people=(*ours, Person(key=guest, side=Side.THEIRS, address=guest, name=f"Guest {number}")),
        organizer=ours[0].key,
        copies=(EntryRef(account="google", calendar=ours[0].key, entry_id=f"e{number}"),),
    )


def seen(one: Meeting) -> list[Sighting | Coverage]:
    """Both of ours come and go; the source has looked three times and has never seen the guest."""
    sightings = [
        Sighting(
            source="meet",
            stay=f"{person.key}/{n}",
            identity=Identity(
                provider_id=f"users/{person.key}", address=person.address, name=person.name, verified=True
            ),
            began=at(3 * n),
            until=at(3 * n + 2) if n < 4 else at(15.7),
            open=n == 4,
        )
        for person in one.side(Side.OURS)
        for n in range(5)
    ]
    spans = (Span(start=at(-15), end=at(6)), Span(start=at(6), end=at(11)), Span(start=at(11), end=at(15.7)))
    return [*sightings, *(Coverage(source="meet", span=span) for span in spans)]


def fill(database: Database, count: int) -> None:
    """Meetings that were judged at nine and all fall due now."""
    for first in range(0, count, 5000):
        database.run_sync(partial(_insert, numbers=range(first, min(first + 5000, count))))


def _insert(conn: sa.Connection, numbers: range) -> None:
    values = [meeting(n) for n in numbers]
    waiting = Verdict(outcome=Outcome.WAITING, judged_at=at(5))
    conn.execute(
        sa.insert(schema.meeting),
        [
            {
                "key": one.key,
                "round": 1,
                "start_at": one.start,
                "end_at": one.end,
                "payload": one,
                "phase": "watching",
                "outcome": waiting.outcome,
                "verdict": waiting,
                "next_look_at": NOW,
            }
            for one in values
        ],
    )
    conn.execute(
        sa.insert(schema.evidence),
        [
            {
                "meeting": one.key,
                "round": 1,
                "number": number,
                "kind": "sighting" if isinstance(fact, Sighting) else "coverage",
                "source": "meet",
                "item": fact.stay if isinstance(fact, Sighting) else None,
                "noted_at": TEN,
                "payload": encode(fact),
            }
            for one in values
            for number, fact in enumerate(seen(one), 1)
        ],
    )


def work(url: str, worker: str) -> tuple[int, float, float, float]:
    """Judge until nothing is due: how many, seconds of processor time, when it began and when the last was saved.

    The worker runs already when the meetings fall due: to open the database and to put the parts together is no part
    of it. To start other processes that judge is.
    """
    with open_database(url) as database:
        clock = FakeClock(NOW)
        adapters = Adapters(presences={"meet": ScriptedRoom(TRAITS, World(), Moods(), ())})
        parts = assemble(CONFIG, database=database, clock=clock, adapters=adapters, worker=worker, key=b"bench")
        garbage.settle()

        async def judge_all() -> int:
            done = 0
            while judged := await judge_due(parts):
                done += judged
            return done

        began, busy = time.perf_counter(), _busy()
        judged = asyncio.run(judge_all())
        ended = time.perf_counter()
    # other processes count once they have ended
    return judged, _busy() - busy, began, ended


def _busy() -> float:
    """Seconds of processor time so far, of this process and of those that it started and that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def check(url: str, count: int) -> None:
    """Every meeting was judged rightly and once, and has its task."""
    with open_database(url) as database:
        counts = database.run_sync(
            lambda conn: [
                conn.scalar(sa.select(sa.func.count()).where(condition))
                for condition in (
                    schema.meeting.c.outcome == Outcome.THEY_ARE_MISSING,
                    schema.transition.c.outcome == Outcome.THEY_ARE_MISSING,
                    sa.and_(schema.outbox.c.kind == "recall_task", schema.outbox.c.state == "queued"),
                    schema.outbox.c.key.is_not(None),
                )
            ]
        )
    assert counts == [count] * 4, counts


@contextmanager
def databases(backend: str) -> Iterator[str]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if backend == "sqlite":
            yield f"sqlite:///{folder}/bench.db"
        else:
            yield stack.enter_context(postgres_database(stack.enter_context(postgres_server())))


def measure(backend: str, count: int, workers: int) -> tuple[float, float]:
    """Meetings a second, from the moment they fall due to the last being saved, and processor time for each in
    millionths of a second (the workers' own, without the database server's).
    """
    with databases(backend) as url, ProcessPoolExecutor(workers) as pool:
        with open_database(url) as database:
            fill(database, count)
        results = [pool.submit(work, url, f"worker {n}") for n in range(workers)]
        done = [result.result() for result in results]
        took = max(ended for _, _, _, ended in done) - min(began for _, _, began, _ in done)
        check(url, count)
    assert sum(judged for judged, _, _, _ in done) == count
    return count / took, sum(used for _, used, _, _ in done) / count * 1e6


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("backends", nargs="*", default=["sqlite", "postgresql"])
    arguments.add_argument("--meetings", type=int, default=60_000)
    arguments.add_argument("--workers", type=int, default=2, help="on PostgreSQL; SQLite has one")
    arguments.add_argument("--rounds", type=int, default=1)
    asked = arguments.parse_args()
    print(f"{asked.meetings} meetings due at one instant; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for backend in asked.backends:
        workers = 1 if backend == "sqlite" else asked.workers
        rounds = [measure(backend, asked.meetings, workers) for _ in range(asked.rounds)]
        rate, used = (statistics.median(figures) for figures in zip(*rounds, strict=True))
        print(f"  {backend:<10} {workers} worker(s) {rate:>8,.0f} meetings/s, {used:>6,.0f} us of processor time each")


if __name__ == "__main__":
    main()
