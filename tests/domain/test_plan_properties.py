"""What must hold of everything that is planned, on video and telephone alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.worlds import DAY_ENDS, Situation, situations
from noshowd.domain.followup import (
    Approval,
    FollowUpKey,
    FollowUpKind,
    Happening,
    State,
    step,
)
from noshowd.domain.gate import Circumstances, gate
from noshowd.domain.meeting import Meeting
from noshowd.domain.plan import Existing, Plan

K = FollowUpKind
#: How long each kind makes sense, as the design's ladders say; whatever is not here lives as long as what it is about.
CLOSES: dict[FollowUpKind, Callable[[Meeting], datetime]] = {
    **dict.fromkeys(
        (K.NUDGE, K.WAITING_NOTICE, K.COURTESY_MESSAGE, K.WORD_TO_WAITING, K.COVER_NEEDED, K.SUGGEST_CALL),
        lambda meeting: meeting.end,
    ),
    **dict.fromkeys((K.RECALL_TASK, K.QUESTION), lambda meeting: max(DAY_ENDS, meeting.start)),
    K.RESCHEDULE_OFFER: lambda meeting: meeting.end + timedelta(days=4),
}


@settings(max_examples=150)
@given(situations())
def test_nothing_is_planned_outside_its_window(situation: Situation) -> None:
    meeting, now = situation.meeting, situation.now
    added = {f.kind: f for f in situation.planned().add}
    for followup in added.values():
        assert followup.not_before <= max(now, meeting.start)
        assert now <= followup.not_after
        if followup.kind is K.APPROVAL:
            assert any(str(f.key) == followup.concerns and f.not_after == followup.not_after for f in added.values())
        else:
            assert followup.not_after <= CLOSES[followup.kind](meeting)


@given(situations(), st.sampled_from([-1, 1]), st.integers(1, 10_000))
def test_nothing_leaves_outside_its_window(situation: Situation, way: int, seconds: int) -> None:
    verdict, beyond = situation.judged(), way * timedelta(seconds=seconds)
    for followup in situation.planned().add:
        then = beyond + (followup.not_before if way < 0 else followup.not_after)
        assert not gate(followup, situation.meeting, verdict, Circumstances(), then, daily_limit=9).go


def carried_out(plan: Plan, rows: dict[FollowUpKey, Existing]) -> list[Existing]:
    """What lies in the outbox once this plan was saved."""
    after = dict(rows)
    for followup in plan.add:
        waits = followup.approval in (Approval.ASK, Approval.VETO)
        after[followup.key] = Existing(followup=followup, state=State.AWAITING if waits else State.QUEUED)
    for followup, _ in plan.withhold:
        after[followup.key] = Existing(followup=followup, state=State.WITHHELD)
    for key, _ in plan.withdraw:
        after[key] = replace(after[key], state=step(after[key].state, Happening.WITHDRAWN))
    for key in plan.take_back:
        after[key] = replace(after[key], state=step(after[key].state, Happening.TAKEN_BACK))
    return list(after.values())


@given(situations(), situations(), st.randoms(use_true_random=False))
def test_planning_twice_is_planning_once(before: Situation, situation: Situation, chance: Any) -> None:
    """Whatever was planned before on other evidence, and whatever became of it."""
    earlier = replace(before, meeting=situation.meeting).planned().add
    rows = {f.key: Existing(followup=f, state=chance.choice(list(State))) for f in earlier}
    first = situation.planned(*rows.values())
    assert not {f.key for f in first.add} & rows.keys()
    assert situation.planned(*carried_out(first, rows)) == Plan()


@given(situations(), st.integers(0, 120))
def test_a_key_is_equal_exactly_when_the_planned_follow_up_is_the_same(situation: Situation, seconds: int) -> None:
    """Within one plan all differ; a little later the same rung for the same person has the same key again."""
    later = replace(situation, now=situation.now + timedelta(seconds=seconds))
    one, two = situation.planned().add, later.planned().add
    assert len({str(f.key) for f in one}) == len(one)
    for first in one:
        for second in two:
            alike = (first.kind, first.key.step, first.key.person) == (second.kind, second.key.step, second.key.person)
            assert (first.key == second.key) == (str(first.key) == str(second.key)) == alike
    moved = replace(later, meeting=replace(situation.meeting, round=2))
    assert not {f.key for f in one} & {f.key for f in moved.planned().add}


parts = st.text(alphabet="a1:", max_size=3)
keys = st.builds(
    FollowUpKey,
    meeting=parts,
    round=st.sampled_from([1, 11]),
    person=parts,
    kind=st.sampled_from([K.NUDGE, K.NOTICE]),
    step=parts,
)


@settings(max_examples=200)
@given(keys, keys, st.sets(st.sampled_from(["meeting", "round", "person", "kind", "step"])))
def test_a_key_is_equal_exactly_when_the_follow_up_is_the_same(
    one: FollowUpKey, other: FollowUpKey, shared: set[str]
) -> None:
    other = replace(other, **{name: getattr(one, name) for name in shared})
    same = all(getattr(one, name) == getattr(other, name) for name in ("meeting", "round", "person", "kind", "step"))
    assert (str(one) == str(other)) == (one == other) == same
