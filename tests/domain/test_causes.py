"""Whose ladder applies: from the verdict to the cause."""

from __future__ import annotations

from typing import Any

import pytest

from domain.scenes import (
    at,
)
from noshowd.domain.causes import cause_of, we_came_too_late
from noshowd.domain.followup import Cause
from noshowd.domain.verdict import Outcome, Reason, SidePresence, Verdict

CAUSES: list[tuple[dict[str, Any], Cause | None]] = [
    ({"outcome": Outcome.HELD}, None),
    ({"outcome": Outcome.CALLED_OFF}, None),
    ({"outcome": Outcome.NOBODY_CAME}, Cause.NOBODY_CAME),
    ({"outcome": Outcome.UNKNOWN}, Cause.UNKNOWN),
    ({"outcome": Outcome.MISSED_EACH_OTHER}, Cause.MISSED_EACH_OTHER),
    ({"ours": SidePresence.PRESENT}, Cause.THEY_ARE_MISSING),
    ({"theirs": SidePresence.ARRIVED}, Cause.WE_ARE_MISSING),
    # both have come and are about to meet
    ({"ours": SidePresence.PRESENT, "theirs": SidePresence.PRESENT}, None),
    ({"ours": SidePresence.ARRIVED, "theirs": SidePresence.ARRIVED}, None),
    ({"ours": SidePresence.ABSENT}, Cause.WE_ARE_MISSING),
    ({}, Cause.UNKNOWN),
    (
        {
            "ours": SidePresence.PRESENT,
            "theirs": SidePresence.ARRIVED,
            "reasons": frozenset({Reason.NOT_ADMITTED}),
        },
        Cause.NOT_ADMITTED,
    ),
    (
        {"ours": SidePresence.ABSENT, "theirs": SidePresence.ARRIVED, "reasons": frozenset({Reason.NOT_ADMITTED})},
        Cause.WE_ARE_MISSING,
    ),
]


@pytest.mark.parametrize(("values", "cause"), CAUSES)
def test_whose_ladder_applies(values: dict[str, Any], cause: Cause | None) -> None:
    assert cause_of(Verdict(**{"outcome": Outcome.WAITING, "judged_at": at(5), **values})) is cause


@pytest.mark.parametrize(
    ("outcome", "ours_late", "theirs_late", "ours_to_make_good"),
    [
        # they had come and gone when we came
        (Outcome.MISSED_EACH_OTHER, 9, 0, True),
        (Outcome.MISSED_EACH_OTHER, 0, 7, False),
        (Outcome.MISSED_EACH_OTHER, 0, 0, False),
        (Outcome.MISSED_EACH_OTHER, 3, None, False),
        (Outcome.MISSED_EACH_OTHER, None, 3, False),
        (Outcome.HELD, 9, 0, False),
    ],
)
def test_whose_it_is_that_they_missed_each_other(
    outcome: Outcome, ours_late: int | None, theirs_late: int | None, *, ours_to_make_good: bool
) -> None:
    verdict = Verdict(outcome=outcome, judged_at=at(12), ours_late=ours_late, theirs_late=theirs_late)
    assert we_came_too_late(verdict) == ours_to_make_good
