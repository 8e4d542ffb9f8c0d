"""The send gate: for every kind one case in which it may go, and every single premise taken away from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.scenes import ANNA, BEN, GUS, at, phone, video
from noshowd.domain.entry import Response
from noshowd.domain.followup import TO_GUESTS, Approval, Cause, FollowUp, FollowUpKey, FollowUpKind, Withheld
from noshowd.domain.gate import Circumstances, gate
from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.premises import PREMISES, Case, unmet
from noshowd.domain.verdict import Outcome, PersonVerdict, Presence, Reason, SidePresence, Verdict

K, W = FollowUpKind, Withheld
#: About noshowd itself: no premises.
PLAIN = frozenset({K.APPROVAL, K.CORRECTION, K.NOTICE})
NOW = at(12)


def followup(kind: FollowUpKind, cause: Cause, person: str, **changes: Any) -> FollowUp:
    values: dict[str, Any] = {
        "key": FollowUpKey(meeting="m", round=1, person=person, kind=kind, step="s"),
        "cause": cause,
        "approval": Approval.AUTO,
        "not_before": at(0),
        "not_after": at(30),
    }
    return FollowUp(**{**values, **changes})


def verdict(**changes: Any) -> Verdict:
    """They are missing, confirmed: Anna sits in the room, Gus was never seen."""
    values: dict[str, Any] = {
        "outcome": Outcome.THEY_ARE_MISSING,
        "judged_at": NOW,
        "ours": SidePresence.PRESENT,
        "theirs": SidePresence.ABSENT,
        "as_of": NOW,
        "ours_here": True,
        "confirmed": True,
        "people": (
            PersonVerdict(key=ANNA.key, side=Side.OURS, presence=Presence.PRESENT, seen=True, here_now=True),
            PersonVerdict(key=GUS.key, side=Side.THEIRS, presence=Presence.ABSENT, absent_now=True),
        ),
    }
    return Verdict(**{**values, **changes})


def guest(**changes: Any) -> tuple[PersonVerdict, ...]:
    """The people of `verdict` with Gus changed."""
    anna, gus = verdict().people
    return anna, replace(gus, **changes)


WE_MISS = verdict(
    outcome=Outcome.WE_ARE_MISSING,
    ours=SidePresence.ABSENT,
    theirs=SidePresence.PRESENT,
    ours_here=False,
    theirs_here=True,
    people=(
        PersonVerdict(key=ANNA.key, side=Side.OURS, presence=Presence.ABSENT, absent_now=True),
        PersonVerdict(key=GUS.key, side=Side.THEIRS, presence=Presence.PRESENT, seen=True, here_now=True),
    ),
)
OPEN = verdict(outcome=Outcome.WAITING, confirmed=False)
UNCLEAR = verdict(outcome=Outcome.UNKNOWN, theirs=SidePresence.UNKNOWN, confirmed=True)

#: kind -> a case in which it may go.
GOES: dict[FollowUpKind, tuple[FollowUp, Verdict]] = {
    K.NUDGE: (followup(K.NUDGE, Cause.WE_ARE_MISSING, ANNA.key), WE_MISS),
    K.WAITING_NOTICE: (followup(K.WAITING_NOTICE, Cause.THEY_ARE_MISSING, ANNA.key), OPEN),
    K.COURTESY_MESSAGE: (followup(K.COURTESY_MESSAGE, Cause.THEY_ARE_MISSING, GUS.key), OPEN),
    K.WORD_TO_WAITING: (followup(K.WORD_TO_WAITING, Cause.WE_ARE_MISSING, GUS.key), WE_MISS),
    K.RECALL_TASK: (followup(K.RECALL_TASK, Cause.THEY_ARE_MISSING, ANNA.key), verdict()),
    K.RESCHEDULE_OFFER: (followup(K.RESCHEDULE_OFFER, Cause.THEY_ARE_MISSING, GUS.key), verdict()),
    K.ORDERED_MESSAGE: (followup(K.ORDERED_MESSAGE, Cause.ORDERED, GUS.key, ordered=True), UNCLEAR),
    K.CONFIRMATION: (followup(K.CONFIRMATION, Cause.UNKNOWN, GUS.key), OPEN),
    K.HEADS_UP: (followup(K.HEADS_UP, Cause.UNKNOWN, ANNA.key), WE_MISS),
    K.QUESTION: (followup(K.QUESTION, Cause.UNKNOWN, ANNA.key), UNCLEAR),
    K.COVER_NEEDED: (followup(K.COVER_NEEDED, Cause.WE_ARE_MISSING, "ben@us.example"), WE_MISS),
    K.SUGGEST_CALL: (followup(K.SUGGEST_CALL, Cause.THEY_ARE_MISSING, ANNA.key), OPEN),
    K.APPROVAL: (followup(K.APPROVAL, Cause.THEY_ARE_MISSING, ANNA.key), verdict()),
    K.CORRECTION: (followup(K.CORRECTION, Cause.THEY_ARE_MISSING, ANNA.key), verdict()),
    K.NOTICE: (followup(K.NOTICE, Cause.UNKNOWN, ANNA.key), verdict()),
}


def meant(kind: FollowUpKind) -> Meeting:
    """The meeting in which this kind may go: Gus has accepted, but where he is asked whether he will come."""
    return video(ANNA, replace(GUS, response=Response.NONE)) if kind is K.CONFIRMATION else video()


def rule(kind: FollowUpKind, planned: FollowUp, result: Verdict, meeting: Meeting | None = None) -> Withheld | None:
    case = Case(followup=planned, meeting=meeting or meant(kind), verdict=result, ordered=planned.ordered)
    assert planned.kind is kind
    return unmet(case)


@pytest.mark.parametrize("kind", K)
def test_every_kind_may_go_in_its_own_case(kind: FollowUpKind) -> None:
    planned, result = GOES[kind]
    assert rule(kind, planned, result) is None
    ruling = gate(planned, meant(planned.kind), result, Circumstances(), NOW, daily_limit=1, ordered=planned.ordered)
    assert ruling.go


NOT_KNOCKING: list[dict[str, Any]] = [{"in_lobby": False}, {"here_now": False}, {"in_lobby": False, "here_now": False}]
KNOCKING = PersonVerdict(key=ANNA.key, side=Side.OURS, seen=True, in_lobby=True, here_now=True)
GUEST_KNOCKING = PersonVerdict(key=GUS.key, side=Side.THEIRS, seen=True, in_lobby=True, here_now=True)
#: After each of these a talk that nobody told us of may be going on.
MAY_HAVE_TALKED = (
    Reason.UNSEEN_LINE, Reason.ENDED_ONLY, Reason.NO_COVERAGE, Reason.NO_SOURCE, Reason.GAP, Reason.BLIND_SPOT,
    Reason.HIDDEN_CALL, Reason.WEAK_NUMBER, Reason.OTHER_NUMBER, Reason.SHORT_TALK, Reason.OTHER_TIME,
)  # fmt: skip
HELD = {"outcome": Outcome.HELD}
OFF = {"outcome": Outcome.CALLED_OFF}
CALLING = {"reasons": frozenset({Reason.CALL_RUNNING})}
TAKEN_AWAY: list[tuple[FollowUpKind, dict[str, Any], Withheld]] = [
    (K.HEADS_UP, {"people": verdict().people}, W.OUR_SIDE_IS_THERE),
    *[(kind, HELD, W.HELD) for kind in K if kind not in {K.ORDERED_MESSAGE, K.CONFIRMATION, *PLAIN}],
    *[(kind, OFF, W.CALLED_OFF) for kind in K if kind not in PLAIN],
    *[
        (kind, CALLING, W.HINT_IN_A_CALL)
        for kind in (
            K.NUDGE, K.WORD_TO_WAITING, K.RECALL_TASK, K.RESCHEDULE_OFFER, K.QUESTION, K.SUGGEST_CALL,
        )
    ],
    (K.NUDGE, {"people": guest()}, W.NOT_PROVED),
    (K.WAITING_NOTICE, {"ours_here": False}, W.OUR_SIDE_NOT_THERE),
    (K.WAITING_NOTICE, {"theirs_here": True}, W.HELD),
    (K.COURTESY_MESSAGE, {"ours_here": False}, W.OUR_SIDE_NOT_THERE),
    (K.COURTESY_MESSAGE, {"theirs": SidePresence.PRESENT}, W.SEEN_IN_THIS_ROUND),
    (K.COURTESY_MESSAGE, {"theirs": SidePresence.ARRIVED}, W.SEEN_IN_THIS_ROUND),
    (K.COURTESY_MESSAGE, {"people": guest(seen=True)}, W.SEEN_IN_THIS_ROUND),
    (K.COURTESY_MESSAGE, {"people": guest(maybe_seen=True)}, W.SEEN_IN_THIS_ROUND),
    (K.COURTESY_MESSAGE, {"people": guest(presence=Presence.PRESENT)}, W.SEEN_IN_THIS_ROUND),
    (K.COURTESY_MESSAGE, {"people": guest(absent_now=False)}, W.NOT_PROVED),
    (K.WORD_TO_WAITING, {"theirs": SidePresence.UNKNOWN}, W.THEIR_SIDE_NOT_THERE),
    (K.WORD_TO_WAITING, {"ours": SidePresence.UNKNOWN}, W.NOT_PROVED),
    (K.COVER_NEEDED, {"theirs": SidePresence.UNKNOWN}, W.THEIR_SIDE_NOT_THERE),
    (K.COVER_NEEDED, {"ours": SidePresence.UNKNOWN}, W.NOT_PROVED),
    (K.RECALL_TASK, {"confirmed": False}, W.NOT_CONFIRMED),
    (K.RECALL_TASK, {"outcome": Outcome.UNKNOWN}, W.NOT_CONFIRMED),
    (K.RECALL_TASK, {"outcome": Outcome.WE_ARE_MISSING}, W.NOT_CONFIRMED),
    (K.RESCHEDULE_OFFER, {"confirmed": False}, W.NOT_CONFIRMED),
    (K.RESCHEDULE_OFFER, {"outcome": Outcome.NOBODY_CAME}, W.NOT_CONFIRMED),
    (K.RESCHEDULE_OFFER, {"outcome": Outcome.WE_ARE_MISSING}, W.NOT_CONFIRMED),
    (K.RESCHEDULE_OFFER, {"people": guest(presence=Presence.UNKNOWN)}, W.SEEN_IN_THIS_ROUND),
    (K.RESCHEDULE_OFFER, {"people": guest(maybe_seen=True)}, W.SEEN_IN_THIS_ROUND),
    *[
        (K.SUGGEST_CALL, {"reasons": frozenset({reason})}, W.NOT_PROVED)
        for reason in MAY_HAVE_TALKED
    ],
    (K.NUDGE, {"people": ()}, W.NOT_PROVED),
    (K.COURTESY_MESSAGE, {"people": ()}, W.SEEN_IN_THIS_ROUND),
    (K.RESCHEDULE_OFFER, {"people": ()}, W.SEEN_IN_THIS_ROUND),
    (K.RECALL_TASK, {"outcome": Outcome.WAITING}, W.NOT_CONFIRMED),
    *[
        # whoever knocks, of ours and now, waits too
        (
            K.WAITING_NOTICE,
            {"ours_here": False, "people": (replace(KNOCKING, **change), GUEST_KNOCKING)},
            W.OUR_SIDE_NOT_THERE,
        )
        for change in NOT_KNOCKING
    ],
    (K.QUESTION, {"outcome": Outcome.THEY_ARE_MISSING}, W.ANSWERED),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "reason"), TAKEN_AWAY)
def test_every_premise_is_needed(kind: FollowUpKind, change: dict[str, Any], reason: Withheld) -> None:
    planned, result = GOES[kind]
    changed = replace(result, **change)
    assert rule(kind, planned, changed) is reason
    ruling = gate(planned, meant(planned.kind), changed, Circumstances(), NOW, daily_limit=1, ordered=planned.ordered)
    assert (ruling.reason, ruling.until) == (reason, None)


@pytest.mark.parametrize("kind", sorted({K.COURTESY_MESSAGE, K.WORD_TO_WAITING, K.RESCHEDULE_OFFER}))
@pytest.mark.parametrize("response", [Response.NONE, Response.DECLINED])
def test_nobody_writes_to_a_guest_who_did_not_accept(kind: FollowUpKind, response: Response) -> None:
    planned, result = GOES[kind]
    meeting = video(ANNA, replace(GUS, response=response))
    assert rule(kind, planned, result, meeting) is W.NOT_ACCEPTED


def test_a_courtesy_message_has_a_link_to_offer() -> None:
    planned, result = GOES[K.COURTESY_MESSAGE]
    assert rule(K.COURTESY_MESSAGE, planned, result, phone()) is W.NOT_A_VIDEO_MEETING


def test_an_ordered_message_needs_its_order() -> None:
    planned, result = GOES[K.ORDERED_MESSAGE]
    assert rule(K.ORDERED_MESSAGE, replace(planned, ordered=False), result) is W.NOT_ORDERED


@pytest.mark.parametrize("theirs_here", [True, False])
def test_whoever_of_ours_knocks_is_waiting(theirs_here: bool) -> None:
    planned, result = GOES[K.WAITING_NOTICE]
    knocking = replace(result, ours_here=False, theirs_here=theirs_here, people=(KNOCKING, result.people[1]))
    assert rule(K.WAITING_NOTICE, planned, knocking) is None


def test_nobody_writes_to_somebody_who_is_no_longer_invited() -> None:
    planned, result = GOES[K.WORD_TO_WAITING]
    assert rule(K.WORD_TO_WAITING, planned, result, video(ANNA)) is W.NOT_ACCEPTED


@pytest.mark.parametrize("kind", [K.WORD_TO_WAITING, K.RESCHEDULE_OFFER, K.RECALL_TASK])
def test_what_a_person_ordered_needs_no_proof(kind: FollowUpKind) -> None:
    planned = replace(GOES[kind][0], ordered=True)
    for unproved in (
        UNCLEAR,
        replace(UNCLEAR, ours=SidePresence.UNKNOWN),
        replace(UNCLEAR, people=guest(presence=Presence.UNKNOWN)),
    ):
        assert rule(kind, planned, unproved) is None
        assert gate(planned, meant(planned.kind), unproved, Circumstances(), NOW, daily_limit=1, ordered=True).go


def test_an_order_goes_although_a_person_took_over() -> None:
    planned, result = GOES[K.ORDERED_MESSAGE]
    assert gate(
        planned, meant(planned.kind), result, Circumstances(human_took_over=True), NOW, daily_limit=1, ordered=True
    ).go


OF_GUESTS: list[dict[str, Any]] = [
    {"sending_held": True},
    {"broken_sources": frozenset({"meet"}), "relied_on": frozenset({"meet"})},
    {"opted_out": frozenset({ANNA.key, BEN.key})},
    {"sent_today": {(key, kind): 9 for key in (ANNA.key, BEN.key) for kind in K}},
    {"hourly_cap_reached": True},
]


@pytest.mark.parametrize("kind", sorted(set(K) - TO_GUESTS))
@pytest.mark.parametrize("change", OF_GUESTS, ids=min)
def test_what_protects_guests_keeps_nothing_from_our_own_side(kind: FollowUpKind, change: dict[str, Any]) -> None:
    planned, result = GOES[kind]
    assert gate(planned, meant(planned.kind), result, Circumstances(**change), NOW, daily_limit=1).go


@pytest.mark.parametrize("kind", sorted(set(K) - TO_GUESTS - {K.NUDGE, K.RECALL_TASK}))
def test_a_calendar_that_cannot_be_read_keeps_no_question_back(kind: FollowUpKind) -> None:
    planned, result = GOES[kind]
    blind = Circumstances(rechecked=False, event_read=False)
    assert gate(planned, meant(planned.kind), result, blind, NOW, daily_limit=1).go


def test_another_open_question_or_call_holds_questions_only() -> None:
    busy = Circumstances(being_asked=frozenset({ANNA.key}), in_a_call=frozenset({ANNA.key}))
    others = Circumstances(being_asked=frozenset({BEN.key}), in_a_call=frozenset({BEN.key}))
    for kind in K:
        planned, result = GOES[kind]
        assert gate(planned, meant(planned.kind), result, others, NOW, daily_limit=1, ordered=planned.ordered).go
        if kind is not K.QUESTION:
            assert gate(planned, meant(planned.kind), result, busy, NOW, daily_limit=1, ordered=planned.ordered).go


def test_a_new_appointment_keeps_no_word_and_no_ordered_task_from_our_own_side() -> None:
    rebooked = Circumstances(rebooked=True)
    for kind in set(K) - TO_GUESTS - {K.RECALL_TASK}:
        planned, result = GOES[kind]
        assert gate(planned, meant(planned.kind), result, rebooked, NOW, daily_limit=1).go
    planned, result = GOES[K.RECALL_TASK]
    assert gate(planned, meant(planned.kind), result, rebooked, NOW, daily_limit=1, ordered=True).go


def test_an_order_goes_on_unknown() -> None:
    planned = followup(K.RESCHEDULE_OFFER, Cause.ORDERED, GUS.key, ordered=True)
    assert rule(K.RESCHEDULE_OFFER, planned, UNCLEAR) is None


@pytest.mark.parametrize("kind", [K.COURTESY_MESSAGE, K.WORD_TO_WAITING, K.RESCHEDULE_OFFER])
def test_what_may_rest_on_a_lost_word_goes_to_a_guest_by_a_person_alone(kind: FollowUpKind) -> None:
    planned, result = GOES[kind]
    unsure = replace(result, reasons=result.reasons | {Reason.MAY_BE_LOST}, final=True)
    by_itself, asked = (replace(planned, approval=approval) for approval in (Approval.AUTO, Approval.ASK))
    assert rule(kind, by_itself, unsure) is W.NOT_PROVED
    assert rule(kind, asked, unsure) is None
    assert rule(kind, replace(by_itself, ordered=True), unsure) is None


def test_an_offer_on_a_word_that_may_be_lost_waits_for_the_list_unless_a_person_orders_it() -> None:
    planned, result = GOES[K.RESCHEDULE_OFFER]
    unsure = replace(result, reasons=result.reasons | {Reason.MAY_BE_LOST}, final=False)
    asked = replace(planned, approval=Approval.ASK)
    assert rule(K.RESCHEDULE_OFFER, asked, unsure) is W.NOT_PROVED
    assert rule(K.RESCHEDULE_OFFER, replace(asked, ordered=True), unsure) is None


def test_nobody_who_is_no_longer_invited_is_asked_or_warned() -> None:
    stranger = "nobody@them.example"
    planned, result = GOES[K.CONFIRMATION]
    assert rule(K.CONFIRMATION, replace(planned, key=replace(planned.key, person=stranger)), result) is W.ANSWERED
    planned, result = GOES[K.HEADS_UP]
    assert rule(K.HEADS_UP, replace(planned, key=replace(planned.key, person=stranger)), result) is None


OFFERS: list[tuple[dict[str, Any], Withheld | None]] = [
    ({"told_later": frozenset({GUS.key})}, W.SUPERSEDED_STEP),
    ({"often_missed": frozenset({GUS.key})}, W.SEVERAL_MISSES),
    ({"later_today": {GUS.key: at(300)}}, W.LATER_TODAY),
    ({"told_later": frozenset({ANNA.key}), "often_missed": frozenset({ANNA.key})}, None),
]


@pytest.mark.parametrize(("change", "reason"), OFFERS)
def test_several_misses_of_one_guest_keep_offers_back_and_nothing_else(
    change: dict[str, Any], reason: Withheld | None
) -> None:
    around = Circumstances(**change)
    planned, result = GOES[K.RESCHEDULE_OFFER]
    assert gate(planned, meant(planned.kind), result, around, NOW, daily_limit=1).reason is reason
    for kind in (K.COURTESY_MESSAGE, K.WORD_TO_WAITING):
        planned, result = GOES[kind]
        assert gate(planned, meant(planned.kind), result, around, NOW, daily_limit=1).go
    ordered = replace(GOES[K.RESCHEDULE_OFFER][0], ordered=True)
    assert gate(ordered, meant(ordered.kind), GOES[K.RESCHEDULE_OFFER][1], around, NOW, daily_limit=1, ordered=True).go


def test_every_kind_has_its_premises() -> None:
    assert set(PREMISES) == set(K)


OUTWARD = sorted(TO_GUESTS | {K.RECALL_TASK})
CIRCUMSTANCES: list[tuple[FollowUpKind, dict[str, Any], Withheld]] = [
    *[(kind, {"shadow": True}, W.SHADOW) for kind in OUTWARD],
    *[(kind, {"sending_held": True}, W.SENDING_HELD) for kind in sorted(TO_GUESTS)],
    *[(kind, {"paused": True}, W.PAUSED) for kind in K],
    *[(kind, {"event_changed": True}, W.EVENT_CHANGED) for kind in K],
    *[(kind, {"rechecked": False}, W.CANNOT_RECHECK) for kind in sorted(TO_GUESTS | {K.NUDGE})],
    (K.RECALL_TASK, {"rechecked": False, "event_read": False}, W.CANNOT_RECHECK),
    *[(kind, {"human_took_over": True}, W.HUMAN_TOOK_OVER) for kind in K if kind is not K.ORDERED_MESSAGE],
    (K.COURTESY_MESSAGE, {"opted_out": frozenset({GUS.key})}, W.OPTED_OUT),
    (K.COURTESY_MESSAGE, {"unreachable": frozenset({GUS.key})}, W.NO_ADDRESS),
    *[(kind, {"rebooked": True}, W.ALREADY_REBOOKED) for kind in (K.RESCHEDULE_OFFER, K.RECALL_TASK)],
    (K.COURTESY_MESSAGE, {"sent_today": {(GUS.key, K.COURTESY_MESSAGE): 1}}, W.DAILY_LIMIT),
    (K.COURTESY_MESSAGE, {"hourly_cap_reached": True}, W.HOURLY_CAP),
    (
        K.COURTESY_MESSAGE,
        {"broken_sources": frozenset({"meet"}), "relied_on": frozenset({"meet"})},
        W.CIRCUIT_BREAKER,
    ),
    (K.QUESTION, {"being_asked": frozenset({ANNA.key})}, W.QUESTION_BUDGET),
    (K.QUESTION, {"in_a_call": frozenset({ANNA.key})}, W.HINT_IN_A_CALL),
]


@pytest.mark.parametrize(("kind", "change", "reason"), CIRCUMSTANCES)
def test_every_circumstance_has_its_name(kind: FollowUpKind, change: dict[str, Any], reason: Withheld) -> None:
    planned, result = GOES[kind]
    around = Circumstances(**change)
    ruling = gate(planned, meant(planned.kind), result, around, NOW, daily_limit=1, ordered=planned.ordered)
    assert ruling.reason is reason


@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize("minute", [-1, 31])
def test_nothing_leaves_outside_its_window(kind: FollowUpKind, minute: float) -> None:
    planned, result = GOES[kind]
    ruling = gate(
        planned, meant(planned.kind), result, Circumstances(), at(minute), daily_limit=1, ordered=planned.ordered
    )
    assert ruling.reason is W.OUTSIDE_WINDOW


def test_quiet_hours_hold_what_comes_after_the_slot_only() -> None:
    planned = replace(GOES[K.RESCHEDULE_OFFER][0], not_after=at(600))
    morning = at(500)
    around = Circumstances(awake_from={GUS.key: morning})
    inside = gate(planned, meant(planned.kind), verdict(), around, at(20), daily_limit=1)
    after = gate(planned, meant(planned.kind), verdict(), around, at(40), daily_limit=1)
    assert inside.go
    assert (after.reason, after.until) == (W.QUIET_HOURS, morning)
    assert gate(planned, meant(planned.kind), verdict(), around, morning, daily_limit=1).go


def test_a_task_waits_for_the_calendar_and_rests_on_what_was_proved_before() -> None:
    planned, result = GOES[K.RECALL_TASK]
    blind = gate(
        planned, meant(planned.kind), result, Circumstances(rechecked=False, event_read=False), NOW, daily_limit=1
    )
    assert (blind.reason, blind.until) == (W.CANNOT_RECHECK, planned.not_after)
    # that the room cannot be seen any more does not make the guest have come
    assert gate(planned, meant(planned.kind), result, Circumstances(rechecked=False), NOW, daily_limit=1).go


def test_what_our_own_side_reads_is_shown_in_shadow() -> None:
    for kind in set(K) - set(OUTWARD):
        planned, result = GOES[kind]
        assert gate(
            planned, meant(planned.kind), result, Circumstances(shadow=True), NOW, daily_limit=1, ordered=True
        ).go


def test_a_pause_ends_with_the_window() -> None:
    planned, result = GOES[K.WAITING_NOTICE]
    ruling = gate(planned, meant(planned.kind), result, Circumstances(paused=True), NOW, daily_limit=1)
    assert ruling.until == planned.not_after
    assert planned.not_after - NOW == timedelta(minutes=18)


def test_who_has_answered_is_not_asked_whether_they_will_come() -> None:
    planned, result = GOES[K.CONFIRMATION]
    assert rule(K.CONFIRMATION, planned, result, video()) is W.ANSWERED


def test_a_guest_is_asked_in_waking_hours_even_before_the_meeting() -> None:
    planned, result = GOES[K.CONFIRMATION]
    around = Circumstances(awake_from={GUS.key: at(20)})
    ruling = gate(planned, meant(K.CONFIRMATION), result, around, NOW, daily_limit=1)
    assert (ruling.reason, ruling.until) == (W.QUIET_HOURS, at(20))
