"""Both came and did not meet: known only as far as it would have been seen, and while neither may still come."""

from __future__ import annotations

from domain.judged import in_room
from domain.scenes import (
    ANNA,
    GUS,
    covered,
    seen,
    stay,
)
from noshowd.domain.evidence import Where
from noshowd.domain.verdict import Outcome


def test_the_guest_left_before_we_came() -> None:
    evidence = seen(stay(GUS, -2, 8), stay(ANNA, 9, until=12), covered(-15, 12))
    result = in_room(evidence, 12.2)
    assert result.outcome is Outcome.MISSED_EACH_OTHER
    assert (result.ours_late, result.theirs_late) == (9, 0)


def test_that_they_missed_each_other_is_known_only_as_far_as_the_evidence_reaches() -> None:
    broken_off = seen(stay(ANNA, -1, 3), stay(GUS, 5, until=7), covered(-15, 7))
    assert in_room(broken_off, 12).outcome is Outcome.WAITING
    assert in_room(broken_off, 20).outcome is Outcome.UNKNOWN
    whole = seen(stay(ANNA, -1, 3), stay(GUS, 5, until=12), covered(-15, 12))
    assert in_room(whole, 12.2).outcome is Outcome.MISSED_EACH_OTHER


def test_a_talk_that_may_still_go_on_unseen_keeps_them_from_having_missed_each_other() -> None:
    """A source of ended visits tells only later that they have come together after all."""
    apart = (stay(ANNA, 0, 5), stay(GUS, 6, 10))
    soon, later = (seen(*apart, covered(-15, end, ended_only=True)) for end in (40, 91))
    assert in_room(soon, 41).outcome is Outcome.UNKNOWN
    assert in_room(later, 92).outcome is Outcome.MISSED_EACH_OTHER


def test_nobody_came_counts_only_as_far_as_the_evidence_reaches() -> None:
    assert in_room(seen(covered(-15, 7)), 12).outcome is Outcome.WAITING
    assert in_room(seen(covered(-15, 7)), 20).outcome is Outcome.UNKNOWN


def test_whoever_knocked_in_vain_to_the_end_missed_us_only_then() -> None:
    knocking = stay(GUS, 0, until=31, where=Where.LOBBY)
    evidence = seen(stay(ANNA, -1, until=31), knocking, covered(-15, 31))
    assert in_room(evidence, 29).outcome is Outcome.WAITING
    broken_off = seen(stay(ANNA, -1, until=7), stay(GUS, 0, until=7, where=Where.LOBBY), covered(-15, 7))
    assert in_room(broken_off, 20).outcome is Outcome.WAITING
    assert in_room(broken_off, 31.2).outcome is Outcome.UNKNOWN
    gone = seen(stay(ANNA, -1, until=32), stay(GUS, 0, 31, where=Where.LOBBY), covered(-15, 32))
    assert in_room(gone, 32.2).outcome is Outcome.MISSED_EACH_OTHER


def test_while_both_are_there_and_apart_nothing_shows_that_they_will_not_meet() -> None:
    knocking = stay(GUS, 20, until=31, where=Where.LOBBY)
    at_the_end = seen(stay(ANNA, -1, until=31), knocking, covered(-15, 31))
    assert in_room(at_the_end, 31.2).outcome is Outcome.WAITING
    assert in_room(at_the_end, 60).outcome is Outcome.UNKNOWN
    let_in_unseen = seen(
        stay(ANNA, -1, until=31), knocking, stay(GUS, 31.5, until=33), covered(-15, 31), covered(33, 33)
    )
    assert in_room(let_in_unseen, 33.2).outcome is Outcome.WAITING
    assert in_room(let_in_unseen, 60).outcome is Outcome.UNKNOWN
    there_for_a_moment = stay(GUS, 20, 30, where=Where.LOBBY), stay(GUS, 31.5, 33)
    came_back_unseen = seen(stay(ANNA, -1, until=31), *there_for_a_moment, covered(-15, 31))
    assert in_room(came_back_unseen, 33.5).outcome is Outcome.WAITING
    assert in_room(came_back_unseen, 60).outcome is Outcome.UNKNOWN
    alone = seen(
        stay(ANNA, -1, until=33), stay(GUS, 20, until=30, where=Where.LOBBY), covered(-15, 31), covered(33, 33)
    )
    assert in_room(alone, 60).outcome is Outcome.MISSED_EACH_OTHER
