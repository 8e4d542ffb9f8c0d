"""Two sources on one line: what is unclear to one is taken from the other, call by call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.scenes import MATCHES, PBX, POLICY, at, call, lines_covered, phone, seen
from noshowd.domain.evidence import CallRecord, CallResult, Direction, SourceTraits
from noshowd.domain.judge import judge
from noshowd.domain.same_call import told_once
from noshowd.domain.verdict import Outcome

OUT, IN = Direction.OUT, Direction.IN


def listed(minute: float, **more: object) -> CallRecord:
    """As a list of whole minutes tells a short call of ours."""
    told = call(OUT, minute, result=CallResult.UNCLEAR)
    return replace(told, source="list", call=f"list-{minute}", **more)  # type: ignore[arg-type]  # any field


def test_a_clear_record_speaks_for_the_unclear_one_of_another_source() -> None:
    clear = call(OUT, 0.6)
    assert told_once([listed(0), clear]) == [clear]


def test_it_speaks_for_one_call_only() -> None:
    second = listed(1)
    assert told_once([call(OUT, 0.6), listed(0), second]) == [call(OUT, 0.6), second]


def test_nor_for_another_call_of_its_own_source() -> None:
    unclear = call(OUT, 1, result=CallResult.UNCLEAR)
    assert unclear in told_once([call(OUT, 0), unclear])


@pytest.mark.parametrize(
    "other",
    [
        listed(4),
        listed(0, direction=IN),
        listed(0, their_number="+4930999"),
        listed(0, our_line="+498923714481"),
    ],
)
def test_what_is_another_call_stays_in_doubt(other: CallRecord) -> None:
    assert other in told_once([call(OUT, 0.6), other])


def test_in_the_doubled_hour_either_reading_may_be_the_call() -> None:
    assert len(told_once([call(OUT, 0.6), listed(-60, or_later_by=timedelta(hours=1))])) == 1


def test_the_last_record_of_a_call_counts() -> None:
    running = call(OUT, 0, result=CallResult.RINGING, over=False)
    assert told_once([running, call(OUT, 0)]) == [call(OUT, 0)]


def test_with_the_monitor_an_unclear_entry_of_the_list_costs_no_proof() -> None:
    sources = {"pbx": PBX, "list": SourceTraits(name="list", keeps_history=True, ended_only=True)}
    evidence = seen(call(OUT, 0.6), listed(0), lines_covered(-10, 12))
    found = judge(phone(), evidence, MATCHES, POLICY, at(12.2), sources=sources)
    assert found.outcome is Outcome.THEY_ARE_MISSING
    missed = seen(call(OUT, 0.6), listed(0), listed(3), lines_covered(-10, 12))
    found = judge(phone(), missed, MATCHES, POLICY, at(12.2), sources=sources)
    assert found.outcome is not Outcome.THEY_ARE_MISSING
