"""What the calls of a slot say of the people: who is there, how late, on a bridge, at a line that was busy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.attempted import EITHER, IN, KNOWN, OPEN, OUT, SEEN, SIBLING, THEIRS, THEY, over, verdict
from domain.scenes import (
    ANNA,
    GUS,
    LINE,
    NUMBER,
    PBX,
    POLICY,
    at,
    call,
    lines_covered,
    phone,
    seen,
)
from noshowd.domain.evidence import CallRecord, CallResult, MatchStrength
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Caller, Side
from noshowd.domain.verdict import Outcome, PersonVerdict, Presence, Reason, SidePresence, Verdict


def people(result: Verdict) -> tuple[PersonVerdict, PersonVerdict]:
    anna, gus = result.people
    assert (anna.side, gus.side) == (Side.OURS, Side.THEIRS)
    return anna, gus


def test_what_the_calls_say_of_the_people() -> None:
    anna, gus = people(verdict(over(OUT, 0), lines_covered(-10, 12), minute=12.2))
    assert (anna.presence, anna.seen, anna.absent_now) == (Presence.PRESENT, True, False)
    assert (gus.presence, gus.seen, gus.absent_now, gus.maybe_seen) == (Presence.ABSENT, False, True, False)
    anna, gus = people(verdict(over(IN, 0), lines_covered(-10, 12), minute=12.2))
    assert (anna.presence, anna.seen, anna.absent_now, anna.maybe_seen) == (Presence.ABSENT, False, True, False)
    assert (gus.presence, gus.seen, gus.absent_now) == (Presence.PRESENT, True, False)
    anna, gus = people(verdict(over(IN, 0, number=None), lines_covered(-10, 12), minute=12.2))
    assert (anna.presence, anna.maybe_seen) == (Presence.ABSENT, False)
    assert (gus.presence, gus.maybe_seen) == (Presence.UNKNOWN, True)
    # what was seen long ago says nothing of now
    anna, gus = people(verdict(over(OUT, 0), lines_covered(-10, 12), minute=20))
    assert (gus.presence, gus.absent_now) == (Presence.ABSENT, False)


@pytest.mark.parametrize(
    ("running", "here", "reason"),
    [(CallResult.RINGING, True, True), (CallResult.TALKING, True, True), (CallResult.NO_ANSWER, False, False)],
)
def test_a_call_that_runs_is_people_who_are_there(running: CallResult, *, here: bool, reason: bool) -> None:
    result = verdict(call(OUT, 11, result=running, over=not here), lines_covered(-10, 11.5), minute=11.6)
    assert (result.ours_here, result.theirs_here, Reason.CALL_RUNNING in result.reasons) == (here, here, reason)
    assert people(result)[1].seen == here
    assert Reason.NOBODY_RANG not in result.reasons or not here
    assert result.outcome is not THEY


def test_a_talk_however_long_it_lasts_is_not_lost() -> None:
    talking = replace(call(OUT, 11, talked=1, over=False), result=CallResult.TALKING)
    early = replace(talking, answered=at(20))
    assert Reason.CALL_RUNNING in verdict(early, lines_covered(-10, 20.5), minute=20.6).reasons


def test_lateness_is_that_of_the_first_attempt() -> None:
    result = verdict(over(OUT, 4), over(OUT, 6), over(IN, 8), over(IN, 9), SEEN)
    assert (result.ours_late, result.theirs_late) == (4, 8)


BRIDGE = replace(phone(), place=replace(phone().place, caller=EITHER, bridge=True))


@pytest.mark.parametrize(
    ("calls", "ours", "reasons"),
    [
        ([call(OUT, 0, talked=9)], SidePresence.PRESENT, {Reason.BLIND_SPOT}),
        ([call(OUT, 0, talked=0.3)], SidePresence.UNKNOWN, {Reason.BLIND_SPOT}),
        ([call(OUT, 0, result=CallResult.RINGING, over=False)], SidePresence.PRESENT, {Reason.CALL_RUNNING}),
        ([], SidePresence.UNKNOWN, {Reason.NOBODY_RANG}),
    ],
)
def test_on_a_bridge_ours_is_seen_and_nobody_else(
    calls: list[CallRecord], ours: SidePresence, reasons: set[Reason]
) -> None:
    result = verdict(*calls, lines_covered(-10, 12), meeting=BRIDGE, minute=12.2)
    assert (result.ours, result.theirs, result.outcome) == (ours, SidePresence.UNKNOWN, OPEN)
    assert reasons <= result.reasons
    assert (Reason.NOBODY_RANG in result.reasons) == (not calls)
    assert result.ours_here == (Reason.CALL_RUNNING in reasons)


def test_on_a_bridge_nobody_is_proved_to_be_missing() -> None:
    elsewhere = phone(ANNA, replace(GUS, lines=("+491713920050",)))
    for caller in Caller:
        bridge = replace(elsewhere, place=replace(elsewhere.place, caller=caller, bridge=True))
        assert verdict(SEEN, meeting=bridge).outcome is OPEN
        assert verdict(call(OUT, 0, talked=9), SEEN, meeting=bridge).outcome is OPEN
        assert verdict(call(OUT, 0, talked=9), SEEN, meeting=bridge).ours is SidePresence.PRESENT


def test_told_to_ring_us_they_wait_at_their_own_number() -> None:
    told = replace(phone(), place=replace(phone().place, phone=LINE, caller=THEIRS))
    assert verdict(over(OUT, 0), SEEN, meeting=told).outcome is THEY


def test_in_the_doubled_hour_a_call_may_lie_in_the_slot_by_either_reading() -> None:
    hour = timedelta(hours=1)
    early = replace(call(OUT, -62, talked=1, number=NUMBER), or_later_by=hour)
    assert Reason.SHORT_TALK in verdict(early, SEEN).reasons
    talked_on = replace(call(OUT, -80, talked=21), or_later_by=hour)
    assert verdict(talked_on, SEEN).outcome is Outcome.HELD


@pytest.mark.parametrize(
    ("begin", "talked", "outcome"),
    [
        # they had talked since before the window, and a minute into the slot
        (-14, 14.7, Outcome.HELD),
        (-14, 14.6, OPEN),
        (-100, 101, Outcome.HELD),
    ],
)
def test_a_talk_that_reaches_into_the_slot_by_a_minute_is_the_meeting(
    begin: float, talked: float, outcome: Outcome
) -> None:
    assert verdict(call(OUT, begin, talked=talked), SEEN).outcome is outcome


def test_strengths_below_medium_are_nobodys() -> None:
    weak = replace(KNOWN, numbers={NUMBER: MatchStrength.WEAK})
    result = judge(phone(), seen(call(OUT, 0, talked=5), SEEN), weak, POLICY, at(60.2), sources={"pbx": PBX})
    assert (result.outcome, Reason.WEAK_NUMBER in result.reasons) == (OPEN, True)


def test_a_line_that_was_busy_is_free_again_only_when_it_rings_itself() -> None:
    two_lines = replace(GUS, lines=(NUMBER, SIBLING))
    meeting = replace(phone(ANNA, two_lines), place=replace(phone().place, phone=None))
    busy = over(OUT, 0, CallResult.BUSY)
    assert Reason.BUSY in verdict(busy, over(OUT, 2, number=SIBLING), SEEN, meeting=meeting).reasons
    assert Reason.BUSY not in verdict(busy, over(OUT, 2), over(OUT, 3, number=SIBLING), SEEN, meeting=meeting).reasons
