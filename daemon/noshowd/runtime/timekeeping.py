"""How far this machine's clock is off, by the Date headers of the servers that the configuration names.

What vendors saw is stamped by their clocks, and starts of meetings are true times. A clock that is off by more than a
few seconds is told of like a dead source, and until it is mended noshowd goes on by the vendors' time.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from datetime import timedelta
from statistics import median

import sqlalchemy as sa
import structlog

from noshowd.runtime.bench import Bench
from noshowd.runtime.catalogue import tables
from noshowd.runtime.clock import SystemClock
from noshowd.runtime.reach import SKEW, addresses, ahead, trust
from noshowd.store import health
from noshowd.store.database import Database
from noshowd.store.errors import StoreError
from noshowd.store.health import Condition

log = structlog.get_logger()

#: Seconds from the start to the first measurement, and between two.
_FIRST, _EVERY = 5.0, 900.0


class Timekeeping:
    """Sets the clock of the daemon right where the machine's is wrong."""

    def __init__(self, bench: Bench, clock: SystemClock, database: Database) -> None:
        self._bench = bench
        self._clock = clock
        self._database = database
        self._part = f"{health.CLOCK}{socket.gethostname()}"

    async def run(self) -> None:
        """Measure now and then, until cancelled. The start goes first: until then the machine is believed."""
        await self._clock.sleep(_FIRST)
        while True:
            await self.measure()
            await self._clock.sleep(_EVERY)

    async def measure(self) -> None:
        """Ask every server once. The middle of what they say counts, so that one wrong server moves nothing."""
        config = self._bench.config
        servers = [(table, one) for _, _, table in tables(config) for one in addresses(table, config)]
        trusted = trust()
        told = await asyncio.gather(*(ahead(self._bench, table, one, trusted) for table, one in servers))
        found = [one.total_seconds() for one in told if one is not None]
        if not found:
            return  # nobody told: what was measured last still holds
        true = self._clock.now() - timedelta(seconds=median(found))
        off = self._clock.machine() - true
        wrong = abs(off) > SKEW
        self._clock.set_to(true if wrong else None)
        if wrong:
            log.warning("clock_wrong", action="clock", ahead=round(off.total_seconds()))
        with suppress(StoreError):
            await self._database.run(lambda conn: self._note(conn, off, wrong=wrong))

    def _note(self, conn: sa.Connection, off: timedelta, *, wrong: bool) -> None:
        way = "ahead of" if off > timedelta(0) else "behind"
        error = f"{abs(off.total_seconds()):.0f} s {way} the vendors' clocks" if wrong else None
        condition = Condition.STOPPED if wrong else Condition.WELL
        health.record(conn, self._part, condition, now=self._clock.now(), error=error)
