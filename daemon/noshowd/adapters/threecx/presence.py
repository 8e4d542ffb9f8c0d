"""A 3CX as a live presence source: what runs is asked for, what has ended stands in the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from noshowd.adapters.threecx.client import ThreeCxClient
from noshowd.adapters.threecx.settings import ThreeCxSettings
from noshowd.adapters.threecx.wire import (
    UnreadableSegmentError,
    lost_from_sight,
    to_calls,
    to_running,
    to_segment,
)
from noshowd.domain.evidence import CallRecord, Coverage, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span

#: A call in the history may have begun so long before the instant from which on it matters.
_LONGEST_CALL = timedelta(hours=3)
#: A line counts as visible to the client if a call of it was seen within this time.
_PROVEN_FOR = timedelta(days=30)
#: A running call and the same call in the history begin no further apart.
_APART = timedelta(seconds=90)
_DAY = timedelta(days=1)


class ThreeCxCalls:
    """Calls of our extensions. A client with a role over one department sees an empty list without being told so: a
    line is covered only once the history has shown a call of it within the last thirty days.
    """

    def __init__(self, settings: ThreeCxSettings, normalise: Callable[[str], str | None]) -> None:
        self._settings = settings
        self._normalise = normalise
        self._client = ThreeCxClient(settings)
        #: Calls seen running, by their key, as they were last told.
        self._ran: dict[str, CallRecord] = {}
        self._proven: set[str] = set()
        self._proven_at: datetime | None = None
        self.traits = SourceTraits(
            name=settings.name,
            telephone=True,
            keeps_history=True,
            lag=settings.lag,
            settles_after=timedelta(minutes=5),
        )

    def sees(self, meeting: Meeting) -> bool:
        return can_know_of(self._settings.lines, meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        # first what runs: a call that ends in between is told twice rather than not at all
        running, readable = await self._running()
        ended, complete = await self._history(since - _LONGEST_CALL, now)
        calls = self._joined(running, ended, now)
        lines = await self._visible_lines(now)
        until = now - self._settings.lag
        covered = readable and complete and lines and since < until
        return Observation(
            calls=tuple(c for c in calls if (c.ended or now) >= since and concerns(c, meeting)),
            coverages=(self._coverage(since, until, lines),) if covered else (),
        )

    async def close(self) -> None:
        await self._client.close()

    def _coverage(self, since: datetime, until: datetime, lines: frozenset[str]) -> Coverage:
        return Coverage(source=self._settings.name, span=Span(start=since, end=until), lines=lines)

    async def _running(self) -> tuple[list[CallRecord], bool]:
        calls, readable = [], True
        for entry in await self._client.running():
            try:
                call = to_running(entry, self._settings, self._normalise)
            except UnreadableSegmentError:
                readable = False
                continue
            if call is not None:
                calls.append(call)
        return calls, readable

    async def _history(self, since: datetime, now: datetime) -> tuple[list[CallRecord], bool]:
        segments, complete = [], True
        for entry in await self._client.history(since):
            try:
                segment = to_segment(entry, self._settings, self._normalise)
            except UnreadableSegmentError:
                complete = False
                continue
            if segment is not None:
                segments.append(segment)
        self._proven.update(s.line for s in segments if s.line in self._settings.lines and now - s.began < _PROVEN_FOR)
        return to_calls(segments, self._settings), complete

    def _joined(self, running: list[CallRecord], ended: Iterable[CallRecord], now: datetime) -> list[CallRecord]:
        """One record a call: what ran keeps its key when the history tells the rest of it."""
        self._ran = {key: call for key, call in self._ran.items() if now - call.began < _DAY}
        gone = {key: call for key, call in self._ran.items() if key not in {one.call for one in running}}
        calls = list(running)
        for call in ended:
            same = next((key for key, ran in gone.items() if _is_same(ran, call)), None)
            if same is not None:
                del gone[same]
            calls.append(call if same is None else replace(call, call=same))
        for key, call in gone.items():
            self._ran[key] = call if call.ended is not None else lost_from_sight(call, now - self._settings.lag)
            calls.append(self._ran[key])
        self._ran.update((call.call, call) for call in running)
        return calls

    async def _visible_lines(self, now: datetime) -> frozenset[str]:
        """The lines that the history has shown. The long list is asked for once a day, and only in doubt."""
        stale = self._proven_at is None or now - self._proven_at > _DAY
        if stale and not self._settings.lines <= self._proven:
            await self._history(now - _PROVEN_FOR, now)
            self._proven_at = now
        return frozenset(self._proven)


def _is_same(ran: CallRecord, ended: CallRecord) -> bool:
    same = ran.direction is ended.direction and ran.their_number == ended.their_number
    return same and abs(ran.began - ended.began) <= _APART
