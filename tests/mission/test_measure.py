"""A small run of the measurement keeps it in step with what it measures; the figures come from `make bench`."""

from __future__ import annotations

import pytest

from mission.measure import report, run
from mission.seen import FULLY_SEEN


@pytest.mark.parametrize("kind", ["video", "phone"])
def test_a_small_world_is_watched_and_its_provable_misses_are_found(kind):
    total = run(count=120, seeds=[1], scale=1.0, kind=kind, workers=1)[kind]
    figures = report(1.0, total)
    assert figures["meetings"] == 120
    provable = total["counts"]["provable, live"] + total["counts"]["provable, ended"]
    found = total["counts"]["found, live"] + total["counts"]["found, ended"]
    assert provable > 0
    assert found == provable
    assert figures["looks for a meeting"] < 200


@pytest.mark.parametrize("scale", [1.0, 10.0])
def test_missed_calls_on_fully_seen_lines_are_found_in_time(scale):
    total = run(count=150, seeds=[2], scale=scale, kind="phone", workers=1)["phone"]
    whole = total["open"][FULLY_SEEN]
    assert whole > 0
    assert total["open found"][FULLY_SEEN] == whole
    in_time = sum(total["counts"][f"fully seen, {sort}, found"] for sort in ("live", "ended"))
    assert in_time == whole


@pytest.mark.parametrize("scale", [1.0, 3.0, 10.0])
def test_nobody_is_accused_wrongly_however_loud_the_world(scale):
    counts = run(count=100, seeds=[20], scale=scale, kind=None, workers=1)["all"]["counts"]
    assert counts["meetings"] == 100
    assert counts["sent to guests"] > 0
    assert counts["wrong to guests"] + counts["wrong to our side"] == 0


def test_a_meeting_held_by_telephone_is_found_where_it_is_told_and_nobody_is_accused():
    counts = run(count=60, seeds=[4], scale=10.0, kind="video", workers=1)["video"]["counts"]
    assert counts["held by telephone, found"] > 0
    assert counts["wrong to guests"] + counts["wrong to our side"] == 0


@pytest.mark.soak
def test_nobody_is_accused_wrongly_in_many_worlds(soak_rounds, soak_seed):
    for scale in (1.0, 3.0, 10.0):
        counts = run(count=10 * soak_rounds, seeds=[soak_seed], scale=scale, kind=None, workers=1)["all"]["counts"]
        assert counts["wrong to guests"] + counts["wrong to our side"] == 0
