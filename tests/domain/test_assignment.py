"""Who of the missing may be among the unidentified: the best assignment, found fast."""

from __future__ import annotations

import itertools
import sys
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noshowd.domain.matching import Who, certainly_missing

PEOPLE = [f"p{i}" for i in range(30)]


def at_best(unidentified: list[Who], missing: list[str]) -> int:
    """How many are left over at least, every assignment tried."""
    seats = [*unidentified, *[None] * len(missing)]
    return min(
        sum(who is None or person in who.not_these for person, who in zip(missing, chosen, strict=True))
        for chosen in itertools.permutations(seats, len(missing))
    )


few = st.lists(st.sampled_from(PEOPLE[:4]), unique=True, max_size=3)
strangers = st.frozensets(st.sampled_from(PEOPLE[:4])).map(lambda excluded: Who(not_these=excluded))


@settings(max_examples=150)
@given(st.lists(strangers, max_size=3), few)
def test_no_assignment_leaves_fewer_missing(unidentified: list[Who], missing: list[str]) -> None:
    assert certainly_missing(unidentified, missing) == at_best(unidentified, missing)


def steps_of(unidentified: list[Who], missing: list[str]) -> tuple[int, int]:
    """How many are certainly missing, and how many calls it took to find out."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        left = certainly_missing(unidentified, missing)
    finally:
        sys.setprofile(None)
    return left, calls


#: Twenty unidentified people: anybody; each excludes all but a few; nobody fits the last ten, and only then it shows.
HARD: dict[str, list[Who]] = {
    "anybody": [Who()] * 20,
    "nobody": [Who(not_these=frozenset(PEOPLE))] * 20,
    "stairs": [Who(not_these=frozenset(PEOPLE[i + 1 :])) for i in range(20)],
    "stairs down": [Who(not_these=frozenset(PEOPLE[: 29 - i])) for i in range(20)],
    "two each": [Who(not_these=frozenset(PEOPLE) - {PEOPLE[i], PEOPLE[i + 1]}) for i in range(20)],
    "ten for all": [Who(not_these=frozenset(PEOPLE[10:]))] * 20,
}


@pytest.mark.parametrize(("shape", "left"), list(zip(HARD, [10, 30, 10, 10, 10, 20], strict=True)))
@pytest.mark.parametrize("people", [PEOPLE, PEOPLE[::-1]], ids=["forward", "backward"])
def test_thirty_people_and_twenty_unidentified_take_few_steps(shape: str, left: int, people: list[str]) -> None:
    """Each person looks at each of the unidentified once at most: 30 x 21 calls, where trying all takes 30!/10!."""
    found, calls = steps_of(HARD[shape], people)
    assert found == left
    assert calls <= 30 * 21 + 100
