"""What must hold for every evidence there can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.scenes import (
    ANNA,
    BEN,
    BOT,
    GUS,
    HILDE,
    IDENTITIES,
    LINE,
    MATCHES,
    MEET,
    MINUTE,
    NUMBER,
    PBX,
    POLICY,
    STRANGER,
    at,
    phone,
    video,
)
from noshowd.domain.evidence import (
    Blind,
    CallRecord,
    CallResult,
    Coverage,
    Direction,
    Evidence,
    Said,
    Sighting,
    Statement,
    Where,
)
from noshowd.domain.followup import FollowUpKey, FollowUpKind, State
from noshowd.domain.gate import Circumstances, gate
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Caller, Kind, Meeting, Side
from noshowd.domain.plan import Existing, Plan, plan
from noshowd.domain.spans import Span, union
from noshowd.domain.verdict import CONFIRMED_MISSES, Outcome, Presence, SidePresence, Verdict

SOURCES = {"meet": MEET, "pbx": PBX}
minutes = st.integers(-80, 200).map(lambda n: n / 4)
identities = st.sampled_from([*IDENTITIES.values(), STRANGER, BOT])


@st.composite
def sightings(draw: st.DrawFn) -> Sighting:
    began, until = sorted((draw(minutes), draw(minutes)))
    return Sighting(
        source="meet",
        stay=str(draw(st.integers(0, 50))),
        where=draw(st.sampled_from(Where)),
        identity=draw(identities),
        began=at(began),
        until=at(until),
        open=draw(st.booleans()),
    )


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    start, end = sorted((draw(minutes), draw(minutes)))
    lines = draw(st.booleans())
    return Coverage(
        source="pbx" if lines else "meet",
        span=Span(start=at(start), end=at(end)),
        ended_only=draw(st.booleans()),
        blind=frozenset(draw(st.sets(st.sampled_from(Blind), max_size=1))),
        lines=frozenset({LINE}) if lines else frozenset(),
        presence_only=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def calls(draw: st.DrawFn) -> CallRecord:
    began = draw(minutes)
    talked = draw(st.one_of(st.none(), st.integers(0, 600)))
    answered = at(began) + MINUTE / 3 if talked is not None else None
    return CallRecord(
        source="pbx",
        call=str(draw(st.integers(0, 50))),
        direction=draw(st.sampled_from(Direction)),
        our_line=LINE,
        their_number=draw(st.sampled_from([None, NUMBER, "+493012345670", "+4912345678", "+4917099999"])),
        began=at(began),
        answered=answered,
        ended=answered + MINUTE * (talked or 0) / 60 if answered is not None else at(began + 1),
        result=CallResult.ANSWERED if talked is not None else draw(st.sampled_from(CallResult)),
    )


said = st.builds(Statement, by=st.sampled_from([ANNA.key, BEN.key]), at=minutes.map(at), said=st.sampled_from(Said))
evidences = st.builds(
    Evidence,
    sightings=st.lists(sightings(), max_size=6).map(tuple),
    calls=st.lists(calls(), max_size=3).map(tuple),
    coverages=st.lists(coverages(), max_size=4).map(tuple),
    statements=st.lists(said, max_size=1).map(tuple),
)
meetings = st.one_of(
    st.builds(
        lambda length, people: video(*people, length=length),
        st.sampled_from([5, 15, 30, 60, 240]),
        st.sampled_from([(ANNA, GUS), (ANNA, BEN, GUS), (ANNA, GUS, HILDE), (ANNA, BEN, GUS, HILDE)]),
    ),
    st.builds(
        lambda length, caller, all_seen: phone(
            replace(ANNA, all_lines_seen=all_seen), GUS, caller=caller, length=length
        ),
        st.sampled_from([15, 30]),
        st.sampled_from(Caller),
        st.booleans(),
    ),
)
instants = st.integers(-20 * 60, 200 * 60).map(lambda seconds: at(seconds / 60))


def verdict(meeting: Meeting, evidence: Evidence, now: datetime) -> Verdict:
    return judge(meeting, evidence, MATCHES, POLICY, now, sources=SOURCES)


def plan_of(meeting: Meeting, result: Verdict, now: datetime, *existing: Existing) -> Plan:
    return plan(meeting, result, POLICY, existing, Circumstances(), now)


@given(meetings, evidences, instants)
def test_judging_twice_is_judging_once(meeting: Meeting, evidence: Evidence, now: datetime) -> None:
    assert verdict(meeting, evidence, now) == verdict(meeting, evidence, now)


@given(meetings, evidences, instants)
def test_the_next_look_is_later_or_nothing(meeting: Meeting, evidence: Evidence, now: datetime) -> None:
    result = verdict(meeting, evidence, now)
    assert result.next_look_at is None or result.next_look_at > now
    assert (result.next_look_at is None) == result.final or not result.final


@given(meetings)
def test_looks_are_bounded(meeting: Meeting) -> None:
    now, looks = at(-60 * 24), 0
    while (following := verdict(meeting, Evidence(), now).next_look_at) is not None:
        now, looks = following, looks + 1
        assert looks < 400
    assert now > meeting.end


@given(meetings, evidences, instants)
def test_without_a_positive_control_nobody_is_absent(meeting: Meeting, evidence: Evidence, now: datetime) -> None:
    assume(meeting.place.kind is Kind.VIDEO)
    strangers = tuple(s for s in evidence.sightings if s.identity in (STRANGER, BOT))
    result = verdict(meeting, Evidence(sightings=strangers, coverages=evidence.coverages), now)
    assert all(p.presence is not Presence.ABSENT for p in result.people)
    assert result.outcome is not Outcome.THEY_ARE_MISSING


@given(meetings, evidences, instants)
def test_a_gap_never_yields_an_absence_beyond_it(meeting: Meeting, evidence: Evidence, now: datetime) -> None:
    assume(meeting.place.kind is Kind.VIDEO and not evidence.statements)
    result = verdict(meeting, evidence, now)
    for person in result.people:
        if person.presence is Presence.ABSENT:
            spans = union((c.span for c in evidence.coverages if not c.lines), gap=POLICY.judging.gap)
            assert any(s.start <= meeting.start + POLICY.judging.gap and s.end > meeting.start for s in spans)


@given(meetings, evidences, st.lists(sightings(), min_size=1, max_size=3), instants)
def test_more_joins_never_turn_present_into_absent(
    meeting: Meeting, evidence: Evidence, more: list[Sighting], now: datetime
) -> None:
    new = tuple(replace(s, stay=f"new-{i}") for i, s in enumerate(more))
    # a first identified sighting is a positive control: compare with the control already given
    known = replace(evidence, sightings=evidence.sightings)
    before = verdict(meeting, known, now)
    after = verdict(meeting, replace(known, sightings=known.sightings + new), now)
    for person in before.people:
        if person.presence is Presence.PRESENT:
            changed = after.person(person.key)
            assert changed is not None
            assert changed.presence is not Presence.ABSENT


@given(meetings, evidences, instants)
def test_a_negative_verdict_about_guests_rests_on_proof_or_a_word(
    meeting: Meeting, evidence: Evidence, now: datetime
) -> None:
    result = verdict(meeting, evidence, now)
    if result.outcome is Outcome.THEY_ARE_MISSING:
        assert result.theirs is SidePresence.ABSENT
        assert result.as_of is not None


@given(meetings, evidences, instants)
def test_planning_twice_adds_nothing_the_second_time(meeting: Meeting, evidence: Evidence, now: datetime) -> None:
    result = verdict(meeting, evidence, now)
    first = plan_of(meeting, result, now)
    existing = [Existing(followup=f, state=State.QUEUED) for f in first.add]
    again = plan_of(meeting, result, now, *existing)
    assert {f.key for f in again.add}.isdisjoint(f.key for f in first.add)


@given(meetings, evidences, instants)
def test_nothing_is_planned_outside_its_window(meeting: Meeting, evidence: Evidence, now: datetime) -> None:
    for followup in plan_of(meeting, verdict(meeting, evidence, now), now).add:
        assert followup.not_before <= followup.not_after
        assert now <= followup.not_after
        assert followup.not_before <= now or followup.kind is FollowUpKind.RECALL_TASK


@given(meetings, evidences, instants, st.sampled_from(FollowUpKind))
def test_nothing_that_claims_an_absence_passes_the_gate_on_unknown(
    meeting: Meeting, evidence: Evidence, now: datetime, kind: FollowUpKind
) -> None:
    result = verdict(meeting, evidence, now)
    claims = {FollowUpKind.COURTESY_MESSAGE, FollowUpKind.RESCHEDULE_OFFER, FollowUpKind.RECALL_TASK}
    for followup in plan_of(meeting, result, now).add:
        if followup.kind not in claims:
            continue
        unknown = replace(
            result,
            outcome=Outcome.UNKNOWN,
            theirs=SidePresence.UNKNOWN,
            people=tuple(
                replace(p, presence=Presence.UNKNOWN, absent_now=False) if p.side is Side.THEIRS else p
                for p in result.people
            ),
        )
        assert not gate(followup, meeting, unknown, Circumstances(), now, daily_limit=1).go


@given(meetings, evidences, instants)
def test_a_confirmed_miss_is_never_claimed_of_a_meeting_that_was_held(
    meeting: Meeting, evidence: Evidence, now: datetime
) -> None:
    result = verdict(meeting, evidence, now)
    if result.outcome is Outcome.HELD:
        assert not plan_of(meeting, result, now).add
    if result.outcome in CONFIRMED_MISSES:
        assert result.confirmed


keys = st.builds(
    FollowUpKey,
    meeting=st.text(max_size=4),
    round=st.integers(1, 3),
    person=st.text(max_size=4),
    kind=st.sampled_from(FollowUpKind),
    step=st.text(max_size=4),
)


@given(keys, keys)
def test_a_key_is_equal_exactly_when_the_follow_up_is_the_same(one: FollowUpKey, other: FollowUpKey) -> None:
    assert (str(one) == str(other)) == (one == other)
