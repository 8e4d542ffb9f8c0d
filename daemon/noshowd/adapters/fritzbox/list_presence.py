"""The box's call list as a presence source, the slower check beside the call monitor.

It proves talks of minutes and calls to us once they have ended, fills what the monitor missed while its connection was
gone, and tells which calls run just now. It never tells whether a short call of ours was answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from noshowd.adapters.fritzbox.list_client import CallListClient
from noshowd.adapters.fritzbox.list_wire import UnreadableEntryError, numbered, to_call
from noshowd.adapters.fritzbox.settings import CallListSettings
from noshowd.domain.evidence import CallRecord, Coverage, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span

#: A call in the list may have begun so long before the instant from which on it matters.
_LONGEST_CALL = timedelta(hours=3)
#: A line counts as one of this box if a call of it stands in the list and is no older.
_PROVEN_FOR = timedelta(days=30)
#: A box forgets its oldest calls: a list as long as this may have lost some.
_FULL = 400
_DAY = timedelta(days=1)


class FritzboxCallList:
    """Calls of the configured lines. A list that somebody emptied proves nothing: a line is covered only once the list
    has shown a call of it within the last thirty days.
    """

    def __init__(self, settings: CallListSettings, normalise: Callable[[str], str | None]) -> None:
        self._settings = settings
        self._normalise = normalise
        self._client = CallListClient(settings)
        # one at a time: a box that hangs holds up nobody else
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=settings.name)
        self._proven: set[str] = set()
        self._proven_at: datetime | None = None
        self.traits = SourceTraits(
            name=settings.name,
            telephone=True,
            keeps_history=True,
            ended_only=True,
            lag=settings.lag,
            settles_after=timedelta(minutes=5),
        )

    def sees(self, meeting: Meeting) -> bool:
        return can_know_of(self._settings.lines, meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        days = (now - since + _LONGEST_CALL) // _DAY + 1
        calls, complete = await self._calls(days, now)
        until = now - self._settings.lag
        lines = await self._seen_lines(now)
        covered = complete(since) and lines and since < until
        return Observation(
            calls=tuple(c for c in calls if (c.ended or now) + c.or_later_by >= since and concerns(c, meeting)),
            coverages=(self._coverage(since, until, lines),) if covered else (),
        )

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _coverage(self, since: datetime, until: datetime, lines: frozenset[str]) -> Coverage:
        return Coverage(source=self.traits.name, span=Span(start=since, end=until), ended_only=True, lines=lines)

    async def _calls(self, days: int | None, now: datetime) -> tuple[list[CallRecord], Callable[[datetime], bool]]:
        """The calls of our lines in the last days, and whether all since an instant are among them."""
        entries = await asyncio.get_running_loop().run_in_executor(self._thread, self._client.read, days)
        calls: list[CallRecord] = []
        readable = True
        for entry in entries:
            try:
                calls.append(to_call(entry, self._settings, self._normalise))
            except UnreadableEntryError:
                readable = False
        ours = [call for call in numbered(calls) if call.our_line in self._settings.lines]
        self._proven.update(c.our_line for c in ours if c.our_line and now - c.began < _PROVEN_FOR)
        oldest = min((call.began for call in calls), default=now)
        return ours, lambda since: readable and (len(entries) < _FULL or oldest < since - _LONGEST_CALL)

    async def _seen_lines(self, now: datetime) -> frozenset[str]:
        """The lines that the list has shown. The whole list is read once a day, and only where a line is in doubt."""
        stale = self._proven_at is None or now - self._proven_at > _DAY
        if stale and not self._settings.lines <= self._proven:
            await self._calls(None, now)
            self._proven_at = now
        return frozenset(self._proven)
