from __future__ import annotations

import pytest_asyncio

from adapters.asterisk.asterisk_world import AsteriskWorld


@pytest_asyncio.fixture
async def world():
    async with AsteriskWorld() as world:
        yield world
