"""The contract's telephone world, made of a simulated box on loopback and the real adapter."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from contract.call_suite import OTHER_LINE, OUR_LINE, CallWorld
from contract.source_suite import OPENING
from noshowd.adapters.fritzbox.presence import FritzboxMonitor
from noshowd.adapters.fritzbox.settings import FritzboxSettings
from noshowd.demo.vendors.fritzbox.monitor import BoxCall, FritzboxServer
from noshowd.domain.evidence import Direction
from noshowd.reading.numbers import NumberFormat, Numbering, normalise

T = TypeVar("T")
NUMBERING = Numbering(format=NumberFormat.NATIONAL, region="DE", area="089")


def e164(written: str) -> str | None:
    return normalise(written, NUMBERING)


def as_a_box_writes(number: str | None) -> str:
    """National, and our own without the area code."""
    if number is None:
        return ""
    return number.removeprefix("+4989") if number.startswith("+4989") else "0" + number.removeprefix("+49")


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


class FritzboxWorld(CallWorld):
    """The connection has been up since early morning."""

    source: FritzboxMonitor

    def __init__(self, **settings: Any) -> None:
        self.now = OPENING - timedelta(hours=3)
        self.clock = HandClock(lambda: self.now)
        self.server = FritzboxServer(lambda: self.now)
        self._settings = settings
        self.woken = 0
        self._woke = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.server.open()
        settings: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "lines": frozenset({OUR_LINE, OTHER_LINE}),
        }
        self.source = FritzboxMonitor(FritzboxSettings(**(settings | self._settings)), self.clock, e164, self._wake)
        self._task = asyncio.create_task(self.source.run())
        await self.until(lambda: self.woken == 1)
        self.now = OPENING
        return self

    async def __aexit__(self, *error: object) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self.server.shut()

    def _wake(self) -> None:
        self.woken += 1
        self._woke.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not reached():
                self._woke.clear()
                await self._woke.wait()

    async def heard(self, said: Awaitable[T]) -> T:
        """Wait until what is being said has been taken in."""
        before = self.woken
        result = await said
        await self.until(lambda: self.woken > before)
        return result

    async def ring(self, direction: Direction, number: str | None, line: str = OUR_LINE) -> BoxCall:
        own, other = as_a_box_writes(line), as_a_box_writes(number)
        return await self.heard(
            self.server.ring(other, own) if direction is Direction.IN else self.server.dial(own, other)
        )

    async def answer(self, call: BoxCall) -> None:
        await self.heard(self.server.connect(call))

    async def hang_up(self, call: BoxCall) -> None:
        await self.heard(self.server.disconnect(call))

    async def mailbox(self, call: BoxCall) -> bool:
        await self.heard(self.server.connect(call, extension=40))
        return True

    async def outage(self) -> None:
        await self.heard(self.server.shut())

    async def recover(self) -> None:
        await self.server.open()
        await self.reconnect()

    async def reconnect(self) -> None:
        before = self.woken
        await self.clock.wake()
        await self.until(lambda: self.woken > before)

    async def fail_once_more(self) -> None:
        await self.clock.wake()
