"""A server of lines on a loopback port: it can go down and come back, and hang up in the middle of a line."""

from __future__ import annotations

import asyncio
from typing import Self


class LineServer:
    """Use with `async with`; `port` is known inside. Whoever is admitted hears everything that is said from then on."""

    def __init__(self) -> None:
        self.port = 0
        self.said: list[bytes] = []
        self._clients: set[asyncio.StreamWriter] = set()
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
        """It is switched off: every connection ends and no new one is accepted."""
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

    async def say(self, raw: bytes) -> None:
        """Any bytes, as they are."""
        self.said.append(raw)
        for client in list(self._clients):
            client.write(raw)
            await client.drain()

    async def admit(self, _reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> bool:
        """Whether this connection may listen; here every one may."""
        return True

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self.admit(reader, writer):
                self._clients.add(writer)
                await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._clients.discard(writer)
            writer.close()
