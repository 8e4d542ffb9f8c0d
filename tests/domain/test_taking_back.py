"""What was planned or sent earlier and holds no more is withdrawn or taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.judged import planned
from domain.scenes import (
    ANNA,
    GUS,
    at,
    covered,
    seen,
    stay,
    video,
)
from noshowd.domain.evidence import Evidence
from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, State, Withheld
from noshowd.domain.plan import Existing, close_round

K = FollowUpKind


def alone(minute: float) -> Evidence:
    """Anna sits alone in a room that is seen whole."""
    return seen(stay(ANNA, -1, until=minute), covered(-15, minute))


def followup(kind: FollowUpKind, step: str = "s", concerns: str | None = None) -> FollowUp:
    key = FollowUpKey(meeting="m", round=1, person=ANNA.key, kind=kind, step=step)
    return FollowUp(key=key, cause=Cause.THEY_ARE_MISSING, not_before=at(0), not_after=at(60), concerns=concerns)


#: What only asks, informs or is to be done is taken back once the case is settled; what a guest has read stays.
TAKEN_BACK = {
    K.NUDGE, K.HEADS_UP, K.WAITING_NOTICE, K.RECALL_TASK, K.RESCHEDULE_OFFER,
    K.QUESTION, K.COVER_NEEDED, K.SUGGEST_CALL, K.APPROVAL,
}  # fmt: skip


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", K)
def test_what_was_sent_is_taken_back_once_the_case_is_settled(kind: FollowUpKind, state: State) -> None:
    row = Existing(followup=followup(kind), state=state)
    expected = (row.followup.key,) if state is State.SENT and kind in TAKEN_BACK else ()
    assert planned(video(called_off=True), Evidence(), 5, row).take_back == expected
    assert close_round([row]).take_back == expected


@pytest.mark.parametrize("state", State)
def test_of_a_round_that_was_moved_nothing_leaves_any_more(state: State) -> None:
    row = Existing(followup=followup(K.NUDGE), state=state)
    pending = state in (State.AWAITING, State.QUEUED)
    assert close_round([row]).withdraw == (((row.followup.key, Withheld.EVENT_CHANGED),) if pending else ())


@pytest.mark.parametrize("state", State)
def test_only_what_has_not_left_is_withdrawn(state: State) -> None:
    row = Existing(followup=followup(K.NUDGE), state=state)
    pending = state in (State.AWAITING, State.QUEUED)
    withdrawn = planned(video(called_off=True), Evidence(), 5, row).withdraw
    assert withdrawn == (((row.followup.key, Withheld.CALLED_OFF),) if pending else ())


@pytest.mark.parametrize(
    ("asked", "question", "moot"),
    [
        # the message is still open
        (State.AWAITING, State.SENT, False),
        (State.QUEUED, State.SENT, False),
        # it went, was refused or ran out: nothing is left to approve
        (State.SENT, State.SENT, True),
        (State.EXPIRED, State.SENT, True),
        (State.WITHHELD, State.SENT, True),
        # the question lies before nobody
        (State.EXPIRED, State.QUEUED, False),
        (State.EXPIRED, State.RETRACTED, False),
    ],
)
def test_a_question_with_nothing_left_to_approve_is_taken_back(asked: State, question: State, *, moot: bool) -> None:
    message = next(f for f in planned(video(), alone(5), 5).add if f.kind is K.COURTESY_MESSAGE)
    approval = followup(K.APPROVAL, concerns=str(message.key))
    other = followup(K.NOTICE, concerns="something else")
    rows = [
        Existing(followup=message, state=asked),
        Existing(followup=approval, state=question),
        Existing(followup=other, state=State.SENT),
    ]
    assert planned(video(), alone(6), 6, *rows).take_back == ((approval.key,) if moot else ())


def test_a_question_is_taken_back_with_a_message_that_is_withdrawn_now() -> None:
    message = next(f for f in planned(video(), alone(5), 5).add if f.kind is K.COURTESY_MESSAGE)
    approval = followup(K.APPROVAL, concerns=str(message.key))
    rows = [Existing(followup=message, state=State.AWAITING), Existing(followup=approval, state=State.SENT)]
    came = seen(stay(ANNA, -1, until=6), stay(GUS, 5.8, until=6), covered(-15, 6))
    result = planned(video(), came, 6, *rows)
    assert [key for key, _ in result.withdraw] == [message.key]
    assert result.take_back == (approval.key,)


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
