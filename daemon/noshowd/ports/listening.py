"""A vendor that is listened to over a plain connection: how it is kept, and how a dead one is noticed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import NoReturn

from noshowd.ports.clock import Clock

#: Waiting before the next try to connect, seconds; the last one for ever.
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


async def listen_for_ever(listen: Callable[[], Awaitable[bool]], clock: Clock) -> NoReturn:
    """Call `listen` again whenever it ends, until cancelled. It returns whether its connection came up at all:
    the pauses grow from 1 s to 60 s only while it does not.
    """
    failures = 0
    while True:
        heard = await listen()
        failures = 0 if heard else failures + 1
        await clock.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])


def keep_alive(writer: asyncio.StreamWriter) -> None:
    """A machine that vanishes says nothing; the kernel finds out within 25 seconds."""
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
