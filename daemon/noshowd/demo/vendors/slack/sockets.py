"""Socket Mode of the simulated Slack: connections, envelopes, acknowledgements, disconnects."""

from __future__ import annotations

import json
import threading
from typing import Any
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect


class Sockets:
    """The open Socket Mode connections of one app. Used from the server's loop and from the test's thread."""

    def __init__(self) -> None:
        self._tickets: set[str] = set()
        self._open: list[WebSocket] = []
        #: Envelope ids that the app acknowledged, in order.
        self.acknowledged: list[str] = []
        #: What the app answered in an acknowledgement, by envelope id; None where that was all.
        self.replies: dict[str, Any] = {}
        #: How many connections were ever greeted.
        self.greeted = 0
        #: How many words came back for one person alone.
        self.told = 0
        #: How many modals were opened.
        self.opened = 0
        self._changed = threading.Condition()

    def ticket(self) -> str:
        """A single-use ticket for one connection, as `apps.connections.open` puts into its address."""
        ticket = uuid4().hex
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """One connection, from `hello` until it closes."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=4001)
            return
        self._tickets.remove(ticket)
        await socket.accept()
        await socket.send_json({"type": "hello", "num_connections": len(self._open) + 1})
        with self._changed:
            self._open.append(socket)
            self.greeted += 1
            self._changed.notify_all()
        try:
            while True:
                self._take(await socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            with self._changed:
                if socket in self._open:
                    self._open.remove(socket)
                self._changed.notify_all()

    def _take(self, raw: str) -> None:
        said = json.loads(raw)
        envelope_id = said["envelope_id"]
        with self._changed:
            self.replies[envelope_id] = said.get("payload")
            self.acknowledged.append(envelope_id)
            self._changed.notify_all()

    def tell(self) -> None:
        with self._changed:
            self.told += 1
            self._changed.notify_all()

    def open(self) -> None:
        with self._changed:
            self.opened += 1
            self._changed.notify_all()

    async def deliver(self, envelope: dict[str, Any], *, times: int = 1) -> None:
        """Send to one open connection, the newest. Slack keeps nothing for an app that is not there."""
        if not self._open:
            raise ConnectionError("nobody is connected: Slack shows an error to the person who pressed")
        for _ in range(times):
            await self._open[-1].send_json(envelope)

    async def say_disconnect(self, reason: str) -> None:
        """Announce the end of every connection; they stay open until `drop`."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def drop(self, *, oldest: int | None = None) -> None:
        """Close all connections, or the `oldest` so many, without a word."""
        for socket in self._open[:oldest]:
            await socket.close(code=1001)

    async def send_raw(self, raw: str) -> None:
        for socket in list(self._open):
            await socket.send_text(raw)

    def wait_for(self, what: str, count: int, *, timeout: float = 10) -> None:
        """Return once `greeted`, `acknowledged`, `connected`, `told` or `opened` has reached `count`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._count(what) >= count, timeout):
                raise TimeoutError(f"{what} is {self._count(what)} after {timeout} s, {count} expected")

    def _count(self, what: str) -> int:
        match what:
            case "greeted":
                return self.greeted
            case "acknowledged":
                return len(self.acknowledged)
            case "told":
                return self.told
            case "opened":
                return self.opened
            case "connected":
                return len(self._open)
        raise ValueError(f"nothing called {what!r} is counted here")
