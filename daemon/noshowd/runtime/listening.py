"""Where the pages are to be served: the socket, or why it cannot be had."""

from __future__ import annotations

import os
import socket

import structlog

from noshowd.ports.clock import Clock

log = structlog.get_logger()

#: A worker whose pages another one serves looks this often whether that has ended, seconds.
_TAKE_OVER = 10.0


class NotListening(Exception):
    """The address of the pages cannot be had; the message says which, why, and what to do."""


def listening(listen: str) -> socket.socket:
    """A socket at `[web] listen`. Raises `NotListening`."""
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=128)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        do = "See who listens there (ss -ltnp), or name another address in [web]."
        raise NotListening(f"the pages cannot be served at {listen}: {why}. {do}") from None


async def in_turn(listen: str, clock: Clock, *, alone: bool) -> socket.socket:
    """Of several workers on one machine one serves the pages, and when it ends another one takes over.

    Raises `NotListening` where there can be no other worker.
    """
    told = False
    while True:
        try:
            return listening(listen)
        except NotListening as error:
            if alone:
                raise
            if not told:
                log.info("pages_elsewhere", action="serve", reason=str(error))
            told = True
        await clock.sleep(_TAKE_OVER)
