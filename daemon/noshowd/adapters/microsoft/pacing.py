"""Who may ask Graph next: a few calls at once, fewer for one mailbox, the earliest deadline first."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from enum import Enum
from itertools import count

from noshowd.ports.clock import Clock
from noshowd.ports.errors import Temporary

#: A longer wish than this is handed on instead of waited for.
PATIENCE = timedelta(seconds=10)


class Urgency(Enum):
    """Within how long an answer is wanted."""

    #: What is about to leave the house, and what is read again for it.
    SEND = timedelta(0)
    #: Evidence, and whatever a person waits for.
    LOOK = timedelta(seconds=20)
    #: A calendar that is listed again.
    LISTING = timedelta(minutes=2)


class Gate:
    """Lets calls through. A mailbox whose server asked for peace is left alone until then."""

    def __init__(self, clock: Clock, *, parallel: int, parallel_mailbox: int) -> None:
        self._clock = clock
        self._parallel = parallel
        self._parallel_mailbox = parallel_mailbox
        self._running: Counter[str] = Counter()
        self._waiting: list[tuple[datetime, int, str, asyncio.Future[None]]] = []
        self._numbers = count()
        self._peace: dict[str, datetime] = {}

    @asynccontextmanager
    async def turn(self, mailbox: str, urgency: Urgency) -> AsyncIterator[None]:
        """Hold one place. Raises `Temporary` when the mailbox is to be left alone for longer than is waited."""
        await self.rest(mailbox)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self._clock.now() + urgency.value, next(self._numbers), mailbox, place))
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave(mailbox)
            raise
        try:
            yield
        finally:
            self._leave(mailbox)

    async def rest(self, mailbox: str) -> None:
        """Wait until the mailbox may be asked again."""
        until = self._peace.get(mailbox)
        if until is None:
            return
        left = until - self._clock.now()
        if left > PATIENCE:
            raise Temporary("Graph asked to be left alone", retry_after=left)
        if left > timedelta(0):
            await self._clock.sleep(left.total_seconds())
        if self._peace.get(mailbox) == until:
            del self._peace[mailbox]

    def leave_alone(self, mailbox: str, wish: timedelta) -> None:
        """Graph throttled calls to this mailbox: calls that would be refused count too."""
        self._peace[mailbox] = max(self._peace.get(mailbox, self._clock.now()), self._clock.now() + wish)

    def _leave(self, mailbox: str) -> None:
        self._running[mailbox] -= 1
        if not self._running[mailbox]:
            del self._running[mailbox]
        self._admit()

    def _admit(self) -> None:
        passed_over = []
        while self._waiting and self._running.total() < self._parallel:
            entry = heapq.heappop(self._waiting)
            _, _, mailbox, place = entry
            if place.done():
                continue
            if self._running[mailbox] >= self._parallel_mailbox:
                passed_over.append(entry)
                continue
            self._running[mailbox] += 1
            place.set_result(None)
        for entry in passed_over:
            heapq.heappush(self._waiting, entry)
