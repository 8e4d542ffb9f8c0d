"""What has piled up is searched for as time goes by, however little it is."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from noshowd.runtime.garbage import collect


class Ring:
    def __init__(self) -> None:
        self.itself = self


class CountedClock:
    """Ends the loop after two rounds."""

    speed = 1.0

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) > 1:
            raise asyncio.CancelledError


@pytest.fixture
def seldom() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("seldom")
async def test_rings_of_objects_are_gone_after_five_minutes() -> None:
    ring = weakref.ref(Ring())
    assert ring() is not None

    clock = CountedClock()
    with pytest.raises(asyncio.CancelledError):
        await collect(clock)  # type: ignore[arg-type]  # it only sleeps

    assert ring() is None
    assert clock.slept == [300, 300]
