"""The one file that reads the machine's clock and sleeps. Everybody else is handed a `Clock`."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's own time, or, where that was found to be wrong, the time that it was set to."""

    speed = 1.0

    def __init__(self) -> None:
        #: The true time at an instant of the machine's running time; None while its clock is believed.
        self._set: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        if self._set is None:
            return self.machine()
        true, at = self._set
        return true + timedelta(seconds=_running() - at)

    def machine(self) -> datetime:
        """What the machine's own clock shows."""
        return datetime.now(UTC)

    def set_to(self, true: datetime | None) -> None:
        """Go on from this time whatever happens to the machine's clock; None believes it again."""
        self._set = None if true is None else (true, _running())

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def _running() -> float:
    """Seconds since the machine was started, its sleep included: no step of its clock changes them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


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
