"""What must hold of every verdict, whatever the evidence: video meetings and telephone appointments alike."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.scenes import BOT, MATCHES, POLICY, ROOM_SYSTEM, STRANGER, at, seen
from domain.worlds import (
    OTHER_STRANGER,
    SOURCES,
    Situation,
    calls,
    meetings,
    phone_meetings,
    quarters,
    sightings,
    situations,
    video_meetings,
)
from noshowd.domain.causes import cause_of
from noshowd.domain.evidence import Blind, CallRecord, Coverage, Evidence, Sighting, SourceTraits
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.spans import Span
from noshowd.domain.timing import first_source_look, next_source_look
from noshowd.domain.verdict import CONFIRMED_MISSES, Outcome, Presence, Reason, SidePresence

DAY = timedelta(days=1)
RULES = POLICY.judging
NOBODY = {STRANGER, OTHER_STRANGER, BOT, ROOM_SYSTEM}


def test_the_situations_reach_whatever_can_be_proved() -> None:
    """Properties that are never put to the test hold easily."""
    reached: Counter[tuple[object, ...]] = Counter()

    @settings(max_examples=300)
    @given(situations(kinds=video_meetings), situations(kinds=phone_meetings))
    def look(in_a_room: Situation, on_the_phone: Situation) -> None:
        for situation in (in_a_room, on_the_phone):
            verdict, video = situation.judged(), situation.video
            reached.update([(video, verdict.outcome), *((reason,) for reason in verdict.reasons)])
            reached.update({(video, p.side, p.presence) for p in verdict.people})
            reached.update({(video, p.side, "now") for p in verdict.people if p.absent_now})

    look()
    outcomes = {Outcome.WAITING, Outcome.HELD, Outcome.UNKNOWN, *CONFIRMED_MISSES}
    wanted: set[tuple[object, ...]] = {(video, outcome) for video in (True, False) for outcome in outcomes}
    wanted |= {(True, Outcome.NOBODY_CAME)}
    wanted |= {(video, side, what) for video in (True, False) for side in Side for what in (*Presence, "now")}
    wanted |= {(reason,) for reason in (Reason.GAP, Reason.BLIND_SPOT, Reason.NO_POSITIVE_CONTROL, Reason.SAID_HELD)}
    wanted |= {(reason,) for reason in (Reason.UNIDENTIFIED_HUMAN, Reason.UNSEEN_LINE, Reason.HIDDEN_CALL)}
    assert not {one for one in wanted if not reached[one]}


def with_hole(evidence: Evidence, hole: Span) -> Evidence:
    """The same, but that nobody looked in between."""
    left = []
    for coverage in evidence.coverages:
        before = Span(start=coverage.span.start, end=max(min(coverage.span.end, hole.start), coverage.span.start))
        after = Span(start=min(max(coverage.span.start, hole.end), coverage.span.end), end=coverage.span.end)
        left += [replace(coverage, span=before)] if coverage.span.start < hole.start else []
        left += [replace(coverage, span=after)] if coverage.span.end > hole.end else []
    return replace(evidence, coverages=tuple(left))


@settings(max_examples=150)
@given(situations(words=False), quarters(-10, 20), quarters(1.25, 20))
def test_a_gap_never_yields_absent(situation: Situation, begin: float, length: float) -> None:
    """What lies behind a hole is known up to the hole: no absence and no outcome reaches beyond it."""
    hole = Span(start=at(begin), end=at(max(begin + length, 1.25)))
    verdict = situation.judged(with_hole(situation.evidence, hole))
    start = situation.meeting.start
    assert verdict.as_of is None or verdict.as_of <= hole.start
    if hole.start <= start:
        assert not [p.key for p in verdict.people if p.presence is Presence.ABSENT]
        assert SidePresence.ABSENT not in (verdict.ours, verdict.theirs)
    if hole.start < start + RULES.confirmation(situation.meeting.length):
        assert verdict.outcome not in CONFIRMED_MISSES
    # not there now is known from the hole on at most
    for person in verdict.people:
        if person.absent_since is not None:
            assert person.absent_since >= hole.end or situation.now <= hole.end


@settings(max_examples=150)
@given(situations(words=False, kinds=video_meetings), st.sampled_from(["nobody", "another source", "another day"]))
def test_a_missing_positive_control_never_yields_absent(situation: Situation, control: str) -> None:
    """Somebody identified by another source, or in another session under the same link, is none."""
    others = [s for s in situation.evidence.sightings if s.identity in NOBODY]
    identified = [s for s in situation.evidence.sightings if s.identity not in NOBODY]
    if control == "another source":
        others += [replace(s, source="elsewhere") for s in identified]
    if control == "another day":
        others += [replace(s, began=s.began - DAY, until=s.until - DAY) for s in identified]
    verdict = situation.judged(replace(situation.evidence, sightings=tuple(others)))
    assert not [p.key for p in verdict.people if p.presence is Presence.ABSENT or p.absent_now]
    assert verdict.outcome not in CONFIRMED_MISSES


def unseen(coverage: Coverage, how: str) -> list[Coverage]:
    if how == "nobody looked":
        return []
    if how == "presence only":
        return [replace(coverage, presence_only=True)]
    if how == "hidden numbers":
        return [replace(coverage, blind=coverage.blind | {Blind.HIDDEN_NUMBERS})]
    return [replace(coverage, lines=frozenset({"+498923714481"}))]


@settings(max_examples=150)
@given(
    situations(words=False, kinds=phone_meetings),
    st.sampled_from(["nobody looked", "presence only", "hidden numbers", "another line"]),
)
def test_of_a_line_that_was_not_seen_nobody_is_absent(situation: Situation, how: str) -> None:
    """What a positive control is to a room, that is every line of ours seen to a telephone."""
    covers = [left for coverage in situation.evidence.coverages for left in unseen(coverage, how)]
    verdict = situation.judged(replace(situation.evidence, coverages=tuple(covers)))
    assert not [p.key for p in verdict.people if p.presence is Presence.ABSENT or p.absent_now]
    assert verdict.outcome not in CONFIRMED_MISSES


@settings(max_examples=150)
@given(situations(kinds=video_meetings), st.lists(sightings(), min_size=1, max_size=3))
def test_more_joins_never_turn_present_into_absent(situation: Situation, more: list[Sighting]) -> None:
    new = tuple(replace(visit, stay=f"new{i}") for i, visit in enumerate(more))
    evidence = replace(situation.evidence, sightings=situation.evidence.sightings + new)
    before, after = situation.judged(), situation.judged(evidence)
    there = {p.key for p in before.people if p.presence is Presence.PRESENT}
    assert not there & {p.key for p in after.people if p.presence is Presence.ABSENT}
    assert before.outcome is not Outcome.HELD or after.outcome is Outcome.HELD
    if before.theirs in (SidePresence.PRESENT, SidePresence.ARRIVED):
        assert after.theirs is not SidePresence.ABSENT


@settings(max_examples=150)
@given(situations(kinds=phone_meetings), st.lists(calls(), min_size=1, max_size=3))
def test_more_calls_never_turn_present_into_absent(situation: Situation, more: list[CallRecord]) -> None:
    """Of ours that holds of whoever was seen: who only waited to be rung is missing once they rang in vain."""
    new = tuple(replace(call, call=f"new{i}") for i, call in enumerate(more))
    evidence = replace(situation.evidence, calls=situation.evidence.calls + new)
    before, after = situation.judged(), situation.judged(evidence)
    there = {p.key for p in before.people if p.presence is Presence.PRESENT and (p.seen or p.side is Side.THEIRS)}
    assert not there & {p.key for p in after.people if p.presence is Presence.ABSENT}
    assert before.outcome is not Outcome.HELD or after.outcome is Outcome.HELD


@given(situations(), st.integers(0, 99))
def test_judging_twice_is_judging_once(situation: Situation, seed: int) -> None:
    """Nor does it matter how often something was told, and in which order."""
    assert situation.judged() == situation.judged()
    facts, chance = situation.evidence, random.Random(seed)
    again = replace(
        facts,
        sightings=tuple(chance.sample(facts.sightings * 2, 2 * len(facts.sightings))),
        calls=tuple(chance.sample(facts.calls * 2, 2 * len(facts.calls))),
        coverages=tuple(chance.sample(facts.coverages * 2, 2 * len(facts.coverages))),
        statements=facts.statements * 2,
    )
    assert situation.judged(again) == situation.judged()


@given(situations())
def test_the_next_look_is_later_or_nothing(situation: Situation) -> None:
    result = situation.judged()
    assert result.next_look_at is None or result.next_look_at > situation.now
    assert result.next_look_at is not None or result.final
    # what no source can change any more is looked at only for what is still to be done about it
    assert result.next_look_at is None or not result.final or cause_of(result) is not None


def as_of(evidence: Evidence, now: datetime) -> Evidence:
    """What was known then."""
    return replace(
        evidence,
        sightings=tuple(replace(s, until=min(s.until, now)) for s in evidence.sightings if s.began <= now),
        calls=tuple(c for c in evidence.calls if (c.ended or c.began) <= now),
        coverages=tuple(
            replace(c, span=replace(c.span, end=min(c.span.end, now)))
            for c in evidence.coverages
            if c.span.start <= now
        ),
        statements=tuple(s for s in evidence.statements if s.at <= now),
    )


@settings(max_examples=30)
@given(situations())
def test_looks_for_a_meeting_are_bounded(situation: Situation) -> None:
    """The marks of the ladders, each when it comes and once the sources have caught up, and a nudge every 3 minutes."""
    meeting, now, looks = situation.meeting, at(-60 * 24), 0
    while True:
        verdict = judge(meeting, as_of(situation.evidence, now), MATCHES, POLICY, now, sources=SOURCES)
        if verdict.next_look_at is None:
            break
        assert verdict.next_look_at > now
        now, looks = verdict.next_look_at, looks + 1
    assert looks <= 2 * (12 + meeting.length // timedelta(minutes=3)) + 4
    assert verdict.final
    assert now > meeting.end or verdict.outcome in (Outcome.HELD, Outcome.CALLED_OFF)


@pytest.mark.parametrize("history", [True, False])
@pytest.mark.parametrize("ended_only", [True, False])
@settings(max_examples=10)
@given(meeting=meetings)
def test_looks_at_a_source_are_bounded(meeting: Meeting, history: bool, ended_only: bool) -> None:
    source = SourceTraits(name="meet", keeps_history=history, ended_only=ended_only)
    at_once, looks = at(-60 * 24), 0
    following = first_source_look(meeting, source, POLICY, at_once)
    while following is not None:
        now, looks = following, looks + 1
        following = next_source_look(meeting, source, POLICY, None, now)
        assert following is None or following > now
    minutes = (meeting.length + RULES.early_window) // timedelta(minutes=1)
    assert looks <= 2 * minutes + (12 + meeting.length // timedelta(minutes=3)) + 8
    assert now > meeting.end


@given(situations())
def test_a_negative_verdict_about_guests_rests_on_proof_or_a_word(situation: Situation) -> None:
    result = situation.judged()
    if result.outcome is Outcome.THEY_ARE_MISSING:
        assert result.theirs is SidePresence.ABSENT
        assert result.as_of is not None
    if result.outcome in CONFIRMED_MISSES:
        assert result.confirmed


@given(situations())
def test_of_nothing_nothing_follows(situation: Situation) -> None:
    nothing = situation.judged(seen())
    assert not [p.key for p in nothing.people if p.presence is not Presence.UNKNOWN or p.absent_now]
    assert nothing.outcome in (Outcome.WAITING, Outcome.UNKNOWN)
