"""A table of call records as a presence source: it proves talks and attempts once they have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from noshowd.adapters.cdr.settings import CdrSettings
from noshowd.adapters.cdr.tables import open_table
from noshowd.adapters.cdr.wire import Leg, RowReader, UnreadableRowError, to_calls
from noshowd.domain.evidence import Coverage, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span

#: A call in the table may have begun so long before the instant from which on it matters.
_LONGEST_CALL = timedelta(hours=3)
#: A line counts as written to this table if a call of it was seen within this time.
_PROVEN_FOR = timedelta(days=30)
#: A table without any row for so long may be one to which nobody writes any more.
_ALIVE_FOR = timedelta(days=3)
#: A clock that is further ahead is not believed, nor the rest of the table.
_TOLERANCE = timedelta(minutes=2)


class CdrSource:
    """Calls of the configured lines that have ended.

    An empty table proves nothing: a line is covered only once the table has shown a call of it within the last thirty
    days, and while the table goes on growing.
    """

    def __init__(self, settings: CdrSettings, normalise: Callable[[str], str | None]) -> None:
        self._settings = settings
        self._reader = RowReader(settings, normalise)
        self._table = open_table(settings)
        # one at a time: a database that hangs holds up nobody else
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=settings.name)
        self._proven: set[str] = set()
        self._proven_at: datetime | None = None
        self._newest: datetime | None = None
        self.traits = SourceTraits(
            name=settings.name,
            telephone=True,
            keeps_history=True,
            ended_only=True,
            lag=settings.lag,
            settles_after=max(timedelta(minutes=5), settings.lag),
        )

    def sees(self, meeting: Meeting) -> bool:
        return can_know_of(self._settings.lines, meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        legs, complete = await self._legs(since - _LONGEST_CALL, now)
        calls = to_calls(legs, self.traits.name)
        lines = await self._written_lines(now)
        until = now - self._settings.lag
        covered = complete and lines and self._alive(now) and since < until
        return Observation(
            calls=tuple(c for c in calls if c.ended is not None and c.ended >= since and concerns(c, meeting)),
            coverages=(self._coverage(since, until, lines),) if covered else (),
        )

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._table.close()

    def _coverage(self, since: datetime, until: datetime, lines: frozenset[str]) -> Coverage:
        return Coverage(source=self.traits.name, span=Span(start=since, end=until), ended_only=True, lines=lines)

    async def _legs(self, since: datetime, now: datetime) -> tuple[list[Leg], bool]:
        """The legs since then, and whether every row was there and could be read."""
        read = await asyncio.get_running_loop().run_in_executor(self._thread, self._table.read, since)
        legs: list[Leg] = []
        complete = read.complete
        for row in read.rows:
            try:
                began = self._reader.began(row)
                if began[-1] < since:
                    continue
                if began[0] <= now + _TOLERANCE:
                    legs.extend(self._reader.legs(row))
                    self._newest = max(began[0], self._newest or began[0])
                else:
                    complete = False
            except UnreadableRowError:
                complete = False
        self._proven.update(leg.our_line for leg in legs if leg.our_line in self._settings.lines)
        return legs, complete

    def _alive(self, now: datetime) -> bool:
        return self._newest is not None and now - self._newest < _ALIVE_FOR

    async def _written_lines(self, now: datetime) -> frozenset[str]:
        """The lines that the table has shown. The long list is read once a day, and only where a line is in doubt."""
        stale = self._proven_at is None or now - self._proven_at > timedelta(days=1)
        if stale and not self._settings.lines <= self._proven:
            await self._legs(now - _PROVEN_FOR, now)
            self._proven_at = now
        return frozenset(self._proven)
