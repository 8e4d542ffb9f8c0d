"""The contract's telephone world, made of a simulated box on loopback and the real adapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract.call_suite import OTHER_LINE, OUR_LINE
from contract.listening_world import ListeningWorld, e164
from noshowd.adapters.fritzbox.presence import FritzboxMonitor
from noshowd.adapters.fritzbox.settings import FritzboxSettings
from noshowd.demo.vendors.fritzbox.monitor import BoxCall, FritzboxServer
from noshowd.domain.evidence import Direction


def as_a_box_writes(number: str | None) -> str:
    """National, and our own without the area code."""
    if number is None:
        return ""
    return number.removeprefix("+4989") if number.startswith("+4989") else "0" + number.removeprefix("+49")


class FritzboxWorld(ListeningWorld):
    source: FritzboxMonitor
    server: FritzboxServer

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.server = FritzboxServer(lambda: self.now)
        self._settings = settings

    def listener(self, wake: Callable[[], None]) -> FritzboxMonitor:
        settings: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "lines": frozenset({OUR_LINE, OTHER_LINE}),
        }
        return FritzboxMonitor(FritzboxSettings(**(settings | self._settings)), self.clock, e164, wake)

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
