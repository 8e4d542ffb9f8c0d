"""The contract's telephone world, made of a simulated Asterisk on loopback and the real adapter."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE, CallWorld
from contract.source_suite import OPENING
from noshowd.adapters.asterisk.presence import AsteriskEvents
from noshowd.adapters.asterisk.settings import AsteriskSettings
from noshowd.demo.vendors.asterisk.ami import AmiCall, AsteriskServer
from noshowd.domain.evidence import Direction
from noshowd.reading.numbers import NumberFormat, Numbering, normalise

T = TypeVar("T")
NUMBERING = Numbering(format=NumberFormat.NATIONAL, region="DE", area="089")


def e164(written: str) -> str | None:
    return normalise(written, NUMBERING)


def as_written(number: str | None) -> str:
    """National; a colleague's line is an extension."""
    if number is None:
        return ""
    return "201" if number == OTHER_LINE else "0" + number.removeprefix("+49")


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


class AsteriskWorld(CallWorld):
    """The connection has been up since early morning."""

    source: AsteriskEvents

    def __init__(self, **settings: Any) -> None:
        self.now = OPENING - timedelta(hours=3)
        self.clock = HandClock(lambda: self.now)
        self.server = AsteriskServer("noshowd", "s3cret")
        self._settings = settings
        self.woken = 0
        self._woke = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.server.open()
        settings: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "username": "noshowd",
            "secret": "s3cret",
            "lines": frozenset({OUR_LINE, OTHER_LINE}),
            "extensions": {"201": OTHER_LINE},
        }
        self.source = AsteriskEvents(AsteriskSettings(**(settings | self._settings)), self.clock, e164, self._wake)
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
        """Wait until every message that is being said has been taken in."""
        woken, told = self.woken, len(self.server.said)
        result = await said
        await self.until(lambda: self.woken - woken >= len(self.server.said) - told)
        return result

    async def ring(self, direction: Direction, number: str | None, line: str = OUR_LINE) -> AmiCall:
        ends = (as_written(number), as_written(line))
        return await self.heard(self.server.ring(*(ends if direction is Direction.IN else reversed(ends))))

    async def answer(self, call: AmiCall) -> None:
        await self.heard(self.server.answer(call))

    async def hang_up(self, call: AmiCall) -> None:
        await self.heard(self.server.hang_up(call))

    async def busy(self) -> bool:
        call = await self.ring(Direction.OUT, GUEST)
        await self.heard(self.server.hang_up(call, "BUSY"))
        return True

    async def outage(self) -> None:
        await self.cut(self.server.shut())

    async def recover(self) -> None:
        await self.server.open()
        await self.reconnect()

    async def lost(self) -> bool:
        self.server.secret = "changed"
        await self.cut(self.server.drop())
        await self.reconnect()
        return True

    async def cut(self, ended: Awaitable[None]) -> None:
        before = self.woken
        await ended
        await self.until(lambda: self.woken > before)

    async def reconnect(self) -> None:
        before = self.woken
        await self.clock.wake()
        await self.until(lambda: self.woken > before)

    async def fail_once_more(self) -> None:
        await self.clock.wake()
