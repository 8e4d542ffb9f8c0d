"""What the engine needs from a source of presence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from noshowd.domain.evidence import Observation, SourceTraits
from noshowd.domain.meeting import Meeting
from noshowd.ports.heard import Heard, unheard


@dataclass(frozen=True, slots=True, kw_only=True)
class Stir:
    """Something happened in a room of one of these people: a look by this source is worth while now. Proves nothing."""

    source: str
    #: Addresses, lower case.
    organizers: frozenset[str]


class StirSource(Protocol):
    """Something that tells of stirs for as long as it runs."""

    name: str

    async def run(self, heed: Callable[[Stir], Awaitable[object]], heard: Heard = unheard) -> None:
        """Tell until cancelled, reconnecting by itself. What is missed meanwhile is caught up by looking."""
        ...


class PresenceSource(Protocol):
    """Looks at one meeting. Never asked outside the window of a watched meeting."""

    traits: SourceTraits

    def sees(self, meeting: Meeting) -> bool:
        """Whether this source can know anything of this meeting (its platform, organiser, lines)."""
        ...

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        """Everything known since `since` (the window's opening, or the last good look less the lag).

        A failed look writes no coverage: it raises `Temporary`, `Permanent` or `CredentialsLost`. An answer that may be
        true or not (a right that is missing, a record not made yet) brings no coverage either.
        """
        ...
