"""The send gate: for every kind one case in which it may go, and every single premise taken away from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.gate_cases import GOES, NOW, UNCLEAR, K, W, followup, guest, meant, rule, verdict
from domain.scenes import ANNA, BEN, GUS, at, phone, video
from noshowd.domain.entry import Response
from noshowd.domain.followup import TO_GUESTS, Approval, Cause, FollowUpKind, Withheld
from noshowd.domain.gate import Circumstances, gate
from noshowd.domain.meeting import Side
from noshowd.domain.premises import PREMISES
from noshowd.domain.verdict import Outcome, PersonVerdict, Presence, Reason, SidePresence

#: About noshowd itself: no premises.
PLAIN = frozenset({K.APPROVAL, K.CORRECTION, K.NOTICE})


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
            K.COURTESY_MESSAGE,
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
    (K.RESCHEDULE_OFFER, {"broken_off": True}, W.NOT_PROVED),
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


@pytest.mark.parametrize("kind", [K.COURTESY_MESSAGE, K.RESCHEDULE_OFFER])
@pytest.mark.parametrize("reason", [Reason.SHORT_TALK, Reason.THEY_RANG])
def test_after_a_word_on_the_telephone_a_person_decides_what_the_guest_reads(
    kind: FollowUpKind, reason: Reason
) -> None:
    planned, result = GOES[kind]
    rang = replace(result, reasons=result.reasons | {reason})
    by_itself, asked = (replace(planned, approval=approval) for approval in (Approval.AUTO, Approval.ASK))
    assert rule(kind, by_itself, rang) is W.NOT_PROVED
    assert rule(kind, asked, rang) is None
    assert rule(kind, replace(by_itself, ordered=True), rang) is None


def test_that_they_rang_in_vain_keeps_no_apology_of_ours_back() -> None:
    planned = followup(K.RESCHEDULE_OFFER, Cause.WE_ARE_MISSING, GUS.key)
    rang = replace(GOES[K.WORD_TO_WAITING][1], reasons=frozenset({Reason.THEY_RANG}))
    assert rule(K.RESCHEDULE_OFFER, planned, rang) is None


def test_an_offer_on_a_word_that_may_be_lost_waits_for_the_list_unless_a_person_orders_it() -> None:
    planned, result = GOES[K.RESCHEDULE_OFFER]
    unsure = replace(result, reasons=result.reasons | {Reason.MAY_BE_LOST}, final=False)
    asked = replace(planned, approval=Approval.ASK)
    assert rule(K.RESCHEDULE_OFFER, asked, unsure) is W.NOT_PROVED
    assert rule(K.RESCHEDULE_OFFER, replace(asked, ordered=True), unsure) is None


def test_an_offer_after_a_proof_that_broke_off_goes_by_an_order_alone() -> None:
    planned, result = GOES[K.RESCHEDULE_OFFER]
    broken_off = replace(result, broken_off=True)
    assert rule(K.RESCHEDULE_OFFER, planned, broken_off) is W.NOT_PROVED
    assert rule(K.RESCHEDULE_OFFER, replace(planned, ordered=True), broken_off) is None


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
