"""A vendor that is listened to over a plain connection: how it is kept, and how a dead one is noticed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import NoReturn

from noshowd.ports.clock import Clock
from noshowd.ports.errors import VendorError
from noshowd.ports.heard import Heard

#: Waiting before the next try to connect, seconds; the last one for ever.
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


async def listen_for_ever(
    listen: Callable[[Heard], Awaitable[bool]], clock: Clock, *, heard: Heard, why: Callable[[], VendorError]
) -> NoReturn:
    """Call `listen` again whenever it ends, until cancelled. It returns whether its connection came up at all:
    the pauses grow from 1 s to 60 s only while it does not. `listen` says that it hears; `why` it no longer does is
    said here.
    """
    failures = 0
    while True:
        came_up = await listen(heard)
        await heard(why())
        failures = 0 if came_up else failures + 1
        await clock.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])


def keep_alive(writer: asyncio.StreamWriter) -> None:
    """A machine that vanishes says nothing; the kernel finds out within 25 seconds."""
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
