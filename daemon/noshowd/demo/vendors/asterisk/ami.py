"""A manager interface on a loopback port: a strict sign-in, then the events of calls. Says nothing of running calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Self


@dataclass(slots=True, kw_only=True)
class AmiCall:
    """A call with the channel of the caller and that of the called."""

    number: int
    caller: str
    called: str
    bridged: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"1773133200.{self.number}"

    @property
    def other(self) -> str:
        return f"1773133200.{self.number}9"


class AsteriskServer:
    """Use with `async with`; `port` is known inside. Only `username` with `secret` may sign in."""

    def __init__(self, username: str, secret: str) -> None:
        self.username = username
        self.secret = secret
        self.port = 0
        self.said: list[bytes] = []
        self._calls = 0
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
        """The system is down: every connection ends and no new one is accepted."""
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

    async def ring(self, caller: str, called: str) -> AmiCall:
        """`caller` rings `called`; an empty caller is a hidden one."""
        self._calls += 1
        call = AmiCall(number=self._calls, caller=caller, called=called)
        await self.event("Newchannel", call.key, call, CallerIDNum=caller or "<unknown>", Exten=called)
        await self.event("Newchannel", call.other, call, CallerIDNum=called, Exten="s")
        await self.event("DialBegin", call.key, call, DestUniqueid=call.other)
        return call

    async def answer(self, call: AmiCall) -> None:
        await self.event("DialEnd", call.key, call, DialStatus="ANSWER")
        for channel in (call.key, call.other):
            await self.bridge(call, channel)

    async def bridge(self, call: AmiCall, channel: str) -> None:
        call.bridged.append(channel)
        await self.event(
            "BridgeEnter",
            channel,
            call,
            BridgeUniqueid=f"bridge-{call.number}",
            CallerIDNum=call.caller,
            ConnectedLineNum=call.called,
        )

    async def hang_up(self, call: AmiCall, status: str = "NOANSWER") -> None:
        """Everybody leaves; `status` is what became of ringing that nobody answered."""
        if not call.bridged:
            await self.event("DialEnd", call.key, call, DialStatus=status)
        for channel in call.bridged:
            await self.event("BridgeLeave", channel, call, BridgeUniqueid=f"bridge-{call.number}")
        for channel in dict.fromkeys((call.other, call.key, *call.bridged)):
            await self.event("Hangup", channel, call, Cause="16")

    async def event(self, name: str, channel: str, call: AmiCall, **fields: str) -> None:
        words = {"Event": name, "Privilege": "call,all", "Uniqueid": channel, "Linkedid": call.key, **fields}
        await self.say("".join(f"{key}: {value}\r\n" for key, value in words.items()).encode() + b"\r\n")

    async def say(self, raw: bytes) -> None:
        """Any bytes, as they are."""
        self.said.append(raw)
        for client in list(self._clients):
            client.write(raw)
            await client.drain()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"Asterisk Call Manager/9.0.0\r\n")
            action = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            if await self._admit(dict(line.split(": ", 1) for line in action), writer):
                await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _admit(self, action: dict[str, str], writer: asyncio.StreamWriter) -> bool:
        given = (action.get("Action"), action.get("Username"), action.get("Secret"))
        if given != ("Login", self.username, self.secret):
            writer.write(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
            return False
        self._clients.add(writer)
        writer.write(b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n")
        await writer.drain()
        return True
