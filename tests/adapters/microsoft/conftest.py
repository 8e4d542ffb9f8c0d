from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.microsoft.live_world import Doorstep, LiveWorld
from adapters.microsoft.tenant import Socket, Tenant, make_tenant, socket
from contract.presence_suite import OPENING, START
from noshowd.adapters.microsoft.sealing import Seals
from noshowd.demo.vendors.serving import LoopbackServer


@pytest.fixture(scope="session")
def microsoft_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Socket]:
    with socket(tmp_path_factory.mktemp("certificates")) as found:
        yield found


@pytest.fixture
async def tenant(microsoft_socket: Socket) -> AsyncIterator[Tenant]:
    made = make_tenant(microsoft_socket)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def door() -> Iterator[Doorstep]:
    found = Doorstep()
    with LoopbackServer(found) as server:
        found.url = server.url
        yield found


@pytest.fixture(scope="session")
def seals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys take their time: made once."""
    file = tmp_path_factory.mktemp("seals") / "seals.json"
    Seals(file).current(START)
    return file


@pytest.fixture
async def live_world(tenant: Tenant, door: Doorstep, tmp_path: Path, seals: Path) -> LiveWorld:
    """Subscribed a quarter of an hour before the start, as the plan of looks has it."""
    shutil.copy(seals, tmp_path)
    world = LiveWorld(tenant, door, tmp_path)
    await world.pass_to(OPENING)
    await world.look(OPENING)
    return world
