"""A small run of the measurement keeps it in step with what it measures; the figures come from `make bench`."""

from __future__ import annotations

import pytest

from mission.measure import report, run


@pytest.mark.parametrize("kind", ["video", "phone"])
def test_a_small_world_is_watched_and_its_provable_misses_are_found(kind):
    total = run(count=120, seeds=[1], scale=1.0, kind=kind, workers=1)
    figures = report(1.0, total)
    assert figures["meetings"] == 120
    provable = total["counts"]["provable, live"] + total["counts"]["provable, ended"]
    found = total["counts"]["found, live"] + total["counts"]["found, ended"]
    assert provable > 0
    assert found == provable
    assert figures["looks for a meeting"] < 200
