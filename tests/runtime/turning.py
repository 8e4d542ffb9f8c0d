"""Lets what runs for ever run through a few of its pauses, and says what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from engine.house import House
from noshowd.store import health
from noshowd.store.health import Condition


class TurningClock:
    """Stands, and is moved by whoever sleeps; after so many sleeps the sleeper is left asleep."""

    speed = 1.0

    def __init__(self, house: House, turns: int) -> None:
        self._house, self._turns = house, turns
        self.asleep = asyncio.Event()

    def now(self):
        return self._house.clock.now()

    def monotonic(self) -> float:
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self._turns -= 1
        if self._turns < 0:
            self.asleep.set()
            await asyncio.Event().wait()
        self._house.clock.set(self.now() + timedelta(seconds=seconds))


async def comes_true(found: Callable[[], bool]) -> None:
    """Let the others go on until this is so."""
    async with asyncio.timeout(20):
        while not found():  # noqa: ASYNC110 - what is waited for is a row in a database, which wakes nobody
            await asyncio.sleep(0)


def told(house: House) -> list[str]:
    """The texts that our side got about noshowd itself, but for the welcome."""
    marks = ("journalctl", '"', "works again")
    posts = [one for one in house.posts if any(mark in one.parcel.text for mark in marks)]
    return [one.parcel.text for one in posts if "LEAVE" not in one.parcel.text]


def state_of(house: House, part: str) -> tuple[Condition, str | None] | None:
    found = {one.part: one for one in house.run(health.read)}
    return (found[part].state, found[part].last_error) if part in found else None
