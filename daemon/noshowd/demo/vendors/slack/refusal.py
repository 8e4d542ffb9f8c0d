"""How the simulated Slack says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """`{"ok": false, "error": ...}`, with an HTTP status and headers where Slack uses them."""

    def __init__(self, error: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.status = status
        self.headers = headers or {}
        self.body: dict[str, Any] = {"ok": False, "error": error, **more}
