"""Runs an ASGI application on a loopback port in a thread of its own."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Any, Self

import uvicorn


class LoopbackServer:
    """A web server on 127.0.0.1 with a port of its own, for as long as the `with` block runs.

    `url` is known before the server answers; entering the block returns once it does.
    """

    def __init__(self, app: Any, *, certificate: str | None = None, private_key: str | None = None) -> None:
        # Named as TCP, so that asyncio sends answers at once rather than 40 ms later (TCP_NODELAY).
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            app,
            log_level="error",
            lifespan="off",
            ssl_certfile=certificate,
            ssl_keyfile=private_key,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._server.up.wait(timeout=10):
            raise RuntimeError("the loopback server did not start within 10 s")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()


class _Server(uvicorn.Server):
    """Uvicorn that tells when it has begun to answer, and leaves no connection open behind it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets=sockets)
        # whoever was left hanging, or never hung up
        for connection in list(self.server_state.connections):
            connection.transport.abort()
