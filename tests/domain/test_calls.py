"""Telephone appointments: who rang whom, what was answered, and which lines were seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.attempted import IN, OUT
from domain.scenes import (
    ANNA,
    GUS,
    LINE,
    MATCHES,
    NUMBER,
    PBX,
    POLICY,
    at,
    call,
    lines_covered,
    phone,
    seen,
)
from noshowd.domain.evidence import Blind, CallResult, Direction, Evidence, MatchStrength
from noshowd.domain.judge import judge
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Caller, Meeting
from noshowd.domain.verdict import Outcome, Presence, Reason, SidePresence, Verdict


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


@pytest.mark.parametrize(("begin", "outcome"), [(-14, Outcome.HELD), (-14.8, Outcome.UNKNOWN)])
def test_a_talk_that_goes_on_into_the_slot_is_the_meeting(begin: float, outcome: Outcome) -> None:
    result = verdict(seen(call(OUT, begin, talked=15), lines_covered(-10, 12)), 12.2)
    assert result.outcome is outcome


def test_a_running_talk_that_began_long_before_suppresses_everything() -> None:
    running = replace(call(OUT, -40, talked=1, over=False), result=CallResult.TALKING)
    result = verdict(seen(running, lines_covered(-10, 2.4)), 2.5)
    assert result.outcome is Outcome.HELD


def test_their_call_in_the_doubled_hour_proves_no_absence_of_ours() -> None:
    rang = replace(call(IN, -60), or_later_by=timedelta(hours=1))
    result = verdict(seen(rang, lines_covered(-10, 12)), 12.2, phone(caller=Caller.THEIRS))
    assert result.outcome is Outcome.UNKNOWN


MOBILE = "+491713920050"
SWITCHBOARD = "+498923714400"


def test_every_number_under_which_they_may_wait_must_be_tried() -> None:
    two = replace(GUS, lines=(NUMBER, MOBILE))
    known = replace(MATCHES, numbers={**MATCHES.numbers, MOBILE: MatchStrength.STRONG})
    somewhere = replace(phone(ANNA, two), place=replace(phone().place, phone=None))
    one = seen(call(OUT, 0), lines_covered(-10, 12))
    both = seen(call(OUT, 0), call(OUT, 1, number=MOBILE), lines_covered(-10, 12))

    def judged(evidence: Evidence, meeting: Meeting) -> Verdict:
        return judge(meeting, evidence, known, POLICY, at(12.2), sources={"pbx": PBX})

    doubtful = judged(one, somewhere)
    assert (doubtful.outcome, Reason.NUMBER_UNTRIED in doubtful.reasons) == (Outcome.UNKNOWN, True)
    assert judged(both, somewhere).outcome is Outcome.THEY_ARE_MISSING
    # the event names the number: there they wait
    assert judged(one, phone(ANNA, two)).outcome is Outcome.THEY_ARE_MISSING


def test_ringing_their_switchboard_is_not_ringing_them() -> None:
    known = replace(MATCHES, numbers={**MATCHES.numbers, "+49301234560": MatchStrength.MEDIUM})
    evidence = seen(call(OUT, 0, number="+49301234560"), lines_covered(-10, 12))
    result = judge(phone(), evidence, known, POLICY, at(12.2), sources={"pbx": PBX})
    assert (result.outcome, Reason.WEAK_NUMBER in result.reasons) == (Outcome.UNKNOWN, True)


@pytest.mark.parametrize(("line", "outcome"), [(LINE, Outcome.HELD), ("+498923714481", Outcome.UNKNOWN)])
def test_their_switchboard_on_a_colleagues_line_may_be_about_something_else(line: str, outcome: Outcome) -> None:
    known = replace(MATCHES, numbers={**MATCHES.numbers, "+49301234560": MatchStrength.MEDIUM})
    talk = replace(call(IN, 1, number="+49301234560", talked=5), our_line=line)
    result = judge(phone(), seen(talk, lines_covered(-10, 12)), known, POLICY, at(12.2), sources={"pbx": PBX})
    assert result.outcome is outcome


def test_the_number_they_were_told_to_ring_must_be_seen_too() -> None:
    told = replace(phone(), place=replace(phone().place, phone=SWITCHBOARD, caller=Caller.THEIRS))
    assert verdict(seen(lines_covered(-10, 12)), 12.2, told).outcome is Outcome.UNKNOWN
    both = replace(lines_covered(-10, 12), lines=frozenset({LINE, SWITCHBOARD}))
    assert verdict(seen(both), 12.2, told).outcome is Outcome.THEY_ARE_MISSING


def test_a_hidden_call_to_the_number_they_were_told_to_ring_may_be_theirs() -> None:
    told = replace(phone(), place=replace(phone().place, phone=SWITCHBOARD, caller=Caller.THEIRS))
    hidden = replace(call(IN, 1, number=None), our_line=SWITCHBOARD)
    assert concerns(hidden, told)
    assert not concerns(hidden, phone())
    assert can_know_of(frozenset({SWITCHBOARD}), told)
    assert not can_know_of(frozenset({SWITCHBOARD}), phone())


def test_several_attempts_of_both_sides_that_crossed_are_nobodys_absence() -> None:
    evidence = seen(call(OUT, 0), call(OUT, 2), call(IN, 3), lines_covered(-10, 12))
    result = verdict(evidence, 12.2)
    assert result.outcome is Outcome.MISSED_EACH_OTHER


@pytest.mark.parametrize("result", [CallResult.BUSY, CallResult.REJECTED, CallResult.VOICEMAIL, CallResult.FAILED])
def test_whatever_became_of_their_call_they_rang(result: CallResult) -> None:
    found = verdict(seen(call(IN, 1, result=result), lines_covered(-10, 12)), 12.2, phone(caller=Caller.THEIRS))
    assert (found.outcome, found.theirs) == (Outcome.WE_ARE_MISSING, SidePresence.ARRIVED)


def test_a_mailbox_after_long_ringing_is_asked_about_and_its_total_duration_is_no_talk() -> None:
    long_ring = call(OUT, 0, talked=0.5)
    stretched = replace(long_ring, answered=at(1.2), ended=at(1.7))
    result = verdict(seen(stretched, lines_covered(-10, 12)), 12.2)
    assert (result.outcome, Reason.SHORT_TALK in result.reasons) == (Outcome.UNKNOWN, True)


def test_on_a_bridge_only_our_own_side_is_seen() -> None:
    bridge = replace(phone(), place=replace(phone().place, caller=Caller.UNKNOWN, bridge=True))
    result = verdict(seen(call(OUT, 0, talked=9), lines_covered(-10, 12)), 12.2, bridge)
    assert (result.outcome, result.ours, result.theirs) == (
        Outcome.UNKNOWN,
        SidePresence.PRESENT,
        SidePresence.UNKNOWN,
    )


def test_a_telephone_does_not_ring_for_ever() -> None:
    """Its end was lost: no call goes on that would keep everybody quiet, and nothing is claimed either."""
    ringing = call(OUT, 0, result=CallResult.RINGING, over=False)
    early = verdict(seen(ringing, lines_covered(-10, 3.4)), 3.5)
    late = verdict(seen(ringing, lines_covered(-10, 12)), 12.2)
    assert Reason.CALL_RUNNING in early.reasons
    assert (late.outcome, Reason.CALL_RUNNING in late.reasons) == (Outcome.UNKNOWN, False)


@pytest.mark.parametrize(("until", "absent"), [(-5, False), (0, False), (0.25, True)])
def test_before_the_start_nobody_is_missing_however_well_the_lines_are_seen(until: float, *, absent: bool) -> None:
    ours = verdict(seen(lines_covered(-10, until)), until + 0.25).people[0]
    assert (ours.presence is Presence.ABSENT, ours.absent_now) == (absent, absent)
