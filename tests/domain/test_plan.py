"""From a verdict to what is done about it: the default ladders, collapsing, withdrawing, taking back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from domain.judged import SOURCES, judged, planned
from domain.scenes import (
    ANNA,
    BEN,
    GUS,
    HILDE,
    MATCHES,
    POLICY,
    at,
    call,
    covered,
    lines_covered,
    phone,
    seen,
    stay,
    video,
)
from noshowd.domain.entry import Response
from noshowd.domain.evidence import CallResult, Direction, Evidence, Said, Statement, Where
from noshowd.domain.followup import Approval, Cause, FollowUp, FollowUpKey, FollowUpKind, State, Withheld
from noshowd.domain.gate import Circumstances
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Caller, Skip
from noshowd.domain.plan import Existing, Plan, plan
from noshowd.domain.verdict import Outcome, SidePresence, Verdict

K = FollowUpKind


def lines(result: Plan) -> set[str]:
    """`kind person` of everything added."""
    return {f"{f.kind} {f.key.person}" for f in result.add}


def kinds_at(minute: float, result: Verdict) -> set[FollowUpKind]:
    """What is added when this is the verdict."""
    return {f.kind for f in plan(video(), result, POLICY, (), Circumstances(), at(minute)).add}


WAITING = next(s for s in POLICY.ladders[Cause.THEY_ARE_MISSING] if s.name == "waiting")
NUDGES = tuple(s for s in POLICY.ladders[Cause.WE_ARE_MISSING] if s.name == "nudge")


def alone(minute: float) -> Evidence:
    """Anna sits alone in a room that is seen whole."""
    return seen(stay(ANNA, -1, until=minute), covered(-15, minute))


def guest_alone(minute: float) -> Evidence:
    return seen(stay(GUS, -1, until=minute), covered(-15, minute))


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (2.9, set()),
        (3, {"waiting_notice anna@us.example"}),
        (5, {"courtesy_message gus@them.example", "approval anna@us.example"}),
        (10, {"recall_task anna@us.example"}),
        (20, {"reschedule_offer gus@them.example", "approval anna@us.example"}),
    ],
)
def test_the_ladder_when_they_are_missing(minute: float, expected: set[str]) -> None:
    assert expected <= lines(planned(video(), alone(minute), minute))
    if not expected:
        assert not planned(video(), alone(minute), minute).add


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (1, {"nudge anna@us.example"}),
        (3, {"word_to_waiting gus@them.example", "approval anna@us.example"}),
        (10, {"recall_task anna@us.example"}),
        (20, {"reschedule_offer gus@them.example"}),
    ],
)
def test_the_ladder_when_we_are_missing(minute: float, expected: set[str]) -> None:
    assert expected <= lines(planned(video(), guest_alone(minute), minute))


def test_the_stand_in_is_told_that_cover_is_needed() -> None:
    around = Circumstances(stand_ins={ANNA.key: BEN.key})
    assert f"cover_needed {BEN.key}" in lines(planned(video(), guest_alone(5), 5, around=around))
    assert not any(line.startswith("cover_needed") for line in lines(planned(video(), guest_alone(5), 5)))


def five_minutes(state: State, told: float = 2) -> Existing:
    """So many minutes after the start one of ours has told the guest that they come a little later."""
    key = FollowUpKey(meeting="m", round=1, person=GUS.key, kind=K.ORDERED_MESSAGE, step="ordered:late")
    said = FollowUp(key=key, cause=Cause.ORDERED, not_before=at(told), not_after=at(30), ordered=True)
    return Existing(followup=said, state=state)


def told_about_us(minute: float, *existing: Existing) -> set[tuple[FollowUpKind, datetime]]:
    """What comes while ours is missing and somebody could stand in, and from when."""
    around = Circumstances(stand_ins={ANNA.key: BEN.key})
    found = planned(video(), guest_alone(minute), minute, *existing, around=around).add
    return {(f.kind, f.not_before) for f in found if f.kind in {K.NUDGE, K.WORD_TO_WAITING, K.COVER_NEEDED}}


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.SENT, State.UNCERTAIN])
def test_whoever_said_five_minutes_is_left_in_peace_for_as_long(state: State) -> None:
    assert {kind for kind, _ in told_about_us(7.9)} == {K.NUDGE, K.WORD_TO_WAITING, K.COVER_NEEDED}
    assert told_about_us(7.9, five_minutes(state)) == set()
    assert {kind for kind, _ in told_about_us(8, five_minutes(state))} == {K.WORD_TO_WAITING, K.COVER_NEEDED}
    assert (K.NUDGE, at(10)) in told_about_us(10, five_minutes(state))


def test_five_minutes_keep_the_task_to_ring_from_nobody() -> None:
    assert f"recall_task {ANNA.key}" in lines(planned(video(), guest_alone(10), 10, five_minutes(State.SENT, told=9)))


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.FAILED])
def test_five_minutes_that_were_never_told_change_nothing(state: State) -> None:
    assert told_about_us(5, five_minutes(state)) == told_about_us(5)


def test_a_nudge_comes_again_until_they_join() -> None:
    first = planned(video(), guest_alone(1), 1).add
    existing = [Existing(followup=f, state=State.SENT) for f in first]
    assert not any(f.kind is K.NUDGE for f in planned(video(), guest_alone(2), 2, *existing).add)
    assert any(f.kind is K.NUDGE for f in planned(video(), guest_alone(4), 4, *existing).add)


def test_what_is_approved_by_a_person_comes_with_its_question() -> None:
    result = planned(video(), alone(5), 5)
    message = next(f for f in result.add if f.kind is K.COURTESY_MESSAGE)
    question = next(f for f in result.add if f.kind is K.APPROVAL)
    assert message.approval is Approval.ASK
    assert question.concerns == str(message.key)
    assert (question.key.person, question.not_after) == (ANNA.key, message.not_after)


def test_missed_rungs_collapse_into_the_latest_for_each_audience() -> None:
    assert lines(planned(video(), alone(21), 21)) == {
        "recall_task anna@us.example",
        "reschedule_offer gus@them.example",
        "approval anna@us.example",
    }


def test_a_missed_rung_does_not_come_after_the_one_that_took_its_place() -> None:
    rows = [Existing(followup=f, state=State.SENT) for f in planned(video(), alone(12), 12).add]
    assert {row.followup.kind for row in rows} == {K.RECALL_TASK, K.COURTESY_MESSAGE, K.APPROVAL}
    assert not planned(video(), alone(12.5), 12.5, *rows).add


def test_a_nudge_that_comes_again_takes_the_place_of_no_task() -> None:
    rows = [
        Existing(followup=f, state=State.SENT)
        for minute in (1, 4, 7, 10, 13)
        for f in planned(video(), guest_alone(minute), minute).add
        if f.kind is K.NUDGE
    ]
    assert len(rows) == 5
    late = planned(video(), guest_alone(14), 14, *rows).add
    assert K.RECALL_TASK in {f.kind for f in late}
    both = {f.kind for f in planned(video(), guest_alone(13), 13).add if f.key.person == ANNA.key}
    assert both >= {K.RECALL_TASK, K.NUDGE}


def test_a_rung_whose_window_has_closed_is_left_out() -> None:
    only = replace(POLICY, ladders={Cause.THEY_ARE_MISSING: (WAITING,)})
    assert lines(planned(video(), alone(20), 20, policy=only)) == {"waiting_notice anna@us.example"}
    assert not planned(video(), alone(31), 31, policy=only).add


def test_a_step_is_due_when_what_it_claims_is_proved_up_to_then() -> None:
    people = judge(video(), alone(12), MATCHES, POLICY, at(12), sources=SOURCES).people
    behind = Verdict(outcome=Outcome.WAITING, judged_at=at(4), ours=SidePresence.PRESENT, ours_here=True, people=people)
    absent = replace(behind, theirs=SidePresence.ABSENT)
    # an absence counts only as far as the evidence reaches
    assert not kinds_at(4, replace(absent, as_of=at(2)))
    assert kinds_at(4, replace(absent, as_of=at(3))) == {K.WAITING_NOTICE}
    # a source whose clock is ahead of ours makes nothing due before its time
    assert not kinds_at(2, replace(absent, as_of=at(3)))
    # where the word of a person is all there is, or no absence is claimed, the clock decides
    assert kinds_at(4, absent) == {K.WAITING_NOTICE}
    assert kinds_at(4, replace(behind, as_of=at(2))) == {K.WAITING_NOTICE}
    # what is confirmed does not wait for the source
    confirmed = replace(absent, outcome=Outcome.THEY_ARE_MISSING, confirmed=True, as_of=at(10), judged_at=at(21))
    assert kinds_at(21, confirmed) == {K.RECALL_TASK, K.RESCHEDULE_OFFER, K.APPROVAL}


def test_a_word_that_confirms_early_brings_the_task_and_nothing_else_before_its_time() -> None:
    word = Evidence(statements=(Statement(by=ANNA.key, at=at(6), said=Said.NOT_THERE),))
    (task,) = planned(video(), word, 6.5).add
    assert (task.kind, task.not_before) == (K.RECALL_TASK, at(0))


def test_each_step_has_its_name_and_says_whom_it_is_about() -> None:
    notice = planned(video(ANNA, GUS, HILDE), alone(3), 3).add[0]
    assert notice.key.step == "waiting"
    assert notice.about == (GUS.key, HILDE.key)
    left = seen(stay(ANNA, -1, 11), covered(-15, 12))
    task = planned(video(), left, 12.2).add[0]
    assert (task.kind, task.about) == (K.RECALL_TASK, (ANNA.key, GUS.key))
    # who was never there, though nobody looks any more
    later = planned(video(), alone(12), 18).add[0]
    assert (later.kind, later.about) == (K.RECALL_TASK, (GUS.key,))
    (again,) = planned(video(), guest_alone(4), 4, policy=replace(POLICY, ladders={Cause.WE_ARE_MISSING: NUDGES})).add
    assert again.key.step == "nudge@240"


def test_any_number_of_ours_is_told() -> None:
    ours = [replace(ANNA, key=f"a{n}@us.example", address=f"a{n}@us.example") for n in range(4)]
    nudged = {f.key.person for f in planned(video(*ours, GUS), guest_alone(1), 1).add if f.kind is K.NUDGE}
    assert nudged == {p.key for p in ours}


@pytest.mark.parametrize(
    ("approval", "asked"), [(Approval.ASK, 1), (Approval.VETO, 1), (Approval.AUTO, 0), (Approval.DRAFT, 0)]
)
def test_a_person_is_asked_where_the_policy_says_so(approval: Approval, asked: int) -> None:
    step = replace(next(s for s in POLICY.ladders[Cause.THEY_ARE_MISSING] if s.name == "courtesy"), approval=approval)
    policy = replace(POLICY, ladders={Cause.THEY_ARE_MISSING: (step, WAITING)})
    added = planned(video(), alone(5), 5, policy=policy).add
    assert [f.approval for f in added if f.kind is K.COURTESY_MESSAGE] == [approval]
    assert sum(f.kind is K.APPROVAL for f in added) == asked
    # nobody approves what our own side reads, whatever the policy says
    own = replace(policy, ladders={Cause.THEY_ARE_MISSING: (replace(WAITING, approval=Approval.ASK),)})
    assert [f.approval for f in planned(video(), alone(5), 5, policy=own).add] == [Approval.AUTO]


def test_a_question_is_asked_where_nothing_is_known() -> None:
    assert lines(planned(video(), Evidence(), 10)) == {"question anna@us.example"}
    assert lines(planned(video(), seen(covered(-15, 10)), 10)) == {"question anna@us.example"}


def test_a_guest_in_the_lobby_is_told_to_our_side_only() -> None:
    lobby = stay(GUS, 0, until=2, where=Where.LOBBY)
    assert lines(planned(video(), seen(stay(ANNA, -1, until=2), lobby, covered(-15, 2)), 2)) == {
        "waiting_notice anna@us.example"
    }


def test_a_second_attempt_is_suggested_when_the_first_was_not_answered() -> None:
    evidence = seen(call(Direction.OUT, 0), lines_covered(-10, 5))
    assert lines(planned(phone(), evidence, 5)) == {"suggest_call anna@us.example"}


def test_ringing_is_suggested_when_nobody_knows_who_should() -> None:
    meeting = phone(caller=Caller.UNKNOWN)
    assert lines(planned(meeting, seen(lines_covered(-10, 3)), 3)) == {"suggest_call anna@us.example"}
    assert not planned(meeting, seen(lines_covered(-10, 3, ended_only=True)), 3).add
    mobile = phone(replace(ANNA, all_lines_seen=False), GUS, caller=Caller.UNKNOWN)
    assert not planned(mobile, seen(lines_covered(-10, 3)), 3).add


def test_both_missed_each_other() -> None:
    evidence = seen(stay(GUS, -2, 8), stay(ANNA, 9, until=10), covered(-15, 10))
    assert lines(planned(video(), evidence, 10)) == {"recall_task anna@us.example"}


@pytest.mark.parametrize("change", [{"called_off": True}, {"skip": Skip.DECLINED}])
def test_nobody_is_told_of_a_meeting_that_stands_no_more(change: dict[str, Any]) -> None:
    before = [Existing(followup=f, state=State.SENT) for f in planned(video(), alone(3), 3).add]
    result = planned(video(**change), alone(5), 5, *before)
    assert not result.add
    assert [key.kind for key in result.take_back] == [K.WAITING_NOTICE]


def test_in_shadow_what_leaves_the_house_is_withheld_by_name() -> None:
    result = planned(video(), alone(21), 21, around=Circumstances(shadow=True))
    assert not result.add
    assert {(f.kind, reason) for f, reason in result.withhold} == {
        (K.RECALL_TASK, Withheld.SHADOW),
        (K.RESCHEDULE_OFFER, Withheld.SHADOW),
    }


def test_too_many_guests_are_a_task_for_a_person() -> None:
    guests = [replace(GUS, key=f"g{n}@them.example", address=f"g{n}@them.example") for n in range(4)]
    result = planned(video(ANNA, *guests), alone(21), 21)
    assert lines(result) == {"recall_task anna@us.example"}


def test_a_guest_who_did_not_accept_is_not_written_to() -> None:
    meeting = video(ANNA, replace(GUS, response=Response.NONE))
    assert lines(planned(meeting, alone(21), 21)) == {"recall_task anna@us.example"}


def test_of_two_guests_only_the_missing_one_is_written_to() -> None:
    evidence = seen(stay(ANNA, -1, 4), stay(HILDE, 6, until=12), covered(-15, 12))
    meeting = video(ANNA, GUS, HILDE)
    result = judged(meeting, evidence, at(12))
    assert result.outcome is Outcome.MISSED_EACH_OTHER


def test_the_end_of_the_working_day_closes_tasks() -> None:
    ends = at(480)
    task = planned(video(), alone(10), 10, around=Circumstances(day_ends=ends)).add[0]
    assert (task.kind, task.not_after) == (K.RECALL_TASK, ends)


def test_rungs_are_for_their_medium() -> None:
    evidence = seen(call(Direction.OUT, 0), lines_covered(-10, 6))
    assert not any(f.kind is K.COURTESY_MESSAGE for f in planned(phone(), evidence, 6).add)


def test_a_running_call_stops_everything() -> None:
    talking = call(Direction.OUT, 11.5, result=CallResult.RINGING, over=False)
    assert not planned(phone(), seen(talking, lines_covered(-10, 12)), 12).add


def test_who_forgot_gets_a_task_to_ring_now() -> None:
    forgot = Evidence(statements=(Statement(by=ANNA.key, at=at(11), said=Said.I_FORGOT),))
    assert f"recall_task {ANNA.key}" in lines(planned(video(), forgot, 11.1))
