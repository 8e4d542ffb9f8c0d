"""When a connection that only listens was up: what happened then was heard, and of any other time nothing is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noshowd.domain.spans import Span

_KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """`lag` is how long the last silence may already have been that of a dead connection."""

    lag: timedelta
    #: Since when the connection is up; None while it is not.
    since: datetime | None = None
    #: Earlier stretches of the last 24 hours.
    before: tuple[Span, ...] = ()

    def begun(self, now: datetime) -> Uptime:
        """It came up."""
        return replace(self, since=now)

    def ended(self, now: datetime) -> Uptime:
        """It is gone; where it was not up, nothing changes."""
        kept = tuple(span for span in self._stretches(now) if span.end > now - _KEPT)
        return replace(self, since=None, before=kept)

    def complete(self, since: datetime, now: datetime, *, deaf: timedelta) -> tuple[Span, ...]:
        """The stretches from `since` on in which everything was heard; calls that were running when a connection came
        up are not heard of for `deaf` at the most.
        """
        stretches = ((max(since, s.start + deaf), s.end) for s in self._stretches(now))
        return tuple(Span(start=start, end=end) for start, end in stretches if start < end)

    def _stretches(self, now: datetime) -> tuple[Span, ...]:
        known_to = now - self.lag
        if self.since is None or self.since >= known_to:
            return self.before
        return (*self.before, Span(start=self.since, end=known_to))
