"""Twilio's list of calls as a live presence source: running calls stand in it beside those that have ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from noshowd.adapters.twilio.client import TwilioClient
from noshowd.adapters.twilio.settings import TwilioSettings
from noshowd.adapters.twilio.wire import UnreadableCallError, to_calls, to_leg
from noshowd.domain.evidence import Coverage, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span

#: A call in the list may have begun so long before the instant from which on it matters.
_LONGEST_CALL = timedelta(hours=4)
_DAY = timedelta(days=1)


class TwilioCalls:
    """Calls over our numbers. A line is covered if the account says that the number is its own."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._client = TwilioClient(settings)
        self._owned: frozenset[str] = frozenset()
        self._owned_at: datetime | None = None
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
        legs, complete = [], True
        for entry in await self._client.calls(since - _LONGEST_CALL):
            try:
                legs.append(to_leg(entry))
            except UnreadableCallError:
                complete = False
        settings = self._settings
        calls = to_calls(legs, source=settings.name, lines=settings.lines, ringing=settings.ringing)
        lines = await self._lines(now)
        until = now - settings.lag
        covered = complete and lines and since < until
        coverage = Coverage(source=settings.name, span=Span(start=since, end=until), lines=lines) if covered else None
        return Observation(
            calls=tuple(c for c in calls if (c.ended or now) >= since and concerns(c, meeting)),
            coverages=(coverage,) if coverage is not None else (),
        )

    async def close(self) -> None:
        await self._client.close()

    async def _lines(self, now: datetime) -> frozenset[str]:
        """Those of our lines that belong to the account; asked once a day."""
        if self._owned_at is None or now - self._owned_at > _DAY:
            self._owned = frozenset(await self._client.numbers() & self._settings.lines)
            self._owned_at = now
        return self._owned
