"""The one clock of the house, handed to whoever needs the time or has to wait."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time, elapsed time and waiting, all on one scale."""

    @property
    def speed(self) -> float:
        """How many of its seconds pass in one of the machine's (1 but in demos and tests)."""
        ...

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a scale that never runs backwards (leases, time-outs)."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock; at once when not positive."""
        ...
