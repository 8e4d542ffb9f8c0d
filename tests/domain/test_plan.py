"""From a verdict to what is done about it: the default ladders, collapsing, withdrawing, taking back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from domain.scenes import (
    ANNA,
    BEN,
    GUS,
    HILDE,
    MATCHES,
    MEET,
    PBX,
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
from noshowd.domain.causes import cause_of
from noshowd.domain.entry import Response
from noshowd.domain.evidence import CallResult, Direction, Evidence, Said, Statement, Where
from noshowd.domain.followup import Approval, Cause, FollowUpKind, State, Withheld
from noshowd.domain.gate import Circumstances
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Caller, Meeting
from noshowd.domain.plan import Existing, Plan, plan
from noshowd.domain.policy import Policy
from noshowd.domain.verdict import Outcome, Reason, SidePresence, Verdict

K = FollowUpKind
SOURCES = {"meet": MEET, "pbx": PBX}


def verdict(meeting: Meeting, evidence: Evidence, now: datetime) -> Verdict:
    return judge(meeting, evidence, MATCHES, POLICY, now, sources=SOURCES)


def planned(
    meeting: Meeting,
    evidence: Evidence,
    minute: float,
    *existing: Existing,
    around: Circumstances | None = None,
    policy: Policy = POLICY,
) -> Plan:
    now = at(minute)
    return plan(meeting, verdict(meeting, evidence, now), policy, existing, around or Circumstances(), now)


def lines(result: Plan) -> set[str]:
    """`kind person` of everything added."""
    return {f"{f.kind} {f.key.person}" for f in result.add}


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


def test_a_held_meeting_withdraws_and_takes_back() -> None:
    before = planned(video(), alone(5), 5).add + planned(video(), alone(3), 3).add + planned(video(), alone(10), 10).add
    pending = [
        Existing(followup=f, state=State.AWAITING if f.kind is K.COURTESY_MESSAGE else State.SENT) for f in before
    ]
    together = seen(stay(ANNA, -1, until=12), stay(GUS, 10, until=12), covered(-15, 12))
    result = planned(video(), together, 12, *pending)
    assert not result.add
    assert {key.kind for key, reason in result.withdraw if reason is Withheld.HELD} == {K.COURTESY_MESSAGE}
    assert {key.kind for key in result.take_back} == {K.WAITING_NOTICE, K.RECALL_TASK, K.APPROVAL}


def test_a_question_that_still_waits_goes_with_its_message() -> None:
    before = planned(video(), alone(5), 5).add
    pending = [Existing(followup=f, state=State.AWAITING if f.to_guest else State.QUEUED) for f in before]
    came = seen(stay(ANNA, -1, until=6), stay(GUS, 5.5, until=6), covered(-15, 6))
    result = planned(video(), came, 6, *pending)
    assert {key.kind for key, _ in result.withdraw} >= {K.COURTESY_MESSAGE, K.APPROVAL}


def test_what_a_person_ordered_is_not_withdrawn_because_nothing_is_proved() -> None:
    offer = next(f for f in planned(video(), alone(20), 20).add if f.kind is K.RESCHEDULE_OFFER)
    ordered = replace(offer, ordered=True, cause=Cause.ORDERED)
    rows = [Existing(followup=ordered, state=State.QUEUED, ordered=True)]
    assert not planned(video(), Evidence(), 25, *rows).withdraw
    assert planned(video(), Evidence(), 25, Existing(followup=offer, state=State.QUEUED)).withdraw


def test_nobody_is_told_of_a_meeting_that_was_called_off() -> None:
    before = [Existing(followup=f, state=State.SENT) for f in planned(video(), alone(3), 3).add]
    result = planned(video(called_off=True), alone(5), 5, *before)
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
    result = verdict(meeting, evidence, at(12))
    assert result.outcome is Outcome.MISSED_EACH_OTHER


def test_the_end_of_the_working_day_closes_tasks() -> None:
    ends = at(480)
    task = planned(video(), alone(10), 10, around=Circumstances(day_ends=ends)).add[0]
    assert (task.kind, task.not_after) == (K.RECALL_TASK, ends)


def test_rungs_are_for_their_medium() -> None:
    evidence = seen(call(Direction.OUT, 0), lines_covered(-10, 6))
    assert not any(f.kind is K.COURTESY_MESSAGE for f in planned(phone(), evidence, 6).add)


CAUSES: list[tuple[dict[str, Any], Cause | None]] = [
    ({"outcome": Outcome.HELD}, None),
    ({"outcome": Outcome.CALLED_OFF}, None),
    ({"outcome": Outcome.NOBODY_CAME}, Cause.NOBODY_CAME),
    ({"outcome": Outcome.UNKNOWN}, Cause.UNKNOWN),
    ({"outcome": Outcome.MISSED_EACH_OTHER}, Cause.MISSED_EACH_OTHER),
    # they had come and gone when we came: ours to make good
    ({"outcome": Outcome.MISSED_EACH_OTHER, "ours_late": 9, "theirs_late": 0}, Cause.WE_ARE_MISSING),
    ({"outcome": Outcome.MISSED_EACH_OTHER, "ours_late": 0, "theirs_late": 7}, Cause.MISSED_EACH_OTHER),
    ({"outcome": Outcome.MISSED_EACH_OTHER, "ours_late": 0, "theirs_late": 0}, Cause.MISSED_EACH_OTHER),
    ({"outcome": Outcome.MISSED_EACH_OTHER, "ours_late": 3}, Cause.MISSED_EACH_OTHER),
    ({"outcome": Outcome.MISSED_EACH_OTHER, "theirs_late": 3}, Cause.MISSED_EACH_OTHER),
    ({"outcome": Outcome.THEY_ARE_MISSING, "ours_late": 9, "theirs_late": 0}, Cause.THEY_ARE_MISSING),
    ({"ours": SidePresence.PRESENT}, Cause.THEY_ARE_MISSING),
    ({"theirs": SidePresence.ARRIVED}, Cause.WE_ARE_MISSING),
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


def test_a_running_call_stops_everything() -> None:
    talking = call(Direction.OUT, 3, result=CallResult.RINGING, over=False)
    assert not planned(phone(), seen(talking, lines_covered(-10, 12)), 12).add


def test_who_forgot_gets_a_task_to_ring_now() -> None:
    forgot = Evidence(statements=(Statement(by=ANNA.key, at=at(11), said=Said.I_FORGOT),))
    assert f"recall_task {ANNA.key}" in lines(planned(video(), forgot, 11.1))
