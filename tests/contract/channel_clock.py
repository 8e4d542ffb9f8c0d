"""The clock and the answer box that tests of channels and answer sources share."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from noshowd.ports.answers import Answer, Draft
from noshowd.ports.errors import VendorError

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class SteppingClock:
    """A clock that moves only when somebody sleeps on it, and then at once."""

    speed = 1.0

    def __init__(self, start: datetime = NINE) -> None:
        self._start = start
        self.slept: list[float] = []
        self._passed = asyncio.Condition()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return sum(self.slept)

    def advance(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def sleep(self, seconds: float) -> None:
        async with self._passed:
            self.advance(max(seconds, 0.0))
            self._passed.notify_all()
        await asyncio.sleep(0)

    async def wait_for_sleeps(self, count: int) -> None:
        """Return once somebody slept so often."""
        async with asyncio.timeout(10), self._passed:
            await self._passed.wait_for(lambda: len(self.slept) >= count)


class MemoryBox:
    """Stores answers once each, and can be told to fail or to hold its breath."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.puts = 0
        self.broken = False
        #: Each time a source was listened to: which, and what was in the way.
        self.hearing: list[tuple[str, VendorError | None]] = []
        #: What it has for whoever wants to change a text, and who wanted that.
        self.shows: Draft | str = "not understood"
        self.wanted: list[Answer] = []
        #: What it says of every answer.
        self.says = "noted"
        self._arrived = asyncio.Condition()

    async def put(self, answer: Answer) -> str:
        async with self._arrived:
            self.puts += 1
            self._arrived.notify_all()
            if self.broken:
                raise OSError("the disk is full")
            self.answers.setdefault(answer.answer_id, answer)
        return self.says

    async def draft(self, answer: Answer) -> Draft | str:
        self.wanted.append(answer)
        return self.shows

    async def heard(self, source: str, error: VendorError | None = None) -> None:
        self.hearing.append((source, error))

    async def wait_for_puts(self, count: int) -> None:
        """Return once `put` was called so often; a test that never gets there fails by its time-out."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: self.puts >= count)
