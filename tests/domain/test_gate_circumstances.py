"""What stands around a message, its window and its hours: everything at the gate but the premises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.gate_cases import GOES, NOW, K, W, meant, rule, verdict
from domain.scenes import ANNA, GUS, at, video
from noshowd.domain.followup import TO_GUESTS, FollowUpKind, Withheld
from noshowd.domain.gate import Circumstances, gate

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
