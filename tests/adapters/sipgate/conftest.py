from __future__ import annotations

import pytest_asyncio

from adapters.sipgate.sipgate_world import SipgateWorld


@pytest_asyncio.fixture
async def world():
    world = SipgateWorld()
    with world.server:
        yield world
        await world.source.close()
