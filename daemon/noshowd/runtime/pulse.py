"""The watchdog is fed by the loops themselves: one that hangs stops the feeding, and systemd restarts the service."""

from __future__ import annotations

from noshowd.ports.clock import Clock
from noshowd.runtime.systemd import Notifier

#: A loop that has not come round within this is taken to hang, seconds.
HANGS_AFTER = 90.0


class Pulse:
    """Knows when each loop last came round."""

    def __init__(self, clock: Clock, notifier: Notifier) -> None:
        self._clock = clock
        self._notifier = notifier
        self._beats: dict[str, float] = {}

    def beat(self, loop: str) -> None:
        """A loop begins another round."""
        self._beats[loop] = self._clock.monotonic()

    def hanging(self) -> list[str]:
        """The loops that have not come round for too long."""
        now = self._clock.monotonic()
        return sorted(loop for loop, beat in self._beats.items() if now - beat > HANGS_AFTER)

    async def run(self) -> None:
        """Feed the watchdog, until cancelled, as long as no loop hangs."""
        while True:
            if not self.hanging():
                self._notifier.feed()
            await self._clock.sleep(self._notifier.watchdog or HANGS_AFTER)
