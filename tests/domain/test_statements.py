"""What our people say: a positive word wins over everything, a negative one is evidence up to then."""

from __future__ import annotations

import pytest

from domain.scenes import ANNA, BEN, GUS, MATCHES, MEET, POLICY, at, covered, seen, stay, video
from noshowd.domain.evidence import SAYS_ABSENT, SAYS_HELD, SAYS_OFF, Evidence, Said, Statement
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Meeting
from noshowd.domain.verdict import Outcome, Reason, Verdict


def verdict(
    evidence: Evidence,
    minute: float,
    *said: tuple[Said, float] | tuple[Said, float, str],
    meeting: Meeting | None = None,
) -> Verdict:
    statements = tuple(Statement(by=one[2] if len(one) > 2 else ANNA.key, at=at(one[1]), said=one[0]) for one in said)
    whole = Evidence(sightings=evidence.sightings, coverages=evidence.coverages, statements=statements)
    return judge(meeting or video(), whole, MATCHES, POLICY, at(minute), sources={"meet": MEET})


MISSED = seen(stay(ANNA, -1, until=12), covered(-15, 12))


@pytest.mark.parametrize("said", sorted(SAYS_HELD))
def test_whoever_says_that_they_met_is_believed(said: Said) -> None:
    result = verdict(MISSED, 12.2, (said, 11))
    assert result.outcome is Outcome.HELD
    assert Reason.SAID_HELD in result.reasons


@pytest.mark.parametrize("said", sorted(SAYS_ABSENT))
def test_whoever_was_there_alone_proves_the_absence(said: Said) -> None:
    result = verdict(Evidence(), 16, (said, 15.5))
    assert result.outcome is Outcome.THEY_ARE_MISSING
    assert Reason.SAID_ABSENT in result.reasons


def test_a_negative_word_in_the_first_minutes_does_not_confirm() -> None:
    assert verdict(Evidence(), 4, (Said.NOT_THERE, 3)).outcome is Outcome.WAITING


def test_against_a_sure_sighting_it_is_a_conflict() -> None:
    both = seen(stay(ANNA, -1, 0.5), stay(GUS, 1, until=12), covered(-15, 12))
    result = verdict(both, 12.2, (Said.NOT_THERE, 12))
    assert result.outcome is Outcome.UNKNOWN
    assert Reason.CONFLICT in result.reasons


def test_the_last_word_of_the_same_person_wins() -> None:
    assert verdict(Evidence(), 20, (Said.NOT_THERE, 15), (Said.TALKED, 19)).outcome is Outcome.HELD
    assert verdict(Evidence(), 20, (Said.TALKED, 15), (Said.NOT_THERE, 19)).outcome is Outcome.THEY_ARE_MISSING


def test_of_two_people_the_positive_word_wins() -> None:
    result = verdict(Evidence(), 20, (Said.NOT_THERE, 19), (Said.TALKED, 15, BEN.key), meeting=video(ANNA, BEN, GUS))
    assert result.outcome is Outcome.HELD


@pytest.mark.parametrize("said", sorted(SAYS_OFF))
def test_moved_and_told_us_call_it_off(said: Said) -> None:
    assert verdict(MISSED, 12.2, (said, 11)).outcome is Outcome.CALLED_OFF


def test_that_they_met_wins_over_that_it_was_moved() -> None:
    result = verdict(Evidence(), 20, (Said.MOVED, 15), (Said.TALKED, 19, BEN.key), meeting=video(ANNA, BEN, GUS))
    assert result.outcome is Outcome.HELD


def test_i_forgot_is_our_absence() -> None:
    result = verdict(Evidence(), 16, (Said.I_FORGOT, 15))
    assert result.outcome is Outcome.WE_ARE_MISSING
    assert Reason.SAID_FORGOT in result.reasons


def test_saying_that_one_is_here_is_a_positive_control() -> None:
    alone = verdict(seen(covered(-15, 12)), 12.2, (Said.I_AM_HERE, 1))
    assert alone.outcome is Outcome.THEY_ARE_MISSING
