"""Our Pub/Sub client against Google's own emulator: what is published comes, and comes again until acknowledged."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from contract.channel_clock import SteppingClock
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.queue import Queue
from noshowd.adapters.google.settings import Endpoints, GoogleAccount
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.ports.errors import Permanent

pytestmark = pytest.mark.real
LAUNCHERS = (
    Path("/usr/lib/google-cloud-sdk/platform/pubsub-emulator/bin/cloud-pubsub-emulator"),
    Path("/usr/share/google-cloud-sdk/platform/pubsub-emulator/bin/cloud-pubsub-emulator"),
)
TOPIC, QUEUE = "projects/demo/topics/meet", "projects/demo/subscriptions/noshowd"
#: A machine under load starts it in a minute.
PATIENCE = 120


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    launcher = next((one for one in LAUNCHERS if one.exists()), None)
    if launcher is None or shutil.which("java") is None:
        pytest.skip("Google's Pub/Sub emulator is not installed (package google-cloud-cli-pubsub-emulator)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # a session of its own: the launcher leaves a child that is ended with it
    process = subprocess.Popen(
        [str(launcher), "--host=127.0.0.1", f"--port={port}"],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        _wait(url)
        with httpx2.Client() as http:
            http.put(f"{url}v1/{TOPIC}").raise_for_status()
            http.put(f"{url}v1/{QUEUE}", json={"topic": TOPIC, "ackDeadlineSeconds": 10}).raise_for_status()
        yield url
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(url: str) -> None:
    for _ in range(PATIENCE * 2):
        with suppress(httpx2.HTTPError):
            httpx2.get(url)
            return
        time.sleep(0.5)
    pytest.skip("Google's Pub/Sub emulator did not start")


def publish(url: str, number: int) -> None:
    attributes = {"ce-id": f"event-{number}", "ce-type": "google.workspace.meet.participant.v2.joined"}
    data = base64.b64encode(json.dumps({"participantSession": {"name": "x"}}).encode()).decode()
    with httpx2.Client() as http:
        body = {"messages": [{"data": data, "attributes": attributes}]}
        http.post(f"{url}v1/{TOPIC}:publish", json=body).raise_for_status()


@pytest.fixture
def client(emulator: str) -> Iterator[GoogleClient]:
    """Signs in at the simulated Google: the emulator asks for no token and takes any."""
    clock = SteppingClock()
    with SimulatedGoogle(clock.now) as google:
        google.add_person("anna@beispiel-beratung.de", "Anna Muster")
        account = GoogleAccount(
            name="work",
            key=google.access.service_account(),
            mailbox="anna@beispiel-beratung.de",
            endpoints=Endpoints(token=f"{google.url}/token", pubsub=emulator),
        )
        made = GoogleClient(account)
        yield made
        made.close()


async def test_what_is_published_comes_once_it_is_acknowledged(emulator: str, client: GoogleClient):
    queue = Queue(client, QUEUE)
    for number in range(3):
        publish(emulator, number)
    heard: dict[str, str] = {}
    while len(heard) < 3:
        received = await queue.pull()
        heard |= {one.attributes["ce-id"]: one.ack for one in received}
        await queue.acknowledge(received)
    assert sorted(heard) == ["event-0", "event-1", "event-2"]
    publish(emulator, 3)
    [after] = await queue.pull()
    assert after.attributes["ce-id"] == "event-3"
    await queue.acknowledge([after])
    await queue.close()


async def test_a_queue_that_is_none_is_permanent(client: GoogleClient):
    queue = Queue(client, "projects/demo/subscriptions/nobody-made-it")
    with pytest.raises(Permanent, match="NOT_FOUND"):
        await queue.pull()
    await queue.close()
