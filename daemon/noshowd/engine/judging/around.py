"""How the house stands around one meeting: switches, people, answers. The evidence says what is; this says whether to
act. Values only: they may go to another process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from noshowd.domain.evidence import Evidence, Said
from noshowd.domain.findings import last_words
from noshowd.domain.gate import Circumstances
from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.policy import Policy
from noshowd.domain.recipients import owner
from noshowd.domain.verdict import Verdict


class Colleague(NamedTuple):
    """What the house knows of one of ours who is expected in a meeting."""

    #: Noshowd is only tried out on their side.
    shadow: bool
    #: Key of who takes over for them, where somebody is named.
    stand_in: str | None
    #: End of their working day on the day of the meeting.
    day_ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What holds for every meeting at once."""

    shadow: bool
    paused: bool = False
    sending_held: bool = False
    broken_sources: frozenset[str] = field(default_factory=frozenset)
    #: Persons of ours who want nothing more, and until when.
    stopped: Mapping[str, datetime] = field(default_factory=dict)

    def around(
        self,
        meeting: Meeting,
        verdict: Verdict,
        policy: Policy,
        evidence: Evidence,
        colleagues: Mapping[str, Colleague],
        now: datetime,
    ) -> Circumstances:
        """The circumstances of one meeting as far as they are known without asking the database again.

        `colleagues` are those of ours in the meeting, by their keys.
        """
        ours = colleagues.get(owner(meeting, verdict))
        return Circumstances(
            shadow=self.shadow or policy.shadow or (ours is not None and ours.shadow),
            paused=self.paused,
            sending_held=self.sending_held,
            broken_sources=self.broken_sources,
            human_took_over=_took_over(evidence) or self.stopped_by_one_of_ours(meeting, now),
            stand_ins={key: one.stand_in for key, one in colleagues.items() if one.stand_in is not None},
            day_ends=None if ours is None else ours.day_ends,
        )

    def stopped_by_one_of_ours(self, meeting: Meeting, now: datetime) -> bool:
        """Whether somebody of ours in this meeting has left, or wants nothing more today."""
        return bool(self.stopped) and any(now < self.stopped.get(p.key, now) for p in meeting.side(Side.OURS))


def _took_over(evidence: Evidence) -> bool:
    """Whether somebody of ours asked to be left alone with this meeting."""
    return any(word.said is Said.LEAVE_IT for word in last_words(evidence))
