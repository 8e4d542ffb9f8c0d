"""Whoever is invited after the start has time to come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.scenes import ANNA, GUS, HILDE, MATCHES, MEET, POLICY, at, covered, seen, stay, video
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Meeting, Person
from noshowd.domain.timing import next_look_at
from noshowd.domain.verdict import Outcome


def outcome(meeting: Meeting, now: float) -> Outcome:
    facts = seen(stay(ANNA, -1, until=now - 0.3), covered(-15, now - 0.3))
    return judge(meeting, facts, MATCHES, POLICY, at(now), sources={"meet": MEET}).outcome


def invited(person: Person, minute: float, **changes: bool) -> Person:
    return replace(person, invited_at=at(minute), **changes)  # type: ignore[arg-type]  # any field may be overridden


def test_nobody_is_missing_before_five_minutes_have_passed_since_the_invitation() -> None:
    meeting = video(ANNA, invited(GUS, 12))
    assert outcome(meeting, 16.9) is Outcome.WAITING
    assert outcome(meeting, 17.4) is Outcome.THEY_ARE_MISSING


def test_an_invitation_soon_after_the_start_shortens_no_grace() -> None:
    meeting = video(ANNA, invited(GUS, 2))
    assert outcome(meeting, 9.9) is Outcome.WAITING
    assert outcome(meeting, 10.4) is Outcome.THEY_ARE_MISSING


def test_one_invited_late_gives_everybody_time() -> None:
    meeting = video(ANNA, GUS, invited(HILDE, 9))
    assert outcome(meeting, 13.9) is Outcome.WAITING
    assert outcome(meeting, 14.4) is Outcome.THEY_ARE_MISSING


def test_who_need_not_come_is_not_waited_for() -> None:
    assert outcome(video(ANNA, GUS, invited(HILDE, 9, optional=True)), 10.4) is Outcome.THEY_ARE_MISSING


def test_an_invitation_in_the_last_minute_is_waited_for_past_the_end() -> None:
    meeting = video(ANNA, invited(GUS, 28))
    assert outcome(meeting, 32.9) is Outcome.WAITING
    assert outcome(meeting, 33.4) is Outcome.THEY_ARE_MISSING


@pytest.mark.parametrize("minute", [12, 28])
def test_it_is_judged_when_that_time_is_over(minute: float) -> None:
    meeting = video(ANNA, invited(GUS, minute))
    marks = []
    now = at(minute)
    while (upcoming := next_look_at(meeting, POLICY, [MEET], now)) is not None:
        marks.append(upcoming)
        now = upcoming
    assert at(minute + 5) in marks
