"""An offer that may be sent to nobody becomes a task for a person, where the ladder has none anyway."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.scenes import ANNA, GUS, MATCHES, MEET, MINUTE, POLICY, at, covered, seen, stay, video
from noshowd.domain.entry import Response
from noshowd.domain.evidence import Evidence
from noshowd.domain.followup import Cause, FollowUpKind
from noshowd.domain.gate import Circumstances
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Kind, Meeting, Person
from noshowd.domain.plan import Plan, plan
from noshowd.domain.policy import Step

K = FollowUpKind
WAITING = next(s for s in POLICY.ladders[Cause.THEY_ARE_MISSING] if s.name == "waiting")
ALONE = seen(stay(ANNA, -1, until=21), covered(-15, 21))


def planned(meeting: Meeting, evidence: Evidence, rungs: tuple[Step, ...]) -> Plan:
    """What is planned 21 minutes after the start where every ladder has these rungs."""
    policy = replace(POLICY, ladders=dict.fromkeys(Cause, rungs))
    verdict = judge(meeting, evidence, MATCHES, policy, at(21), sources={"meet": MEET})
    return plan(meeting, verdict, policy, (), Circumstances(), at(21))


OFFER = next(s for s in POLICY.ladders[Cause.THEY_ARE_MISSING] if s.name == "offer")
COURTESY = next(s for s in POLICY.ladders[Cause.THEY_ARE_MISSING] if s.name == "courtesy")
RECALL = next(s for s in POLICY.ladders[Cause.THEY_ARE_MISSING] if s.name == "recall")
SILENT = replace(GUS, response=Response.NONE)


@pytest.mark.parametrize(
    ("rungs", "guests", "kinds"),
    [
        ((OFFER,), [GUS], {K.RESCHEDULE_OFFER, K.APPROVAL}),
        ((OFFER,), [SILENT], {K.RECALL_TASK}),
        ((OFFER,), [replace(GUS, key=f"g{n}@them.example") for n in range(4)], {K.RECALL_TASK}),
        # the ladder has a task, but not for this medium, or something that is no task
        ((replace(RECALL, media=frozenset({Kind.PHONE})), OFFER), [SILENT], {K.RECALL_TASK}),
        ((replace(WAITING, after=MINUTE * 40), OFFER), [SILENT], {K.RECALL_TASK}),
        # no other message becomes a task
        ((COURTESY,), [SILENT], set()),
    ],
)
def test_an_offer_that_nobody_may_be_sent_is_a_task_where_the_ladder_has_none(
    rungs: tuple[Step, ...], guests: list[Person], kinds: set[FollowUpKind]
) -> None:
    result = planned(video(ANNA, *guests), ALONE, rungs)
    assert {f.kind for f in result.add} == kinds


def test_an_offer_that_is_for_nobody_is_no_task() -> None:
    came = seen(stay(GUS, -1, until=21), covered(-15, 21))
    assert {f.kind for f in planned(video(), came, (OFFER,)).add} == {K.RESCHEDULE_OFFER, K.APPROVAL}
    assert not planned(video(ANNA, replace(GUS, optional=True)), came, (OFFER,)).add


def test_the_ladders_own_task_is_the_only_one() -> None:
    result = planned(video(ANNA, SILENT), ALONE, (RECALL, OFFER))
    assert [(f.kind, f.key.step) for f in result.add] == [(K.RECALL_TASK, "recall")]
