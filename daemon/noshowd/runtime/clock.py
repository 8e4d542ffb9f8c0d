"""The one file that reads the machine's clock and sleeps. Everybody else is handed a `Clock`."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's own time."""

    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class ScaledClock:
    """Time that runs `speed` times as fast as the machine's, from `origin` at the machine's instant `anchor`.

    Two processes with the same three values read the same time (the demo's daemon and its vendors).
    """

    def __init__(self, *, origin: datetime, anchor: datetime, speed: float) -> None:
        if speed <= 0:
            raise ValueError(f"time does not run at {speed} times its speed")
        self._origin, self._anchor, self._speed = origin, anchor, speed
        self._elapsed = (datetime.now(UTC) - anchor).total_seconds()
        self._monotonic = time.monotonic()

    @classmethod
    def starting_now(cls, *, origin: datetime, speed: float) -> ScaledClock:
        """A clock that shows `origin` at this moment."""
        return cls(origin=origin, anchor=datetime.now(UTC), speed=speed)

    @classmethod
    def parse(cls, text: str) -> ScaledClock:
        """From `origin/anchor/speed` as `str()` writes it. Raises `ValueError`."""
        origin, anchor, speed = text.split("/")
        return cls(origin=datetime.fromisoformat(origin), anchor=datetime.fromisoformat(anchor), speed=float(speed))

    @property
    def speed(self) -> float:
        return self._speed

    def __str__(self) -> str:
        return f"{self._origin.isoformat()}/{self._anchor.isoformat()}/{self._speed}"

    def now(self) -> datetime:
        real = self._elapsed + time.monotonic() - self._monotonic
        return self._origin + timedelta(seconds=real * self._speed)

    def monotonic(self) -> float:
        return time.monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._speed)
