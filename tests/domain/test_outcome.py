"""The decision table: every cell is stated here a second time, as a sentence would say it."""

from __future__ import annotations

import itertools

import pytest

from noshowd.domain.outcome import TABLE, Moment, decide
from noshowd.domain.verdict import Outcome, SidePresence

P, A, X, E, U = (
    SidePresence.PRESENT,
    SidePresence.ARRIVED,
    SidePresence.ABSENT,
    SidePresence.UNSEEN,
    SidePresence.UNKNOWN,
)
THERE = {P, A}


def said_in_words(ours: SidePresence, theirs: SidePresence, moment: Moment) -> Outcome:
    """The rules of the design as plain sentences."""
    if moment is Moment.OPEN:
        return Outcome.WAITING
    if ours in THERE and theirs in THERE:
        # whoever waits in a lobby while the slot runs may still be let in
        in_lobby = A in (ours, theirs)
        return Outcome.WAITING if in_lobby and moment is Moment.CONFIRMED else Outcome.MISSED_EACH_OTHER
    if ours in THERE and theirs is X:
        return Outcome.THEY_ARE_MISSING
    if ours is X:
        return Outcome.NOBODY_CAME if theirs is X else Outcome.WE_ARE_MISSING
    if ours is E and theirs is E:
        return Outcome.NOBODY_CAME
    return Outcome.UNKNOWN


@pytest.mark.parametrize(("ours", "theirs", "moment"), list(itertools.product(SidePresence, SidePresence, Moment)))
def test_every_cell_says_what_the_sentences_say(ours: SidePresence, theirs: SidePresence, moment: Moment) -> None:
    assert decide(ours=ours, theirs=theirs, overlapped=False, moment=moment) is said_in_words(ours, theirs, moment)


@pytest.mark.parametrize(("ours", "theirs", "moment"), list(itertools.product(SidePresence, SidePresence, Moment)))
def test_together_long_enough_is_held_whatever_else(ours: SidePresence, theirs: SidePresence, moment: Moment) -> None:
    assert decide(ours=ours, theirs=theirs, overlapped=True, moment=moment) is Outcome.HELD


def test_the_table_is_total() -> None:
    assert set(TABLE) == set(itertools.product(SidePresence, SidePresence))


def test_a_guest_is_accused_only_where_their_absence_was_proved() -> None:
    accusing = {pair for pair, row in TABLE.items() if Outcome.THEY_ARE_MISSING in row}
    assert {theirs for _, theirs in accusing} == {X}
    assert {ours for ours, _ in accusing} == THERE
