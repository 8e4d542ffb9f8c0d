"""Two sources on one line: what is unclear to one is taken from the other, call by call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.scenes import MATCHES, PBX, POLICY, at, call, lines_covered, phone, seen
from noshowd.domain.evidence import CallRecord, CallResult, Direction, SourceTraits
from noshowd.domain.judge import judge
from noshowd.domain.same_call import lost_from_sight, told_once
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


def test_a_call_lost_from_sight_is_told_by_the_record_of_its_own_source_that_went_on() -> None:
    running = call(OUT, 0, result=CallResult.TALKING, over=False)
    lost = lost_from_sight(running, at(0.2))
    assert (lost.result, lost.ended, lost.talked(at(9))) == (CallResult.UNCLEAR, at(0.2), timedelta(0))
    whole = replace(call(OUT, 0.1), call="listed", ended=at(0.5))
    assert told_once([lost, whole]) == [whole]
    # the attempt before it was over by then
    before = replace(whole, began=at(-0.5), ended=at(-0.1))
    assert told_once([lost, before]) == [before, lost]
    # and one that came after it had not begun
    after = replace(whole, began=at(0.3), ended=at(0.9))
    assert told_once([lost, after]) == [after, lost]
    # one that runs has a key of its own, and one without an end says nothing of when it was
    running = replace(whole, ended=None, result=CallResult.TALKING)
    assert told_once([lost, running]) == [running, lost]
    endless = replace(lost, ended=None)
    assert told_once([endless, whole]) == [whole, endless]


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
