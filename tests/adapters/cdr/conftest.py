from __future__ import annotations

import pytest_asyncio

from adapters.cdr.cdr_world import CdrWorld


@pytest_asyncio.fixture(params=["cdr.db", "cdr.csv"])
async def world(request, tmp_path):
    world = CdrWorld(tmp_path / request.param)
    yield world
    await world.source.close()
