"""Says when the service is ready, and in one line how it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import structlog

from noshowd import __version__
from noshowd.ports.clock import Clock
from noshowd.runtime.systemd import Notifier
from noshowd.store import calendars
from noshowd.store.calendars import CalendarState
from noshowd.store.database import Database
from noshowd.store.errors import StoreError

log = structlog.get_logger()

#: Readiness does not wait for slow vendors longer than this, seconds; it asks this often.
_READY_WITHIN = 10.0
_ASK_AGAIN = 0.1
#: systemd's status line is renewed this often, seconds.
_STATUS_EVERY = 60.0


class Readiness:
    """Ready once each account was tried, whatever came of it. `mode` is shadow or live, as it is when asked."""

    def __init__(self, database: Database, clock: Clock, notifier: Notifier, *, mode: Callable[[], str]) -> None:
        self._database = database
        self._clock = clock
        self._notifier = notifier
        self._mode = mode
        self.reached = False

    async def run(self) -> None:
        """Tell systemd, until cancelled."""
        started = self._clock.now()
        with suppress(TimeoutError):
            async with asyncio.timeout(_READY_WITHIN):
                while any(_untried(one, started) for one in await self._states()):
                    await self._clock.sleep(_ASK_AGAIN * self._clock.speed)
        self.reached = True
        log.info("started", action="run", calendars=len(await self._states()), version=__version__)
        self._notifier.ready(await self._line())
        while True:
            await self._clock.sleep(_STATUS_EVERY)
            self._notifier.status(await self._line())

    async def _line(self) -> str:
        states = await self._states()
        failing = sum(1 for one in states if one.failures)
        trouble = f", {failing} of them cannot be read: see noshowd status" if failing else ""
        return f"{self._mode()}, watching {len(states)} calendars{trouble}"

    async def _states(self) -> list[CalendarState]:
        """How reading the calendars goes; nothing while the database does not answer, which the loops report."""
        try:
            return await self._database.read(calendars.states)
        except StoreError:
            return []


def _untried(one: CalendarState, started: datetime) -> bool:
    """Whether a calendar that was due at the start still waits for its turn."""
    return one.next_look_at is not None and one.next_look_at <= started
