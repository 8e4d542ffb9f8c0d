"""Where a watched meeting stands in its life. One table; what is not in it raises.

Two rules. Everything that moves a phase lives here. This file does not know why a verdict is what it is.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from noshowd.domain.followup import IllegalStepError
from noshowd.domain.meeting import Meeting
from noshowd.domain.policy import JudgingRules
from noshowd.domain.timing import window
from noshowd.domain.verdict import Outcome, Verdict


class Phase(StrEnum):
    """Of one round of one meeting."""

    UPCOMING = "upcoming"
    #: The window is open and nothing is decided.
    WATCHING = "watching"
    #: There is an outcome that may still be corrected.
    DECIDED = "decided"
    #: Nobody and nothing is expected to correct it any more.
    CLOSED = "closed"
    CALLED_OFF = "called_off"
    NOT_WATCHED = "not_watched"


class Turn(StrEnum):
    """What a judgement means for the phase."""

    TOO_EARLY = "too_early"
    OPEN = "open"
    DECIDED = "decided"
    FINAL = "final"
    CALLED_OFF = "called_off"
    NOT_WATCHED = "not_watched"


_ANY: dict[Turn, Phase] = {
    Turn.TOO_EARLY: Phase.UPCOMING,
    Turn.OPEN: Phase.WATCHING,
    Turn.DECIDED: Phase.DECIDED,
    Turn.FINAL: Phase.CLOSED,
    Turn.CALLED_OFF: Phase.CALLED_OFF,
    Turn.NOT_WATCHED: Phase.NOT_WATCHED,
}

#: (phase, turn) -> phase. A cancelled meeting may come back; a closed one only moves when a person corrects it.
TABLE: dict[Phase, dict[Turn, Phase]] = {
    Phase.UPCOMING: _ANY,
    Phase.WATCHING: _ANY,
    Phase.DECIDED: _ANY,
    Phase.CLOSED: {
        Turn.FINAL: Phase.CLOSED,
        Turn.DECIDED: Phase.CLOSED,
        Turn.CALLED_OFF: Phase.CALLED_OFF,
        Turn.NOT_WATCHED: Phase.NOT_WATCHED,
        # the end was moved, so the same round runs again
        Turn.OPEN: Phase.WATCHING,
    },
    Phase.CALLED_OFF: _ANY,
    Phase.NOT_WATCHED: _ANY,
}
#: Turns that cannot come after a phase.
IMPOSSIBLE: frozenset[tuple[Phase, Turn]] = frozenset({(Phase.CLOSED, Turn.TOO_EARLY)})


def turn_of(meeting: Meeting, verdict: Verdict, rules: JudgingRules, now: datetime) -> Turn:
    """What this verdict means for the phase as of `now`."""
    if verdict.outcome is Outcome.NOT_WATCHED:
        return Turn.NOT_WATCHED
    if verdict.outcome is Outcome.CALLED_OFF:
        return Turn.CALLED_OFF
    if verdict.final:
        return Turn.FINAL
    if verdict.outcome is not Outcome.WAITING:
        return Turn.DECIDED
    return Turn.TOO_EARLY if now < window(meeting, rules).start else Turn.OPEN


def next_phase(phase: Phase, turn: Turn) -> Phase:
    """The phase after `turn`. Raises `IllegalStepError` when the table has no such step."""
    try:
        return TABLE[phase][turn]
    except KeyError:
        raise IllegalStepError(f"a meeting in phase {phase} cannot take the turn {turn}") from None
