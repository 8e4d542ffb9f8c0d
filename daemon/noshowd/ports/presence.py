"""What the engine needs from a source of presence."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from noshowd.domain.evidence import Observation, SourceTraits
from noshowd.domain.meeting import Meeting


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
