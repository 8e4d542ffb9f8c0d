from __future__ import annotations

import pytest_asyncio

from adapters.fritzbox.fritzbox_world import FritzboxWorld


@pytest_asyncio.fixture
async def world():
    async with FritzboxWorld() as world:
        yield world
