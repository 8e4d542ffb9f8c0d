"""A source that may lose somebody's coming without a trace: our side may act on its silence, no guest hears of it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.scenes import ANNA, GUS, MATCHES, MEET, PBX, POLICY, at, covered, lines_covered, phone, seen, stay, video
from domain.worlds import Situation, situations
from noshowd.domain.evidence import Evidence, SourceTraits
from noshowd.domain.followup import TO_GUESTS, Approval, Cause, FollowUp, FollowUpKind
from noshowd.domain.gate import Circumstances, gate
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Caller, Meeting
from noshowd.domain.plan import plan
from noshowd.domain.policy import Policy
from noshowd.domain.verdict import CONFIRMED_MISSES, Outcome, Presence, Reason, SidePresence, Verdict

K = FollowUpKind
#: Tells afterwards who was there, from a list.
REPORT = SourceTraits(name="report", keeps_history=True, ended_only=True)
ALL_BY_THEMSELVES = replace(
    POLICY,
    ladders={
        cause: tuple(replace(rung, approval=Approval.AUTO) for rung in rungs) for cause, rungs in POLICY.ladders.items()
    },
)


def judged(meeting: Meeting, evidence: Evidence, now: datetime, *more: SourceTraits) -> Verdict:
    sources = {traits.name: traits for traits in (MEET, PBX, *more)}
    return judge(meeting, evidence, MATCHES, POLICY, now, sources=sources)


def planned(meeting: Meeting, verdict: Verdict, now: datetime, policy: Policy = ALL_BY_THEMSELVES) -> list[FollowUp]:
    return list(plan(meeting, verdict, policy, (), Circumstances(), now).add)


def may_go(followup: FollowUp, meeting: Meeting, verdict: Verdict, now: datetime) -> bool:
    return gate(followup, meeting, verdict, Circumstances(), now, daily_limit=9).go


def some_lossy(evidence: Evidence, which: list[bool]) -> tuple[Evidence, Evidence]:
    """The evidence with some of its coverages lossy, and without those."""
    marked = [replace(c, lossy=lossy) for c, lossy in zip(evidence.coverages, itertools.cycle(which), strict=False)]
    rest = tuple(c for c in marked if not c.lossy)
    return replace(evidence, coverages=tuple(marked)), replace(evidence, coverages=rest)


@settings(max_examples=150)
@given(situations(), st.lists(st.booleans(), min_size=1, max_size=4))
def test_what_goes_to_a_guest_by_itself_rests_on_no_silence_that_may_be_a_loss(
    situation: Situation, which: list[bool]
) -> None:
    mixed, surely = some_lossy(situation.evidence, which)
    verdict, sure = situation.judged(mixed), situation.judged(surely)
    for followup in planned(situation.meeting, verdict, situation.now):
        by_itself = replace(followup, approval=Approval.AUTO)
        if followup.kind not in TO_GUESTS or not may_go(by_itself, situation.meeting, verdict, situation.now):
            continue
        person = sure.person(followup.key.person)
        proved = {
            K.COURTESY_MESSAGE: person is not None and person.absent_now,
            K.WORD_TO_WAITING: sure.ours is SidePresence.ABSENT,
            K.RESCHEDULE_OFFER: sure.outcome is verdict.outcome,
        }
        assert proved[followup.kind]


@given(situations())
def test_a_person_is_asked_before_a_guest_hears_of_what_may_be_a_loss(situation: Situation) -> None:
    lossy, _ = some_lossy(situation.evidence, [True])
    verdict = situation.judged(lossy)
    if Reason.MAY_BE_LOST in verdict.reasons:
        asked = [f for f in planned(situation.meeting, verdict, situation.now) if f.kind in TO_GUESTS]
        assert all(followup.approval is Approval.ASK for followup in asked)


@given(situations())
def test_our_own_side_is_told_as_if_nothing_could_be_lost(situation: Situation) -> None:
    def ours(evidence: Evidence) -> set[FollowUp]:
        found = planned(situation.meeting, situation.judged(evidence), situation.now)
        return {f for f in found if f.kind not in TO_GUESTS | {K.APPROVAL}}

    everything, nothing = (some_lossy(situation.evidence, [lossy])[0] for lossy in (True, False))
    assert ours(everything) == ours(nothing)


@given(situations())
def test_without_an_absence_nothing_is_in_doubt(situation: Situation) -> None:
    verdict = situation.judged(some_lossy(situation.evidence, [True])[0])
    away = [p.key for p in verdict.people if p.absent_now or p.presence is Presence.ABSENT]
    if not away and verdict.outcome not in CONFIRMED_MISSES:
        assert Reason.MAY_BE_LOST not in verdict.reasons


SILENT = seen(stay(ANNA, -1, until=60), covered(-15, 60, lossy=True))


def kinds(meeting: Meeting, evidence: Evidence, minute: float, *more: SourceTraits) -> dict[FollowUpKind, Approval]:
    now = at(minute)
    return {f.kind: f.approval for f in planned(meeting, judged(meeting, evidence, now, *more), now)}


def test_a_courtesy_message_becomes_a_question_to_the_one_who_is_there() -> None:
    told = kinds(video(), SILENT, 6)
    assert told[K.COURTESY_MESSAGE] is Approval.ASK
    assert told[K.APPROVAL] is Approval.AUTO


def test_a_draft_stays_one_for_a_person_sends_it() -> None:
    drafts = replace(
        ALL_BY_THEMSELVES,
        ladders={
            Cause.THEY_ARE_MISSING: tuple(
                replace(rung, approval=Approval.DRAFT) for rung in POLICY.ladders[Cause.THEY_ARE_MISSING]
            )
        },
    )
    now = at(6)
    verdict = judged(video(), SILENT, now)
    (courtesy,) = [f for f in planned(video(), verdict, now, drafts) if f.kind is K.COURTESY_MESSAGE]
    assert courtesy.approval is Approval.DRAFT
    assert may_go(courtesy, video(), verdict, now)


def test_the_task_comes_and_the_offer_waits_for_the_report() -> None:
    told = kinds(video(), SILENT, 25, REPORT)
    assert K.RECALL_TASK in told
    assert K.RESCHEDULE_OFFER not in told


def test_once_a_report_has_said_the_same_the_offer_goes_as_the_policy_says() -> None:
    reported = seen(*SILENT.sightings, *SILENT.coverages, stay(ANNA, -1, 40, source="report"))
    reported = replace(reported, coverages=(*reported.coverages, covered(-15, 95, source="report", ended_only=True)))
    verdict = judged(video(), reported, at(95), REPORT)
    assert verdict.outcome is Outcome.THEY_ARE_MISSING
    assert Reason.MAY_BE_LOST not in verdict.reasons
    assert kinds(video(), reported, 95, REPORT)[K.RESCHEDULE_OFFER] is Approval.AUTO


def test_where_no_report_comes_a_person_is_asked_about_the_offer_in_the_end() -> None:
    assert K.RESCHEDULE_OFFER not in kinds(video(), SILENT, 31)
    verdict = judged(video(), SILENT, at(40))
    assert verdict.final
    assert kinds(video(), SILENT, 40)[K.RESCHEDULE_OFFER] is Approval.ASK


@pytest.mark.parametrize("approval", [Approval.AUTO, Approval.VETO])
def test_what_was_planned_on_better_evidence_does_not_go_on_worse(approval: Approval) -> None:
    now = at(6)
    better = judged(video(), replace(SILENT, coverages=(covered(-15, 60),)), now)
    (courtesy,) = [f for f in planned(video(), better, now) if f.kind is K.COURTESY_MESSAGE]
    courtesy = replace(courtesy, approval=approval)
    assert may_go(courtesy, video(), better, now)
    assert not may_go(courtesy, video(), judged(video(), SILENT, now), now)


def test_our_own_person_is_nudged_and_the_waiting_guest_hears_nothing_by_itself() -> None:
    waits = seen(stay(GUS, 0, until=60), covered(-15, 60, lossy=True))
    told = kinds(video(), waits, 4)
    assert told[K.NUDGE] is Approval.AUTO
    assert told[K.WORD_TO_WAITING] is Approval.ASK


def test_lines_of_which_word_may_be_lost_offer_nothing_by_themselves() -> None:
    nobody_rang = seen(lines_covered(-30, 60, lossy=True))
    meeting = phone(caller=Caller.THEIRS)
    verdict = judged(meeting, nobody_rang, at(25))
    assert verdict.outcome is Outcome.THEY_ARE_MISSING
    assert Reason.MAY_BE_LOST in verdict.reasons
    assert K.RESCHEDULE_OFFER not in kinds(meeting, nobody_rang, 25)


def may_be_lost(facts: Evidence, minute: float) -> bool:
    return Reason.MAY_BE_LOST in judged(video(), facts, at(minute)).reasons


def test_a_person_gone_now_may_be_lost_although_the_past_is_unknown() -> None:
    assert may_be_lost(seen(stay(ANNA, -1, until=12), covered(8, 12, lossy=True)), 12.3)
    assert not may_be_lost(seen(stay(ANNA, -1, until=12), covered(8, 12)), 12.3)


def test_so_it_may_in_the_very_last_instant_of_the_slot() -> None:
    assert may_be_lost(seen(stay(ANNA, -1, until=30), covered(18, 30, lossy=True)), 30)


def test_an_absence_may_be_lost_although_nothing_is_known_of_the_other_side() -> None:
    brief = stay(ANNA, 1, 1.3)
    assert may_be_lost(seen(brief, covered(-15, 40, lossy=True)), 40.3)
    assert not may_be_lost(seen(brief, covered(-15, 40)), 40.3)


def test_who_missed_each_other_may_have_met_unseen() -> None:
    apart = (stay(GUS, 0, 3), stay(ANNA, 6, 29))
    assert judged(video(), seen(*apart, covered(-15, 40)), at(40.3)).outcome is Outcome.MISSED_EACH_OTHER
    assert may_be_lost(seen(*apart, covered(-15, 40, lossy=True)), 40.3)
