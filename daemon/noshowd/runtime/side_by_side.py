"""Rounds of one loop side by side: one that waits for somebody outside does not keep the next from beginning."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from noshowd.ports.clock import Clock

_MOMENT = 0.25


class SideBySide:
    """Begins rounds of some work, each of which claims what is due and answers how much that was.

    Whatever a round holds is leased: no other begins while an older one is so late that it could claim the same again.
    """

    def __init__(
        self,
        group: asyncio.TaskGroup,
        clock: Clock,
        *,
        at_most: int,
        no_later_than: timedelta,
        moment: float = _MOMENT,
    ) -> None:
        """`at_most` rounds at once, and none more while one of them runs for `no_later_than` or longer.

        A round that lasts longer than `moment`, real seconds, goes on by itself where it may have company.
        """
        self._group = group
        self._clock = clock
        self._at_most = at_most
        self._no_later_than = no_later_than
        self._moment = moment if at_most > 1 else None
        #: With the instant at which each began.
        self._running: dict[asyncio.Task[int | Exception], datetime] = {}

    async def another(self, work: Callable[[], Awaitable[int]]) -> int:
        """Begin a round and wait for a moment; what it answers, 0 where it goes on by itself.

        Raises what this one or one that was begun earlier raised.
        """
        while not self._room():
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            self._settle()
        new = self._group.create_task(_caught(work))
        self._running[new] = self._clock.now()
        await asyncio.wait({new}, timeout=self._moment)
        return self._settle().get(new, 0)

    def _room(self) -> bool:
        late = self._clock.now() - self._no_later_than
        return len(self._running) < self._at_most and all(began > late for began in self._running.values())

    def _settle(self) -> dict[asyncio.Task[int | Exception], int]:
        """What the rounds answer that have ended; raises the first error among them, the others at the next call."""
        found = {}
        for one in [one for one in self._running if one.done()]:
            del self._running[one]
            answer = one.result()
            if isinstance(answer, Exception):
                raise answer
            found[one] = answer
        return found


async def _caught(work: Callable[[], Awaitable[int]]) -> int | Exception:
    try:
        return await work()
    except Exception as error:  # noqa: BLE001 - it is raised to whoever begins the next round
        return error
