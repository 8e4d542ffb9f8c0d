"""Google tells of changes by the real client, over HTTP, to the real app; strangers are turned away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
import pytest

from contract.channel_clock import MemoryBox, SteppingClock
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.watcher import GoogleWatcher
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.domain.evidence import Observation
from noshowd.ports.errors import Permanent, Temporary
from noshowd.ports.webhook import Signal
from noshowd.web.app import build_app
from noshowd.web.questions import Question
from noshowd.web.tokens import Links, Signer
from noshowd.web.webhooks import Webhooks

ANNA, BEN = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de"
PUBLIC, PATH = "https://termine.beispiel-beratung.de", "/google/work"
WEEK = timedelta(days=7)
CHANNEL = "0f" * 16


class Door:
    """The app with Google's address in it, and what came in."""

    def __init__(self) -> None:
        self.heard: list[Signal] = []
        self.brought: list[Observation] = []

    def app(self, watcher: GoogleWatcher):
        clock = SteppingClock()
        webhooks = Webhooks(hooks=[watcher], receive=self.receive, heed=self.heed, clock=clock)
        links = Links(base_url=PUBLIC, signer=Signer(["k" * 32]))
        return build_app(answers=MemoryBox(), links=links, questions=self, clock=clock, webhooks=webhooks)

    async def find(self, subject: str) -> Question | None:
        raise AssertionError(f"nobody asked for {subject}")

    async def receive(self, seen: Observation) -> None:
        self.brought.append(seen)

    async def heed(self, signal: Signal) -> None:
        self.heard.append(signal)


@pytest.fixture
def watcher(client: GoogleClient) -> GoogleWatcher:
    return GoogleWatcher(client, address=f"{PUBLIC}{PATH}", path=PATH, key=b"the key of a test")


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def url(google: SimulatedGoogle, watcher: GoogleWatcher, door: Door) -> Iterator[str]:
    with LoopbackServer(door.app(watcher)) as server:
        google.channels.reach[PUBLIC] = server.url
        yield f"{server.url}{PATH}"


def meet(google: SimulatedGoogle, who: str = ANNA) -> None:
    start = datetime(2026, 3, 24, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    google.agenda.add_event(who, "Call", start, start + timedelta(minutes=30))


async def test_a_channel_begins_and_then_tells_of_changes_and_of_nothing_else(google, watcher, door, url, wall):
    promise = await watcher.watch(ANNA, channel=CHANNEL, until=wall.now() + WEEK)
    assert promise.until == wall.now() + WEEK
    meet(google)
    meet(google, BEN)
    assert google.channels.deliver() == [204, 204]
    assert door.heard == [Signal(channel=CHANNEL, changed=False), Signal(channel=CHANNEL, changed=True)]
    assert not any(seen.calls or seen.sightings for seen in door.brought)


async def test_google_gives_no_longer_life_than_it_likes(google, watcher, wall):
    google.channels.longest_life = timedelta(hours=1)
    promise = await watcher.watch(ANNA, channel=CHANNEL, until=wall.now() + WEEK)
    assert promise.until == wall.now() + timedelta(hours=1)


async def test_a_channel_that_was_ended_tells_nothing_more_and_ends_once(google, watcher, wall):
    promise = await watcher.watch(ANNA, channel=CHANNEL, until=wall.now() + WEEK)
    await watcher.unwatch(ANNA, channel=CHANNEL, ref=promise.ref)
    await watcher.unwatch(ANNA, channel=CHANNEL, ref=promise.ref)
    google.channels.waiting.clear()
    meet(google)
    assert google.channels.waiting == []


async def test_an_id_is_good_for_one_channel(watcher, wall):
    await watcher.watch(ANNA, channel=CHANNEL, until=wall.now() + WEEK)
    with pytest.raises(Permanent, match="channelIdNotUnique"):
        await watcher.watch(BEN, channel=CHANNEL, until=wall.now() + WEEK)


async def test_an_address_that_is_not_https_is_refused_by_google(client, wall):
    plain = GoogleWatcher(client, address="http://termine.example/google", path=PATH, key=b"k")
    with pytest.raises(Permanent, match="NotHttps"):
        await plain.watch(ANNA, channel=CHANNEL, until=wall.now() + WEEK)


async def test_a_calendar_nobody_shows_us_cannot_be_watched(watcher, wall):
    with pytest.raises(Permanent, match="notFound"):
        await watcher.watch("team@group.calendar.google.com", channel=CHANNEL, until=wall.now() + WEEK)


async def test_a_promise_without_an_end_is_none(google, watcher, wall):
    google.channels.promises_nothing = True
    with pytest.raises(Temporary, match="watch_without_promise"):
        await watcher.watch(ANNA, channel=CHANNEL, until=wall.now() + WEEK)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"X-Goog-Channel-Token": "guessed"}, 403),
        ({"X-Goog-Channel-Token": ""}, 403),
        ({"X-Goog-Channel-ID": "another"}, 403),
        ({"X-Goog-Channel-ID": ""}, 403),
        ({"X-Goog-Resource-State": "surprise"}, 400),
        ({"X-Goog-Resource-State": ""}, 400),
    ],
)
async def test_what_google_did_not_send_has_no_effect(google, watcher, door, url, wall, changed, status):
    await watcher.watch(ANNA, channel=CHANNEL, until=wall.now() + WEEK)
    [real] = google.channels.waiting
    with httpx2.Client() as http:
        assert http.post(url, headers={**real.headers, **changed}).status_code == status
        assert http.get(url).status_code == 404
    assert door.heard == []
