"""Our reading of an Event Hub with Microsoft's own client, over AMQP 1.0 against a broker made with qpid-proton."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from socket import socket
from typing import Any

import pytest
import pytest_asyncio

from adapters.microsoft.hub_world import HubWorld
from adapters.microsoft.live_world import Doorstep
from adapters.microsoft.tenant import ANNA, make_tenant
from adapters.microsoft.tenant import socket as tenant_socket
from contract.presence_suite import MINUTE, OPENING, START
from noshowd.adapters.microsoft import event_hub
from noshowd.adapters.microsoft.event_hub import EventHub, HubSettings
from noshowd.adapters.microsoft.sealing import Seals
from noshowd.ports.check import Grade
from noshowd.ports.errors import Temporary, VendorError
from noshowd.ports.presence import Stir
from noshowd.runtime.clock import SystemClock
from real.environments import python_of

pytestmark = pytest.mark.real
#: A machine under load.
PATIENCE = 60


class Broker:
    """The broker in its own interpreter."""

    def __init__(self, python: Path) -> None:
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        script = Path(__file__).with_name("hub_server.py")
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen([str(python), str(script), str(self.port)], **pipes)
        assert self._said() == "ready"

    @property
    def connection(self) -> str:
        """As the portal shows it; the last part keeps Microsoft's client from asking for TLS."""
        return (
            f"Endpoint=sb://127.0.0.1:{self.port};SharedAccessKeyName=listen;SharedAccessKey=a2V5;"
            "EntityPath=graph;UseDevelopmentEmulator=true"
        )

    def do(self, **command: Any) -> None:
        assert self._process.stdin is not None
        print(json.dumps(command), file=self._process.stdin, flush=True)
        assert self._said() == "done"

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def python() -> Path:
    return python_of("proton", "python-qpid-proton==0.40.0")


@pytest.fixture
def broker(python: Path) -> Iterator[Broker]:
    made = Broker(python)
    yield made
    made.close()


class Reading:
    """A hub that is being read, and what came."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.bodies: list[bytes] = []
        self.stirs: list[Stir] = []
        self.said: asyncio.Queue[VendorError | None] = asyncio.Queue()
        settings = HubSettings(connection=broker.connection)
        self.hub = EventHub(settings, SystemClock(), name="live", receive=self._kept)

    def _kept(self, body: bytes) -> Stir:
        self.bodies.append(body)
        return Stir(source="live", organizers=frozenset({ANNA}))

    async def heed(self, stir: Stir) -> None:
        self.stirs.append(stir)

    async def heard(self, error: VendorError | None) -> None:
        await self.said.put(error)

    async def caught_up(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(Temporary):
                    return await self.hub.caught_up()
                await asyncio.sleep(0.05)


@pytest_asyncio.fixture
async def reading(broker: Broker) -> AsyncIterator[Reading]:
    broker.do(post="from before", partition="1")
    made = Reading(broker)
    running = asyncio.create_task(made.hub.run(made.heed, made.heard))
    await made.caught_up()
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_what_is_laid_down_from_now_on_comes_whatever_its_partition(reading: Reading) -> None:
    reading.broker.do(post="one", partition="0")
    reading.broker.do(post="two", partition="1")
    await reading.caught_up()
    assert sorted(reading.bodies) == [b"one", b"two"]
    assert len(reading.stirs) == 2


async def test_after_a_break_it_goes_on_where_it_was(reading: Reading) -> None:
    reading.broker.do(post="one", partition="0")
    await reading.caught_up()
    reading.broker.do(drop=True)
    reading.broker.do(post="two", partition="0")
    reading.broker.do(post="three", partition="1")
    await reading.caught_up()
    assert set(reading.bodies) == {b"one", b"two", b"three"}


async def test_what_it_cannot_hear_is_said_and_that_it_hears_again(
    monkeypatch: pytest.MonkeyPatch, broker: Broker
) -> None:
    monkeypatch.setattr(event_hub, "_ALIVE", 0.2)  # nobody waits in a test
    monkeypatch.setattr(event_hub, "_AGAIN", 0.2)
    reading = Reading(broker)
    running = asyncio.create_task(reading.hub.run(reading.heed, reading.heard))
    async with asyncio.timeout(PATIENCE):
        assert await reading.said.get() is None
        reading.broker.do(deny=True)
        reading.broker.do(drop=True)
        assert isinstance(await reading.said.get(), VendorError)
        reading.broker.do(deny=False)
        while await reading.said.get() is not None:
            pass
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_reader_to_whom_nothing_comes_any_more_says_so_although_the_hub_answers(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_hub, "_ALIVE", 0.2)
    monkeypatch.setattr(event_hub, "_AGAIN", 0.1)
    reading = Reading(broker)
    running = asyncio.create_task(reading.hub.run(reading.heed, reading.heard))
    async with asyncio.timeout(PATIENCE):
        assert await reading.said.get() is None
        monkeypatch.setattr(event_hub, "_PATIENCE", timedelta(seconds=1))
        broker.do(mute=True)
        broker.do(post="one")
        error = await reading.said.get()
        assert isinstance(error, Temporary)
        assert "has not come" in error.reason
        broker.do(mute=False)
        while b"one" not in reading.bodies:
            await reading.said.get()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_who_may_not_listen_is_told_so(broker: Broker) -> None:
    reading = Reading(broker)
    (good,) = await reading.hub.check()
    assert good.grade is Grade.GOOD
    broker.do(deny=True)
    (bad,) = await reading.hub.check()
    assert (bad.grade, bad.says) == (Grade.BAD, "the event hub no longer accepts the connection string")


async def test_a_connection_string_that_is_none_is_told(broker: Broker) -> None:
    settings = HubSettings(connection="Endpoint=nonsense")
    (bad,) = await EventHub(settings, SystemClock(), name="live", receive=lambda _: None).check()
    assert bad.grade is Grade.BAD
    assert "EntityPath" in bad.says


async def test_a_hub_that_is_not_there_is_not_reached(broker: Broker) -> None:
    reading = Reading(broker)
    broker.close()
    (found,) = await reading.hub.check()
    assert found.grade is Grade.UNREACHED
    with pytest.raises(Temporary):
        await reading.hub.caught_up()


async def test_a_running_call_is_told_through_it(reading: Reading, tmp_path: Path) -> None:
    """From the simulated Graph through the broker to a look."""
    file = tmp_path / "seals.json"
    Seals(file).current(START)
    with tenant_socket(tmp_path) as at:
        tenant = make_tenant(at)
        tenant.sim.subscriptions.hub = lambda body: reading.broker.do(post=body.decode())
        (tmp_path / "worker").mkdir()
        world = HubWorld(tenant, Doorstep(), tmp_path / "worker", file)
        world.live.feed = reading.hub
        reading.hub._receive = lambda body: world.live.receive(body, world.now)
        await world.pass_to(OPENING)
        await world.look(OPENING)
        await world.pass_to(START)
        await world.join("host")
        await world.pass_to(START + 6 * MINUTE)
        seen = await world.look(OPENING)
        await tenant.close()
    assert [one.identity.address for one in seen.sightings] == [ANNA]
    assert len(seen.coverages) == 1
