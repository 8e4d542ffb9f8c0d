"""Where the pages are to be served: the socket, or why it cannot be had."""

from __future__ import annotations

import asyncio
import os
import socket
from http.client import HTTPConnection, HTTPException

import structlog

from noshowd.ports.clock import Clock
from noshowd.ports.errors import Temporary
from noshowd.ports.heard import Heard, unheard

log = structlog.get_logger()

#: A worker whose pages another one serves looks this often whether that has ended, seconds.
_TAKE_OVER = 10.0
#: So long, seconds, whoever listens at our address may take to say who they are.
_PATIENCE = 3.0


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


async def in_turn(listen: str, clock: Clock, *, alone: bool, heard: Heard = unheard) -> socket.socket:
    """Of several workers on one machine one serves the pages, and when it ends another one takes over. Where whoever
    listens there is not one of us, nobody serves them: that is told to `heard`.

    Raises `NotListening` where there can be no other worker.
    """
    told = False
    while True:
        try:
            return listening(listen)
        except NotListening as refused:
            if alone:
                raise
            if not told:
                log.info("pages_elsewhere", action="serve", reason=str(refused))
            told = True
            ours = await asyncio.to_thread(_is_ours, listen)
            await heard(None if ours else Temporary(str(refused)))
        await clock.sleep(_TAKE_OVER)


def _is_ours(listen: str) -> bool:
    """Whether the pages of a noshowd answer there. Blocking."""
    host, _, port = listen.rpartition(":")
    asking = HTTPConnection(host.strip("[]"), int(port), timeout=_PATIENCE)
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().read(100).strip() in (b"ok", b"not well")
    except (OSError, HTTPException):
        return False
    finally:
        asking.close()
