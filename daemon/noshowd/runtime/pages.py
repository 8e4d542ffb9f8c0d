"""Serves the pages with uvicorn, inside the daemon's own event loop."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn


class _Server(uvicorn.Server):
    """Leaves the signals to the daemon."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: Any, at: socket.socket, trusted_proxies: Sequence[str]) -> None:
    """Serve until cancelled."""
    settings = uvicorn.Config(
        app,
        log_level="error",
        lifespan="off",
        proxy_headers=True,
        forwarded_allow_ips=list(trusted_proxies),
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    await _Server(settings).serve([at])
