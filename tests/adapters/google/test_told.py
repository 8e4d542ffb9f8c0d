"""The whole way of a change that Google tells of: simulated Google, real app, real builders, engine and database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.types import ASGIApp

from contract.channel_clock import MemoryBox
from noshowd.config.load import load
from noshowd.config.model import Config
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.domain.evidence import Observation
from noshowd.engine.calendars import watching
from noshowd.engine.calendars.sync import sync_due
from noshowd.engine.parts import Parts
from noshowd.ports.webhook import Signal
from noshowd.runtime.assemble import assemble
from noshowd.runtime.bench import Bench
from noshowd.runtime.catalogue import build
from noshowd.store import calendars, entries
from noshowd.store.database import Database, open_database
from noshowd.story.clock import FakeClock
from noshowd.web.app import build_app
from noshowd.web.questions import Question
from noshowd.web.tokens import Links, Signer
from noshowd.web.webhooks import Webhooks

ANNA, KIM = "anna@beispiel-beratung.de", "kim@grosskunde.de"
PUBLIC = "https://termine.beispiel-beratung.de"
KEY = b"k" * 32
TEN = datetime(2026, 3, 23, 10, tzinfo=ZoneInfo("Europe/Berlin"))
CONFIG = f"""
[us]
domains = ["beispiel-beratung.de"]

[web]
public_url = "{PUBLIC}"

[[person]]
address = "{ANNA}"

[[account]]
kind = "google"
name = "our work"
calendars = ["{ANNA}"]
key = {{ file = "key.json" }}
token_uri = "URL/token"
calendar_url = "URL/calendar/v3"

[[presence]]
kind = "ask"

[[channel]]
kind = "gmail"
account = "our work"
"""


class House:
    """A daemon's parts with its web address, and the clock in the test's hand."""

    def __init__(self, google: SimulatedGoogle, folder: Path, database: Database) -> None:
        (folder / "noshowd.toml").write_text(CONFIG.replace("URL", google.url))
        (folder / "key.json").write_text(google.access.service_account())
        config = load(folder / "noshowd.toml")
        assert isinstance(config, Config), config
        self.clock, self.database = FakeClock(TEN), database
        self.bench = Bench(config, folder=folder, state=folder, clock=self.clock, signing_key=KEY)
        adapters = build(self.bench)
        self.hooks = adapters.webhooks
        self.parts: Parts = assemble(
            config, database=database, clock=self.clock, adapters=adapters, worker="w", key=KEY
        )

    def app(self) -> ASGIApp:
        webhooks = Webhooks(hooks=self.hooks, receive=self.receive, heed=self.heed, clock=self.clock)
        links = Links(base_url=PUBLIC, signer=Signer(["k" * 32]))
        return build_app(answers=MemoryBox(), links=links, questions=self, clock=self.clock, webhooks=webhooks)

    async def find(self, subject: str) -> Question | None:
        raise AssertionError(f"nobody asked for {subject}")

    async def receive(self, seen: Observation) -> None:
        assert not seen.calls

    async def heed(self, signal: Signal) -> None:
        await watching.heed(self.parts, signal)

    def due_in(self) -> timedelta:
        due = self.database.read_sync(lambda conn: calendars.next_due(conn, now=self.clock.now()))
        assert due is not None
        return due - self.clock.now()

    async def look(self) -> list[str]:
        """Let the calendar fall due and be read; the titles known then."""
        self.clock.set(self.clock.now() + max(self.due_in(), timedelta(0)))
        await sync_due(self.parts)
        known = self.database.read_sync(lambda conn: entries.between(conn, TEN, TEN + timedelta(days=7)))
        return sorted(one.title for one in known)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[tuple[House, SimulatedGoogle]]:
    made: list[House] = []
    with (
        SimulatedGoogle(lambda: made[0].clock.now() if made else TEN) as google,
        open_database(f"sqlite:///{tmp_path}/noshowd.db") as database,
    ):
        google.add_person(ANNA, "Anna Muster")
        made.append(House(google, tmp_path, database))
        with LoopbackServer(made[0].app()) as server:
            google.channels.reach[PUBLIC] = server.url
            yield made[0], google
        await made[0].bench.close()


def new_event(google: SimulatedGoogle, title: str, hour: int) -> None:
    start = TEN + timedelta(days=1, hours=hour)
    google.agenda.add_event(ANNA, title, start, start + timedelta(minutes=30), guests=(KIM,))


async def test_a_new_event_is_known_two_seconds_after_it_was_told(house: tuple[House, SimulatedGoogle]):
    firm, google = house
    assert await firm.look() == []
    assert google.channels.deliver() == [204]
    await firm.look()
    assert firm.due_in() > timedelta(minutes=25)
    new_event(google, "Told", 2)
    assert set(google.channels.deliver()) == {204}
    assert firm.due_in() == timedelta(seconds=2)
    assert await firm.look() == ["Told"]
    assert firm.due_in() > timedelta(minutes=25)


async def test_what_was_not_told_is_found_by_the_net_and_polling_begins_again(house: tuple[House, SimulatedGoogle]):
    firm, google = house
    await firm.look()
    google.channels.deliver()
    await firm.look()
    new_event(google, "Never told", 3)
    google.channels.waiting.clear()
    assert await firm.look() == ["Never told"]
    assert firm.due_in() < timedelta(minutes=5)


async def test_where_google_does_not_reach_us_all_goes_on_as_without(house: tuple[House, SimulatedGoogle]):
    firm, google = house
    for _ in range(5):
        await firm.look()
        assert firm.due_in() < timedelta(minutes=5)
    assert len([call for call in google.asked if call.method == "calendar.events.watch"]) == 1
