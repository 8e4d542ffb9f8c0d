"""Telephone appointments: who rang whom, what was answered, and which lines were seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.scenes import (
    ANNA,
    GUS,
    LINE,
    MATCHES,
    PBX,
    POLICY,
    at,
    call,
    lines_covered,
    phone,
    seen,
)
from noshowd.domain.evidence import Blind, CallResult, Direction, Evidence
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Caller, Meeting
from noshowd.domain.verdict import Outcome, Reason, SidePresence, Verdict

OUT, IN = Direction.OUT, Direction.IN


def verdict(evidence: Evidence, minute: float, meeting: Meeting | None = None) -> Verdict:
    return judge(meeting or phone(), evidence, MATCHES, POLICY, at(minute), sources={"pbx": PBX})


@pytest.mark.parametrize("direction", [OUT, IN])
@pytest.mark.parametrize("begin", [-9, 0, 12, 44])
def test_a_talk_in_the_window_is_a_meeting_whoever_rang(direction: Direction, begin: float) -> None:
    result = verdict(seen(call(direction, begin, talked=5)), begin + 10)
    assert result.outcome is Outcome.HELD
    assert Reason.TALKED in result.reasons


def test_we_rang_and_nobody_answered() -> None:
    result = verdict(seen(call(OUT, 0), lines_covered(-10, 12)), 12.2)
    assert (result.outcome, result.ours, result.theirs) == (
        Outcome.THEY_ARE_MISSING,
        SidePresence.PRESENT,
        SidePresence.ABSENT,
    )
    assert Reason.WE_RANG in result.reasons


def test_a_mailbox_is_no_talk() -> None:
    result = verdict(seen(call(OUT, 0, result=CallResult.VOICEMAIL), lines_covered(-10, 12)), 12.2)
    assert result.outcome is Outcome.THEY_ARE_MISSING
    assert Reason.VOICEMAIL in result.reasons


@pytest.mark.parametrize("result", [CallResult.BUSY, CallResult.REJECTED, CallResult.FAILED])
def test_a_call_that_never_rang_through_proves_nothing(result: CallResult) -> None:
    found = verdict(seen(call(OUT, 0, result=result), lines_covered(-10, 12)), 12.2)
    assert found.outcome is Outcome.UNKNOWN


def test_an_unseen_mobile_keeps_everything_unknown() -> None:
    mobile = replace(ANNA, all_lines_seen=False)
    result = verdict(seen(call(OUT, 0), lines_covered(-10, 12)), 12.2, phone(mobile, GUS))
    assert result.outcome is Outcome.UNKNOWN
    assert {Reason.UNSEEN_LINE, Reason.WE_RANG} <= result.reasons


def test_we_never_rang_on_any_line() -> None:
    result = verdict(seen(lines_covered(-10, 12)), 12.2)
    assert result.outcome is Outcome.WE_ARE_MISSING
    assert Reason.NOBODY_RANG in result.reasons


def test_they_rang_and_we_did_not_answer() -> None:
    result = verdict(seen(call(IN, 1), lines_covered(-10, 12)), 12.2, phone(caller=Caller.THEIRS))
    assert (result.outcome, result.theirs) == (Outcome.WE_ARE_MISSING, SidePresence.ARRIVED)


def test_they_should_have_rung_and_did_not() -> None:
    result = verdict(seen(lines_covered(-10, 12)), 12.2, phone(caller=Caller.THEIRS))
    assert result.outcome is Outcome.THEY_ARE_MISSING


def test_nobody_knows_who_rings_and_nobody_does() -> None:
    result = verdict(seen(lines_covered(-10, 12)), 12.2, phone(caller=Caller.UNKNOWN))
    assert result.outcome is Outcome.UNKNOWN
    assert Reason.CALLER_UNKNOWN in result.reasons


@pytest.mark.parametrize("number", [None, "+4912345678"])
def test_a_hidden_or_doubtful_number_may_have_been_theirs(number: str | None) -> None:
    evidence = seen(call(IN, 2, number=number), lines_covered(-10, 12))
    assert verdict(evidence, 12.2, phone(caller=Caller.THEIRS)).outcome is Outcome.UNKNOWN


def test_lines_blind_to_hidden_numbers_prove_no_absence() -> None:
    evidence = seen(lines_covered(-10, 12, blind=frozenset({Blind.HIDDEN_NUMBERS})))
    assert verdict(evidence, 12.2, phone(caller=Caller.THEIRS)).outcome is Outcome.UNKNOWN


def test_a_history_of_ended_calls_never_speaks_of_the_present() -> None:
    evidence = seen(lines_covered(-10, 35, ended_only=True))
    assert verdict(evidence, 35.2).outcome is Outcome.UNKNOWN
    settled = seen(lines_covered(-10, 91, ended_only=True))
    assert verdict(settled, 91.2).outcome is Outcome.WE_ARE_MISSING


@pytest.mark.parametrize("talked", [0.1, 0.5, 1.4])
def test_a_short_talk_may_have_been_a_mailbox(talked: float) -> None:
    result = verdict(seen(call(OUT, 0, talked=talked), lines_covered(-10, 12)), 12.2)
    assert result.outcome is Outcome.UNKNOWN
    assert Reason.SHORT_TALK in result.reasons


def test_a_running_call_holds_everything() -> None:
    ringing = call(OUT, 11, result=CallResult.RINGING, over=False)
    result = verdict(seen(call(OUT, 0), ringing, lines_covered(-10, 11.4)), 11.5)
    assert result.outcome is not Outcome.THEY_ARE_MISSING
    assert Reason.CALL_RUNNING in result.reasons


def test_our_first_attempt_came_too_late_to_blame_anybody() -> None:
    result = verdict(seen(call(OUT, 25), lines_covered(-10, 31)), 31.2)
    assert result.outcome is Outcome.UNKNOWN


def test_a_talk_an_hour_later_is_asked_about() -> None:
    result = verdict(seen(call(OUT, 100, talked=5), call(OUT, 0), lines_covered(-10, 110)), 110.2)
    assert result.outcome is Outcome.UNKNOWN
    assert Reason.OTHER_TIME in result.reasons


def test_in_the_doubled_hour_a_call_counts_for_a_talk_and_never_for_an_absence() -> None:
    an_hour = timedelta(hours=1)
    talk = replace(call(OUT, -60, talked=5), or_later_by=an_hour)
    assert verdict(seen(talk, lines_covered(-10, 12)), 12.2).outcome is Outcome.HELD
    attempt = replace(call(OUT, -60), or_later_by=an_hour)
    assert verdict(seen(attempt, lines_covered(-10, 12)), 12.2).outcome is Outcome.UNKNOWN


def test_every_line_must_be_covered() -> None:
    two = replace(ANNA, lines=(LINE, "+498923714481"))
    result = verdict(seen(call(OUT, 0), lines_covered(-10, 12)), 12.2, phone(two, GUS))
    assert result.outcome is Outcome.UNKNOWN
    assert Reason.NO_COVERAGE in result.reasons
