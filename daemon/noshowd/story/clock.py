"""A clock that stands still until it is told otherwise."""

from __future__ import annotations

from datetime import datetime

from noshowd.domain.spans import require_aware


class FakeClock:
    """Shows the instant it was set to. Sleeping returns at once and moves nothing: the story moves the time."""

    speed = 1.0

    def __init__(self, start: datetime) -> None:
        require_aware("start", start)
        self._now = start
        self._start = start

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        del seconds

    def set(self, instant: datetime) -> None:
        """Move on to `instant`; time never runs backwards (ValueError)."""
        if instant < self._now:
            raise ValueError(f"a story cannot go back from {self._now} to {instant}")
        self._now = instant
