"""The state tables: every pair is either a step or raises, and nothing lies outside the tables."""

from __future__ import annotations

import itertools

import pytest

from noshowd.domain.followup import TRANSITIONS, Happening, IllegalStepError, State, step
from noshowd.domain.phase import IMPOSSIBLE, TABLE, Phase, Turn, next_phase


@pytest.mark.parametrize(("state", "happening"), list(itertools.product(State, Happening)))
def test_an_effect_takes_only_the_steps_of_its_table(state: State, happening: Happening) -> None:
    if happening in TRANSITIONS[state]:
        assert step(state, happening) is TRANSITIONS[state][happening]
    else:
        with pytest.raises(IllegalStepError, match=f"{state} cannot be {happening}"):
            step(state, happening)


def test_every_state_of_an_effect_can_be_reached_and_has_a_row() -> None:
    assert set(TRANSITIONS) == set(State)
    reachable = {State.AWAITING, State.QUEUED} | {after for row in TRANSITIONS.values() for after in row.values()}
    assert reachable == set(State)


def test_what_is_being_sent_is_never_simply_withdrawn() -> None:
    assert Happening.WITHDRAWN not in TRANSITIONS[State.SENDING]
    assert Happening.WITHDRAWN not in TRANSITIONS[State.UNCERTAIN]


def test_an_uncertain_message_is_queued_again_only_after_somebody_looked() -> None:
    queued = {(s, h) for s, row in TRANSITIONS.items() for h, after in row.items() if after is State.QUEUED}
    assert queued == {
        (State.AWAITING, Happening.APPROVED),
        (State.SENDING, Happening.NOT_SENT),
        (State.UNCERTAIN, Happening.NOT_SENT),
    }


@pytest.mark.parametrize(("phase", "turn"), list(itertools.product(Phase, Turn)))
def test_a_phase_takes_every_turn_that_is_possible(phase: Phase, turn: Turn) -> None:
    if (phase, turn) in IMPOSSIBLE:
        with pytest.raises(IllegalStepError):
            next_phase(phase, turn)
    else:
        assert next_phase(phase, turn) is TABLE[phase][turn]
