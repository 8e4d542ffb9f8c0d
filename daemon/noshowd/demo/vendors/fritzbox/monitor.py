"""The call monitor of a simulated FRITZ!Box on a loopback port. Says nothing about calls that run already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from noshowd.demo.vendors.lines import LineServer


@dataclass(slots=True, kw_only=True)
class BoxCall:
    """A call of the box; `connection` is used again once it has ended."""

    connection: int
    extension: int
    other: str
    began: datetime
    answered: datetime | None = None


class FritzboxServer(LineServer):
    """Use with `async with`; `port` is known inside. Numbers are said as a box says them (national, local, dialled)."""

    def __init__(self, now: Callable[[], datetime], zone: str = "Europe/Berlin") -> None:
        super().__init__()
        self.now = now
        #: How far the clock of the box is off.
        self.clock_error = timedelta(0)
        self._zone = ZoneInfo(zone)
        self._living: set[int] = set()

    async def ring(self, caller: str, called: str) -> BoxCall:
        """Somebody rings; an empty caller is a hidden one."""
        call = self._begin(extension=0, other=caller)
        await self._say(f"RING;{call.connection};{caller};{called};SIP0;")
        return call

    async def dial(self, own: str, dialled: str, extension: int = 10) -> BoxCall:
        call = self._begin(extension=extension, other=dialled)
        await self._say(f"CALL;{call.connection};{extension};{own};{dialled};SIP0;")
        return call

    async def connect(self, call: BoxCall, extension: int = 10) -> None:
        """Somebody picks up; extensions 40 to 44 are the answering machines."""
        call.answered = self.now()
        await self._say(f"CONNECT;{call.connection};{extension};{call.other};")

    async def disconnect(self, call: BoxCall) -> None:
        seconds = 0 if call.answered is None else int((self.now() - call.answered).total_seconds())
        self._living.discard(call.connection)
        await self._say(f"DISCONNECT;{call.connection};{seconds};")

    async def _say(self, rest: str) -> None:
        local = (self.now() + self.clock_error).astimezone(self._zone)
        await self.say(f"{local:%d.%m.%y %H:%M:%S};{rest}\r\n".encode())

    def _begin(self, *, extension: int, other: str) -> BoxCall:
        connection = next(number for number in range(10) if number not in self._living)
        self._living.add(connection)
        return BoxCall(connection=connection, extension=extension, other=other, began=self.now())
