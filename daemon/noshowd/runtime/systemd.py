"""Tells systemd how the service is (sd_notify(3)); without systemd nothing happens."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


class Notifier:
    """Sends to the socket that systemd names in NOTIFY_SOCKET."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        #: A leading @ stands for an abstract socket.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        timeout = environ.get("WATCHDOG_USEC", "")
        #: How often the watchdog wants to be fed, seconds; None when it does not run.
        self.watchdog: float | None = int(timeout) / 2_000_000 if timeout.isdigit() else None

    def ready(self, status: str) -> None:
        self._send(f"READY=1\nSTATUS={status}")

    def status(self, status: str) -> None:
        self._send(f"STATUS={status}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def feed(self) -> None:
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.connect(self._address)
            sock.sendall(message.encode())
