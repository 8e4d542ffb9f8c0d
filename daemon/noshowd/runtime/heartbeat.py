"""A sign of life to a service outside, which tells somebody when it stops: all that tells of a machine that is gone."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from http.client import HTTPException
from urllib.parse import urlsplit
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

import structlog

from noshowd.config.model import Config
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Temporary
from noshowd.ports.heard import Heard, unheard

log = structlog.get_logger()

#: Seconds between two signs.
_EVERY = 60.0
#: A stop of the daemon waits for a call under way, seconds.
_PATIENCE = 3.0


async def keep_beating(
    config: Callable[[], Config], clock: Clock, *, alive: Callable[[], Awaitable[bool]], heard: Heard = unheard
) -> None:
    """Call the configured address as long as no loop hangs and the database answers, until cancelled.

    A failure is written into the journal when it begins and when it is over, and told to `heard`; it stops nothing.
    """
    failing = False
    while True:
        url = config().run.heartbeat_url
        if url is not None and await alive():
            error = await asyncio.to_thread(_call, url, config())
            if error is not None and not failing:
                log.warning("heartbeat_failed", action="heartbeat", source=urlsplit(url).netloc, error=error)
            elif error is None and failing:
                log.info("heartbeat_works", action="heartbeat", source=urlsplit(url).netloc)
            failing = error is not None
            await heard(None if error is None else Temporary(error))
        await clock.sleep(_EVERY)


def _call(url: str, config: Config) -> str | None:
    """None when it answered well, else what went wrong. Blocking."""
    network = config.network
    proxies = ProxyHandler(None if network.proxy is None else {"http": network.proxy, "https": network.proxy})
    ca_file = None if network.ca_file is None else str(network.ca_file)
    try:
        asks = build_opener(proxies, HTTPSHandler(context=ssl.create_default_context(cafile=ca_file)))
        with asks.open(Request(url), timeout=_PATIENCE):  # noqa: S310 - the configuration has only http and https
            return None
    except (OSError, HTTPException) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__
