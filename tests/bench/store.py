"""What the store's share of judging costs: claim, load the evidence, save verdict, transition and outbox row.

    python tests/bench/store.py [--meetings 60000] [--batch 500] [--workers 2] [sqlite | postgresql]

Judging itself is left out; a meeting has 3 people, 10 sightings and 3 coverages, its verdict changes, and one
follow-up is planned. Everything is read back and counted at the end.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from databases import postgres_database, postgres_server
from noshowd.domain.evidence import Observation
from noshowd.domain.followup import State
from noshowd.domain.verdict import Outcome
from noshowd.store import evidence, meetings, outbox, schema
from noshowd.store.database import open_database
from noshowd.store.judged import Judged, NewRow
from noshowd.store.texts import encode
from store.samples import NINE, at, coverage, followup, meeting, sighting, verdict

LEASE = timedelta(minutes=5)
SEEN = Observation(
    sightings=tuple(sighting(f"stay-{n}") for n in range(10)),
    coverages=tuple(coverage(at(2 * n), at(2 * n + 1)) for n in range(3)),
)


def fill(url: str, count: int) -> None:
    """Meetings that all fall due at nine."""
    with open_database(url) as database:
        for first in range(0, count, 5000):
            database.run_sync(partial(_insert, numbers=range(first, min(first + 5000, count))))


def _insert(conn: sa.Connection, numbers: range) -> None:
    facts: list[tuple[str, str | None, str]] = [("sighting", one.stay, encode(one)) for one in SEEN.sightings]
    facts += [("coverage", None, encode(one)) for one in SEEN.coverages]
    values = [meeting(f"meeting-{n:08}") for n in numbers]
    conn.execute(
        sa.insert(schema.meeting),
        [
            {
                "key": one.key,
                "round": 1,
                "start_at": one.start,
                "end_at": one.end,
                "payload": one,
                "next_look_at": NINE,
                "outcome": "waiting",
                "verdict": verdict(at(-1)),
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
                "kind": kind,
                "source": "meet",
                "item": item,
                "noted_at": NINE,
                "payload": payload,
            }
            for one in values
            for number, (kind, item, payload) in enumerate(facts, 1)
        ],
    )


def work(url: str, batch: int, name: str) -> tuple[int, float, float]:
    """Judge until nothing is due; how many, when the last was saved, and how much of a processor that took."""
    done = 0
    # As the daemon does: what was loaded at the start is no garbage, and a batch is larger than the default suits.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    began = time.process_time()
    with open_database(url) as database:
        while True:
            claimed = database.run_sync(
                lambda conn: meetings.claim_due(conn, now=at(1), lease=LEASE, limit=batch, worker=name)
            )
            if not claimed:
                return done, time.time(), time.process_time() - began
            known = database.run_sync(partial(evidence.load, rounds=[one.id for one in claimed]))
            assert all(len(known[one.id].sightings) == 10 for one in claimed)
            judged = [
                Judged(
                    claim=one,
                    verdict=verdict(at(1), Outcome.THEY_ARE_MISSING),
                    phase="watching",
                    next_look_at=at(2),
                    became_at=at(1),
                )
                for one in claimed
            ]
            rows = [
                NewRow(followup=followup(one.meeting.key), state=State.QUEUED, next_try_at=at(1)) for one in claimed
            ]
            done += database.run_sync(partial(_save, judged=judged, rows=rows))


def _save(conn: sa.Connection, judged: list[Judged], rows: list[NewRow]) -> int:
    lost = meetings.save_verdicts(conn, judged)
    outbox.add(conn, [row for row in rows if (row.followup.key.meeting, 1) not in lost], now=at(1))
    return len(judged) - len(lost)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("backend", choices=("sqlite", "postgresql"), default="sqlite", nargs="?")
    arguments.add_argument("--meetings", type=int, default=60_000)
    arguments.add_argument("--batch", type=int, default=500)
    arguments.add_argument("--workers", type=int, default=1)
    asked = arguments.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder}/bench.db"
        if asked.backend == "postgresql":
            url = stack.enter_context(postgres_database(stack.enter_context(postgres_server())))
        fill(url, asked.meetings)
        pool = stack.enter_context(ProcessPoolExecutor(asked.workers))
        list(pool.map(abs, range(asked.workers)))
        began = time.time()
        results = [pool.submit(work, url, asked.batch, f"w{n}") for n in range(asked.workers)]
        done = [result.result() for result in results]
        took = max(end for _, end, _ in done) - began
        with open_database(url) as database:
            counts = database.run_sync(
                lambda conn: [
                    conn.scalar(sa.select(sa.func.count()).select_from(table))
                    for table in (schema.transition, schema.outbox)
                ]
            )
        assert counts == [asked.meetings] * 2, counts
        print(
            f"{asked.backend}, {asked.workers} worker(s): {asked.meetings / took:,.0f} meetings/s, "
            f"{1e6 * sum(cpu for *_, cpu in done) / asked.meetings:.0f} us of a processor each, "
            f"shared out as {[count for count, *_ in done]}"
        )


if __name__ == "__main__":
    main()
