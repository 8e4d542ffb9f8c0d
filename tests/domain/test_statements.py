"""What our people say: a positive word wins over everything, a negative one is evidence up to then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.scenes import (
    ANNA,
    BEN,
    GUS,
    MATCHES,
    MEET,
    PBX,
    POLICY,
    ROOM_SYSTEM,
    STRANGER,
    at,
    call,
    covered,
    lines_covered,
    phone,
    seen,
    stay,
    video,
)
from noshowd.domain.evidence import (
    SAYS_ABSENT,
    SAYS_HELD,
    SAYS_OFF,
    CallRecord,
    CallResult,
    Direction,
    Evidence,
    Identity,
    Said,
    Sighting,
    Statement,
    Where,
)
from noshowd.domain.judge import judge
from noshowd.domain.matching import Matches, Who
from noshowd.domain.meeting import Caller, Meeting
from noshowd.domain.verdict import Outcome, Presence, Reason, SidePresence, Verdict


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


BOTH_OURS = video(ANNA, BEN, GUS)


def test_a_negative_word_speaks_for_the_speaker_and_the_other_side_only() -> None:
    result = verdict(Evidence(), 16, (Said.NOT_THERE, 15), meeting=BOTH_OURS)
    assert [p.presence for p in result.people] == [Presence.PRESENT, Presence.UNKNOWN, Presence.ABSENT]


def test_a_negative_word_wins_over_a_guess() -> None:
    presumed = seen(stay(ANNA, -1, until=12), stay(STRANGER, 2, until=12), covered(-15, 12))
    assert verdict(presumed, 12.2).outcome is Outcome.HELD
    assert verdict(presumed, 12.2, (Said.NOT_THERE, 12)).outcome is Outcome.THEY_ARE_MISSING


def test_a_negative_word_after_the_first_minutes_confirms_by_itself_as_far_as_it_reaches() -> None:
    result = verdict(Evidence(), 6.5, (Said.NOT_THERE, 6))
    assert (result.outcome, result.confirmed, result.as_of) == (Outcome.THEY_ARE_MISSING, True, at(6))
    # what a source has seen since reaches further
    assert verdict(seen(stay(ANNA, -1, until=8), covered(-15, 8)), 8.2, (Said.NOT_THERE, 6)).as_of == at(8)


def test_whoever_was_seen_has_not_forgotten() -> None:
    result = verdict(MISSED, 12.2, (Said.I_FORGOT, 12))
    assert result.outcome is Outcome.THEY_ARE_MISSING
    assert Reason.SAID_FORGOT not in result.reasons


def test_whoever_forgot_does_not_speak_for_colleagues() -> None:
    result = verdict(Evidence(), 16, (Said.I_FORGOT, 15), meeting=BOTH_OURS)
    assert result.outcome is Outcome.UNKNOWN
    assert result.ours is SidePresence.UNKNOWN
    assert not verdict(Evidence(), 6, (Said.I_FORGOT, 5), meeting=BOTH_OURS).confirmed
    both = verdict(Evidence(), 6, (Said.I_FORGOT, 5), (Said.I_FORGOT, 5.5, BEN.key), meeting=BOTH_OURS)
    assert both.outcome is Outcome.WE_ARE_MISSING


ELSE = Identity(provider_id="z", verified=True)
KNOWN = Matches(identities={**MATCHES.identities, ELSE: Who(not_these=frozenset({GUS.key}))}, numbers=MATCHES.numbers)


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        ([], Outcome.THEY_ARE_MISSING),
        ([stay(GUS, 8, until=12)], Outcome.HELD),
        ([stay(STRANGER, 8, until=12)], Outcome.HELD),
        ([stay(GUS, 6, until=12)], Outcome.HELD),
        # knocks, looks in, sits perhaps before a room system
        ([stay(GUS, 8, until=12, where=Where.LOBBY)], Outcome.WAITING),
        ([stay(GUS, 8, 8.3)], Outcome.UNKNOWN),
        ([stay(ROOM_SYSTEM, 8, until=12)], Outcome.UNKNOWN),
        # was there when it was said, and is somebody else, then or surely
        ([stay(STRANGER, 3, until=12)], Outcome.THEY_ARE_MISSING),
        ([stay(ELSE, 8, until=12)], Outcome.THEY_ARE_MISSING),
        ([stay(GUS, 3, until=12)], Outcome.UNKNOWN),
    ],
)
def test_who_comes_after_it_was_said_that_they_are_not_there_has_come(after: list[Sighting], outcome: Outcome) -> None:
    word = Statement(by=ANNA.key, at=at(6), said=Said.NOT_THERE)
    evidence = replace(seen(stay(ANNA, -1, until=12), *after, covered(-15, 12)), statements=(word,))
    result = judge(video(), evidence, KNOWN, POLICY, at(12.2), sources={"meet": MEET})
    assert result.outcome is outcome


def later(record: CallRecord) -> CallRecord:
    return replace(record, or_later_by=timedelta(hours=1))


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        ([], Outcome.THEY_ARE_MISSING),
        ([call(Direction.OUT, 9)], Outcome.THEY_ARE_MISSING),
        ([call(Direction.OUT, 9, result=CallResult.BUSY)], Outcome.THEY_ARE_MISSING),
        ([call(Direction.OUT, 9, number="+493012345670")], Outcome.THEY_ARE_MISSING),
        ([call(Direction.IN, 9, talked=5)], Outcome.HELD),
        ([call(Direction.OUT, 9, talked=5)], Outcome.HELD),
        # they rang in vain, briefly, or it may have been they
        ([call(Direction.IN, 9)], Outcome.MISSED_EACH_OTHER),
        ([call(Direction.OUT, 9, talked=0.5)], Outcome.UNKNOWN),
        ([call(Direction.IN, 9, talked=5, number=None)], Outcome.UNKNOWN),
        ([call(Direction.IN, 9, number=None)], Outcome.UNKNOWN),
        # before it was said: a conflict, and somebody else's call
        ([call(Direction.IN, 3)], Outcome.UNKNOWN),
        ([call(Direction.IN, 3, number=None)], Outcome.THEY_ARE_MISSING),
        # an hour before, or in the slot
        ([later(call(Direction.IN, -51, number=None))], Outcome.UNKNOWN),
    ],
)
def test_who_rings_after_it_was_said_that_nobody_answered_has_rung(after: list[CallRecord], outcome: Outcome) -> None:
    word = Statement(by=ANNA.key, at=at(7), said=Said.NOBODY_ANSWERED)
    evidence = replace(seen(call(Direction.OUT, 0), *after, lines_covered(-10, 16)), statements=(word,))
    result = judge(phone(caller=Caller.OURS), evidence, KNOWN, POLICY, at(16.2), sources={"pbx": PBX})
    assert result.outcome is outcome


def test_whoever_said_it_was_there_although_they_came_later() -> None:
    word = Statement(by=BEN.key, at=at(6), said=Said.NOT_THERE)
    evidence = replace(seen(stay(GUS, 8, until=12), covered(-15, 12)), statements=(word,))
    result = judge(BOTH_OURS, evidence, KNOWN, POLICY, at(12.2), sources={"meet": MEET})
    ben = result.person(BEN.key)
    assert ben is not None
    assert (ben.presence, result.outcome) == (Presence.PRESENT, Outcome.MISSED_EACH_OTHER)
