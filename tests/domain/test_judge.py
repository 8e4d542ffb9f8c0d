"""What closes a case before any evidence is weighed, and what the verdict says about itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.scenes import ANNA, GUS, MATCHES, MEET, POLICY, TEN, at, covered, seen, stay, video
from noshowd.domain.evidence import Evidence, Said, SourceTraits, Statement
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Meeting, Skip
from noshowd.domain.spans import NaiveInstantError
from noshowd.domain.verdict import Outcome, Reason, Verdict


def verdict(evidence: Evidence, minute: float, meeting: Meeting | None = None, *sources: SourceTraits) -> Verdict:
    known = {source.name: source for source in sources or (MEET,)}
    return judge(meeting or video(), evidence, MATCHES, POLICY, at(minute), sources=known)


HELD = seen(stay(ANNA, -1, until=8), stay(GUS, 0, until=8), covered(-15, 8))


def test_a_called_off_meeting_is_not_judged() -> None:
    result = verdict(HELD, 8, video(called_off=True))
    assert (result.outcome, result.final, result.next_look_at) == (Outcome.CALLED_OFF, True, None)
    assert Reason.CANCELLED_AFTER_START in result.reasons


def test_a_meeting_called_off_before_anybody_came_is_simply_cancelled() -> None:
    assert verdict(Evidence(), 8, video(called_off=True)).reasons == {Reason.CANCELLED}
    assert verdict(HELD, -5, video(called_off=True)).reasons == {Reason.CANCELLED}


@pytest.mark.parametrize("skip", Skip)
def test_a_skipped_meeting_is_not_watched(skip: Skip) -> None:
    result = verdict(HELD, 8, video(skip=skip))
    assert (result.outcome, result.final) == (Outcome.NOT_WATCHED, True)


def test_a_meeting_that_no_source_sees_says_so() -> None:
    result = judge(video(), Evidence(), MATCHES, POLICY, at(16), sources={})
    assert Reason.NO_SOURCE in result.reasons
    assert result.outcome is Outcome.UNKNOWN
    assert Reason.NO_SOURCE not in verdict(Evidence(), 16).reasons
    word = Evidence(statements=(Statement(by=ANNA.key, at=at(12), said=Said.I_AM_HERE),))
    heard = judge(video(), word, MATCHES, POLICY, at(16), sources={})
    assert Reason.NO_SOURCE not in heard.reasons


def test_held_for_sure_is_final_at_once_and_has_no_rungs_to_come() -> None:
    held = verdict(HELD, 8)
    assert (held.final, held.next_look_at) == (True, None)


def test_what_is_final_still_waits_for_the_rungs_to_come() -> None:
    """Nobody can tell anything new of a slot of five minutes when new times are to be offered."""
    evidence = seen(stay(ANNA, -1, until=10.7), covered(-15, 10.7))
    result = verdict(evidence, 11, video(length=5))
    assert (result.outcome, result.final) == (Outcome.THEY_ARE_MISSING, True)
    assert result.next_look_at == at(20)


def test_an_absence_is_final_when_the_slowest_source_has_settled() -> None:
    slow = replace(MEET, settles_after=timedelta(minutes=20))
    evidence = seen(stay(ANNA, -1, 31), covered(-15, 60))
    assert not verdict(evidence, 50, None, slow).final
    assert verdict(evidence, 51, None, slow).final


def test_lateness_is_told_in_whole_minutes() -> None:
    evidence = seen(stay(ANNA, 1.9, until=8), stay(GUS, 3.2, until=8), covered(-15, 8))
    result = verdict(evidence, 8)
    assert (result.ours_late, result.theirs_late) == (1, 3)
    early = seen(stay(ANNA, -3, until=8), covered(-15, 8))
    assert (verdict(early, 8).ours_late, verdict(early, 8).theirs_late) == (0, None)


@pytest.mark.parametrize(("length", "confirmed_at"), [(5, 5), (12, 5), (30, 10), (45, 15), (240, 15)])
def test_the_confirmation_follows_the_length_of_the_slot(length: float, confirmed_at: float) -> None:
    evidence = seen(stay(ANNA, -1, until=confirmed_at), covered(-15, confirmed_at))
    early = seen(stay(ANNA, -1, until=confirmed_at - 0.5), covered(-15, confirmed_at - 0.5))
    assert verdict(evidence, confirmed_at + 0.2, video(length=length)).outcome is Outcome.THEY_ARE_MISSING
    assert verdict(early, confirmed_at - 0.3, video(length=length)).outcome is Outcome.WAITING


def test_evidence_that_breaks_off_before_the_confirmation_leaves_the_past_unknown() -> None:
    evidence = seen(stay(ANNA, -1, until=6), covered(-15, 6))
    gives_up = POLICY.judging.gives_up(timedelta(minutes=30)) / timedelta(minutes=1)
    assert 10 < gives_up < 30
    assert verdict(evidence, gives_up).outcome is Outcome.WAITING
    assert verdict(evidence, gives_up + 0.5).outcome is Outcome.UNKNOWN
    assert verdict(evidence, 32).outcome is Outcome.UNKNOWN


REPORT = SourceTraits(name="report", keeps_history=True, ended_only=True, settles_after=timedelta(minutes=30))


def test_while_a_report_is_to_come_nobody_is_asked_what_it_will_tell() -> None:
    settled = 30 + 60 + 1
    assert verdict(Evidence(), 40, None, MEET, REPORT).outcome is Outcome.WAITING
    after = verdict(Evidence(), settled, None, MEET, REPORT)
    assert (after.outcome, after.final) == (Outcome.UNKNOWN, True)
    # what a live source has proved does not wait for it
    proved = seen(stay(ANNA, -1, until=12), covered(-15, 12))
    assert verdict(proved, 12.2, None, MEET, REPORT).outcome is Outcome.THEY_ARE_MISSING
    # nor does a contradiction, which no report can settle
    both = seen(stay(ANNA, -1, 0.5), stay(GUS, 1, until=12), covered(-15, 12))
    word = Statement(by=ANNA.key, at=at(12), said=Said.NOT_THERE)
    assert verdict(replace(both, statements=(word,)), 12.2, None, MEET, REPORT).outcome is Outcome.UNKNOWN


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveInstantError, match="now has no time zone"):
        judge(video(), Evidence(), MATCHES, POLICY, datetime(2026, 3, 2, 9, 0), sources={})  # noqa: DTZ001 - the point


def test_somebody_in_the_room_by_the_latest_look_is_here() -> None:
    result = verdict(seen(stay(ANNA, -1, until=8), covered(-15, 8)), 8.2)
    assert (result.ours_here, result.theirs_here) == (True, False)
    stale = verdict(seen(stay(ANNA, -1, until=4), covered(-15, 4)), 8.2)
    assert not stale.ours_here
    left = verdict(seen(stay(ANNA, -1, 5), covered(-15, 8)), 8.2)
    assert not left.ours_here


def test_next_look_is_at_the_window_before_anything_happens() -> None:
    assert verdict(Evidence(), -60).next_look_at == TEN - timedelta(minutes=15)


def test_what_was_looked_at_before_the_start_alone_says_nothing_of_the_slot() -> None:
    result = verdict(seen(covered(-15, -5)), 12.2)
    assert (result.outcome, Reason.NOBODY_SEEN in result.reasons) == (Outcome.UNKNOWN, False)
    assert Reason.GAP in verdict(seen(stay(ANNA, -12, until=-5), covered(-15, -5)), 12.2).reasons


def test_a_word_that_a_sure_sighting_contradicts_confirms_nothing() -> None:
    """Until the confirmation it may still clear up."""
    word = Statement(by=ANNA.key, at=at(6), said=Said.NOT_THERE)
    both = replace(seen(stay(ANNA, -1, 0.5), stay(GUS, 1, until=7), covered(-15, 7)), statements=(word,))
    result = verdict(both, 7.2)
    assert (result.outcome, result.confirmed) == (Outcome.WAITING, False)
    assert Reason.CONFLICT in result.reasons
