"""A manager interface on a loopback port: a strict sign-in, then the events of calls. Says nothing of running calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from noshowd.demo.vendors.lines import LineServer


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


class AsteriskServer(LineServer):
    """Use with `async with`; `port` is known inside. Only `username` with `secret` may sign in."""

    def __init__(self, username: str, secret: str) -> None:
        super().__init__()
        self.username = username
        self.secret = secret
        self._calls = 0

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

    async def admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"Asterisk Call Manager/9.0.0\r\n")
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        action = dict(line.split(": ", 1) for line in lines)
        given = (action.get("Action"), action.get("Username"), action.get("Secret"))
        known = given == ("Login", self.username, self.secret)
        answer = "Success\r\nMessage: Authentication accepted" if known else "Error\r\nMessage: Authentication failed"
        # nothing is awaited from here on: whoever hears this hears every event after it
        writer.write(f"Response: {answer}\r\n\r\n".encode())
        return known
