"""The sipgate history as a presence source: it proves talks and attempts once they have ended, never the present."""

from __future__ import annotations

from datetime import datetime, timedelta

from noshowd.adapters.sipgate.client import SipgateClient
from noshowd.adapters.sipgate.settings import SipgateSettings
from noshowd.adapters.sipgate.wire import UnreadableEntryError, one_a_call, to_call
from noshowd.domain.evidence import CallRecord, Coverage, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns, may_be_by_phone
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span

#: A call in the history may have begun so long before the instant from which on it matters.
_LONGEST_CALL = timedelta(hours=3)
#: A line counts as visible to the token if a call of it was seen within this time.
_PROVEN_FOR = timedelta(days=30)


class SipgateHistory:
    """Calls of the configured lines that have ended.

    A token sees only the lines of its user, and an empty list does not say which those are. So a line is covered only
    once this token has shown a call of it, in this look or within the last thirty days.
    """

    def __init__(self, settings: SipgateSettings) -> None:
        self._settings = settings
        self._client = SipgateClient(settings)
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
        if not self._settings.lines:
            return may_be_by_phone(meeting)
        return can_know_of(self._settings.lines, meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        seen, complete = await self._calls(since - _LONGEST_CALL, now)
        calls = tuple(c for c in seen if c.ended is not None and c.ended >= since and concerns(c, meeting))
        until = now - self._settings.lag
        lines = await self._visible_lines(now)
        covered = complete and lines and since < until
        return Observation(calls=calls, coverages=(self._coverage(since, until, lines),) if covered else ())

    async def close(self) -> None:
        await self._client.close()

    def _coverage(self, since: datetime, until: datetime, lines: frozenset[str]) -> Coverage:
        return Coverage(source=self.traits.name, span=Span(start=since, end=until), ended_only=True, lines=lines)

    async def _calls(self, since: datetime, until: datetime) -> tuple[tuple[CallRecord, ...], bool]:
        """The calls of our lines, and whether every entry could be read."""
        calls: list[CallRecord] = []
        complete = True
        for entry in await self._client.history(since=since, until=until):
            try:
                call = to_call(
                    entry,
                    source=self.traits.name,
                    extensions=self._settings.extensions,
                    ringing=self._settings.ringing,
                )
            except UnreadableEntryError:
                complete = False
                continue
            if call is not None and call.our_line is not None:
                self._proven.add(call.our_line)
                calls.append(call)
        wanted = self._settings.lines
        return one_a_call(c for c in calls if not wanted or c.our_line in wanted), complete

    async def _visible_lines(self, now: datetime) -> frozenset[str]:
        """The lines this token has shown. The long list is asked for once a day, and only where a line is in doubt."""
        wanted = self._settings.lines
        stale = self._proven_at is None or now - self._proven_at > timedelta(days=1)
        if stale and not (wanted and wanted <= self._proven):
            await self._calls(now - _PROVEN_FOR, now)
            self._proven_at = now
        return frozenset(self._proven & wanted if wanted else self._proven)
