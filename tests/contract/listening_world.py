"""The contract's telephone world for a source that listens to a connection: a simulated exchange on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol, Self, TypeVar

from contract.call_suite import CallWorld
from contract.source_suite import OPENING
from noshowd.ports.errors import VendorError
from noshowd.ports.heard import Heard
from noshowd.ports.presence import PresenceSource
from noshowd.reading.numbers import NumberFormat, Numbering, normalise

T = TypeVar("T")
NUMBERING = Numbering(format=NumberFormat.NATIONAL, region="DE", area="089")


def e164(written: str) -> str | None:
    return normalise(written, NUMBERING)


class HandClock:
    """Time is the world's; whoever sleeps wakes when told to."""

    speed = 1.0

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.slept: list[float] = []
        self._sleeper: asyncio.Future[None] | None = None
        self._fell_asleep = asyncio.Event()

    def monotonic(self) -> float:
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._sleeper = asyncio.get_running_loop().create_future()
        self._fell_asleep.set()
        await self._sleeper

    async def wake(self) -> None:
        """Wake the sleeper, or wait for it to fall asleep and wake it then."""
        async with asyncio.timeout(10):
            await self._fell_asleep.wait()
        self._fell_asleep.clear()
        assert self._sleeper is not None
        self._sleeper.set_result(None)


class Exchange(Protocol):
    """A simulated telephone system."""

    async def open(self) -> None: ...
    async def shut(self) -> None: ...


class Listener(PresenceSource, Protocol):
    async def run(self, heard: Heard) -> None: ...


class ListeningWorld(CallWorld):
    """The connection has been up since early morning."""

    source: Listener
    server: Exchange

    def __init__(self) -> None:
        self.now = OPENING - timedelta(hours=3)
        self.clock = HandClock(lambda: self.now)
        self.woken = 0
        #: What the source said of itself.
        self.told: list[VendorError | None] = []
        self._woke = asyncio.Event()

    @abstractmethod
    def listener(self, wake: Callable[[], None]) -> Listener:
        """The vendor's source, told where the open server is."""

    async def __aenter__(self) -> Self:
        await self.server.open()
        self.source = self.listener(self._wake)
        self._task = asyncio.create_task(self.source.run(self._tell))
        await self.until(lambda: self.woken == 1)
        self.now = OPENING
        return self

    async def __aexit__(self, *error: object) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self.server.shut()

    async def _tell(self, error: VendorError | None) -> None:
        self.told.append(error)

    def _wake(self) -> None:
        self.woken += 1
        self._woke.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not reached():
                self._woke.clear()
                await self._woke.wait()

    async def heard(self, said: Awaitable[T]) -> T:
        """Wait until something of what is being said has been taken in."""
        before = self.woken
        result = await said
        await self.until(lambda: self.woken > before)
        return result

    async def outage(self) -> None:
        before = self.woken
        await self.server.shut()
        await self.until(lambda: self.woken > before)

    async def recover(self) -> None:
        await self.server.open()
        await self.reconnect()

    async def reconnect(self) -> None:
        before = self.woken
        await self.clock.wake()
        await self.until(lambda: self.woken > before)

    async def fail_once_more(self) -> None:
        await self.clock.wake()
