"""The contract's telephone world, made of a simulated Asterisk on loopback and the real adapter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE
from contract.listening_world import ListeningWorld, e164
from noshowd.adapters.asterisk.presence import AsteriskEvents
from noshowd.adapters.asterisk.settings import AsteriskSettings
from noshowd.demo.vendors.asterisk.ami import AmiCall, AsteriskServer
from noshowd.domain.evidence import Direction

T = TypeVar("T")


def as_written(number: str | None) -> str:
    """National; a colleague's line is an extension."""
    if number is None:
        return ""
    return "201" if number == OTHER_LINE else "0" + number.removeprefix("+49")


class AsteriskWorld(ListeningWorld):
    source: AsteriskEvents
    server: AsteriskServer

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.server = AsteriskServer("noshowd", "s3cret")
        self._settings = settings

    def listener(self, wake: Callable[[], None]) -> AsteriskEvents:
        settings: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "username": "noshowd",
            "secret": "s3cret",
            "lines": frozenset({OUR_LINE, OTHER_LINE}),
            "extensions": {"201": OTHER_LINE},
        }
        return AsteriskEvents(AsteriskSettings(**(settings | self._settings)), self.clock, e164, wake)

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

    async def lost(self) -> bool:
        self.server.secret = "changed"
        await self.cut(self.server.drop())
        await self.reconnect()
        return True

    async def cut(self, ended: Awaitable[None]) -> None:
        before = self.woken
        await ended
        await self.until(lambda: self.woken > before)
