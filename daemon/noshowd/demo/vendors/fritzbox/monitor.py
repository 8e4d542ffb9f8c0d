"""The call monitor of a simulated FRITZ!Box on a loopback port. Says nothing about calls that run already."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(slots=True, kw_only=True)
class BoxCall:
    """A call of the box; `connection` is used again once it has ended."""

    connection: int
    extension: int
    other: str
    began: datetime
    answered: datetime | None = None


class FritzboxServer:
    """Use with `async with`; `port` is known inside. Numbers are said as a box says them (national, local, dialled)."""

    def __init__(self, now: Callable[[], datetime], zone: str = "Europe/Berlin") -> None:
        self.now = now
        #: How far the clock of the box is off.
        self.clock_error = timedelta(0)
        self.port = 0
        self.said: list[bytes] = []
        self._zone = ZoneInfo(zone)
        self._clients: set[asyncio.StreamWriter] = set()
        self._living: set[int] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.shut()

    async def open(self) -> None:
        """Accept connections, on the same port as before."""
        self._server = await asyncio.start_server(self._welcome, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """The box is switched off: every connection ends and no new one is accepted."""
        if self._server is not None:
            self._server.close()
        await self.drop()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    async def drop(self, unfinished: bytes = b"") -> None:
        """Every connection ends, perhaps in the middle of a line."""
        for client in list(self._clients):
            client.write(unfinished)
            client.close()
        self._clients.clear()

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

    async def say(self, raw: bytes) -> None:
        """Any bytes, as they are."""
        self.said.append(raw)
        for client in list(self._clients):
            client.write(raw)
            await client.drain()

    async def _say(self, rest: str) -> None:
        local = (self.now() + self.clock_error).astimezone(self._zone)
        await self.say(f"{local:%d.%m.%y %H:%M:%S};{rest}\r\n".encode())

    def _begin(self, *, extension: int, other: str) -> BoxCall:
        connection = next(number for number in range(10) if number not in self._living)
        self._living.add(connection)
        return BoxCall(connection=connection, extension=extension, other=other, began=self.now())

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            await reader.read()
        except OSError:
            pass
        finally:
            self._clients.discard(writer)
            writer.close()
