"""How fast a calendar is mirrored: read in pages of 250, understood, and stored in SQLite.

    python tests/bench/google_sync.py [--events 10000] [--calendars 100]

Compared, in the same run against the same local server, with the library gcal-sync (PyPI) syncing into its own memory
store. Then many calendars of 200 events are mirrored, and the memory of the process is read.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from noshowd.adapters.google.calendar import GoogleCalendar
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.settings import Endpoints, GoogleAccount
from noshowd.domain.spans import Span
from noshowd.ports.calendar import ListingEnd, Page
from noshowd.store import calendars, listings
from noshowd.store.calendars import ClaimedCalendar
from noshowd.store.database import Database, open_database
from page_server import FIRST, page_server

EACH, ROUNDS = 200, 5
ANNA = "anna@beispiel.de"
WINDOW = Span(start=FIRST - timedelta(days=1), end=FIRST + timedelta(days=30))
KEY = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}


async def mirror(database: Database, source: GoogleCalendar, claim: ClaimedCalendar) -> int:
    """One listing from its first page to the mirror, as the engine does it; how many entries it brought."""
    await database.run(lambda conn: listings.begin(conn, claim))
    async for part in source.changes(claim.calendar, cursor=None, window=WINDOW):
        if isinstance(part, ListingEnd):
            applied = await database.run(partial(_apply, claim=claim, end=part))
            return len(applied.changed)
        await database.run(partial(_stage, claim=claim, page=part))
    raise AssertionError("a listing ends with its end")


def _stage(conn: sa.Connection, claim: ClaimedCalendar, page: Page) -> None:
    listings.stage(conn, claim, page)


def _apply(conn: sa.Connection, claim: ClaimedCalendar, end: ListingEnd) -> listings.Applied:
    return listings.apply(conn, claim, end, now=FIRST, next_look_at=WINDOW.end)


async def ours(address: str, names: list[str], database: Database) -> int:
    account = GoogleAccount(name="work", key=json.dumps(KEY), mailbox=ANNA, endpoints=Endpoints.at(address))
    client, count = GoogleClient(account), 0
    await database.run(lambda conn: calendars.register(conn, [("work", name) for name in names], now=FIRST))
    source = GoogleCalendar(client)
    while claims := await database.run(
        lambda conn: calendars.claim_due(conn, now=FIRST, lease=timedelta(hours=1), limit=8, worker="bench")
    ):
        count += sum(await asyncio.gather(*(mirror(database, source, claim) for claim in claims)))
    client.close()
    return count


async def theirs(address: str) -> int:
    import aiohttp
    from gcal_sync.api import GoogleCalendarService
    from gcal_sync.auth import AbstractAuth
    from gcal_sync.store import InMemoryCalendarStore
    from gcal_sync.sync import CalendarEventSyncManager

    class Auth(AbstractAuth):
        async def async_get_access_token(self) -> str:
            return "t"

    async with aiohttp.ClientSession() as session:
        service = GoogleCalendarService(Auth(session, f"{address}/calendar/v3"))
        store = InMemoryCalendarStore()
        await CalendarEventSyncManager(service, ANNA, store).run()
        kept: dict[str, Any] = await store.async_load() or {}
        return len(kept["event_sync"][ANNA]["items"])


@contextmanager
def fresh_database() -> Iterator[Database]:
    """An empty one, as a daemon that runs already has it open."""
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/noshowd.db") as database:
        yield database


def timed(work: Callable[[], Coroutine[Any, Any, int]]) -> tuple[float, float]:
    """Events a second, by the wall clock and by the processor time of this process."""
    began, used = time.perf_counter(), time.process_time()
    count = asyncio.run(work())
    return count / (time.perf_counter() - began), count / (time.process_time() - used)


def best(runs: list[tuple[float, float]]) -> str:
    return " / ".join(f"{max(speeds):,.0f}" for speeds in zip(*runs, strict=True))


def memory() -> float:
    """Resident memory of this process, MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description="Events a second into the mirror.")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--calendars", type=int, default=100)
    args = parser.parse_args()
    with page_server(args.events) as address:
        found, library = [], []
        for _ in range(ROUNDS):
            # by turns, so that what else runs on the machine slows both down
            with fresh_database() as database:
                found.append(timed(partial(ours, address, [ANNA], database)))
            library.append(timed(lambda: theirs(address)))
        print(f"events a second, best of {ROUNDS}, by the clock / by processor time")
        print(f"noshowd into SQLite:   {best(found)}")
        print(f"gcal-sync into memory: {best(library)}")
        ratios = [max(a) / max(b) for a, b in zip(zip(*found, strict=True), zip(*library, strict=True), strict=True)]
        print("ratio:                 " + " / ".join(f"{ratio:.2f}" for ratio in ratios))
    names = [f"person-{n}@beispiel.de" for n in range(args.calendars)]
    with page_server(EACH) as address, fresh_database() as database:
        before = memory()
        speed = best([timed(lambda: ours(address, names, database))])
        print(f"{args.calendars} calendars of {EACH} events: {speed}")
        print(f"memory {before:.0f} MiB before, {memory():.0f} MiB after")


if __name__ == "__main__":
    main()
