"""The state tables, every cell of them stated here a second time; whatever is not stated raises."""

from __future__ import annotations

import itertools

import pytest

from noshowd.domain.followup import Happening, IllegalStepError, State, step
from noshowd.domain.phase import Phase, Turn, next_phase

#: One line an effect's state: what may happen to it, and what it is then.
EFFECTS = """
awaiting:   approved queued, refused refused, withdrawn withdrawn, withheld withheld, lapsed expired
queued:     claimed sending, refused refused, withdrawn withdrawn, withheld withheld, lapsed expired
sending:    delivered sent, not_sent queued, rejected failed, in_doubt uncertain
uncertain:  delivered sent, not_sent queued, refused refused
sent:       taken_back retracting
retracting: gone retracted, edited sent
"""
ALLOWED = {
    (State(name.strip()), Happening(happens)): State(after)
    for name, _, row in (line.partition(":") for line in EFFECTS.strip().splitlines())
    for happens, after in (cell.split() for cell in row.split(","))
}


@pytest.mark.parametrize(("state", "happening"), list(itertools.product(State, Happening)))
def test_an_effect_takes_only_the_steps_of_its_table(state: State, happening: Happening) -> None:
    if (state, happening) in ALLOWED:
        assert step(state, happening) is ALLOWED[state, happening]
    else:
        with pytest.raises(IllegalStepError, match=f"{state} cannot be {happening}"):
            step(state, happening)


def test_every_state_of_an_effect_can_be_reached() -> None:
    assert {State.AWAITING, State.QUEUED, *ALLOWED.values()} == set(State)


def test_what_is_being_sent_is_never_simply_withdrawn_or_queued_again() -> None:
    on_its_way = (State.SENDING, State.UNCERTAIN)
    assert not {(state, Happening.WITHDRAWN) for state in on_its_way} & ALLOWED.keys()
    queued = {pair for pair, after in ALLOWED.items() if after is State.QUEUED}
    # only after a person approved, or after it is known that it did not leave
    assert queued == {(State.AWAITING, Happening.APPROVED), *((state, Happening.NOT_SENT) for state in on_its_way)}


#: Where each turn leads, from wherever.
LEADS = {
    Turn.TOO_EARLY: Phase.UPCOMING,
    Turn.OPEN: Phase.WATCHING,
    Turn.DECIDED: Phase.DECIDED,
    Turn.FINAL: Phase.CLOSED,
    Turn.CALLED_OFF: Phase.CALLED_OFF,
    Turn.NOT_WATCHED: Phase.NOT_WATCHED,
}


@pytest.mark.parametrize(("phase", "turn"), list(itertools.product(Phase, Turn)))
def test_a_phase_takes_the_turn_that_the_verdict_says(phase: Phase, turn: Turn) -> None:
    """But what is closed is not upcoming again, and stays closed when it is decided a second time."""
    if (phase, turn) == (Phase.CLOSED, Turn.TOO_EARLY):
        with pytest.raises(IllegalStepError, match="closed cannot take the turn too_early"):
            next_phase(phase, turn)
    elif (phase, turn) == (Phase.CLOSED, Turn.DECIDED):
        assert next_phase(phase, turn) is Phase.CLOSED
    else:
        assert next_phase(phase, turn) is LEADS[turn]
