"""A source proves an absence only as long as it shows those whom it has seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.scenes import (
    ANNA,
    BEN,
    BOT,
    GUS,
    HILDE,
    MATCHES,
    MEET,
    POLICY,
    STRANGER,
    at,
    covered,
    seen,
    stay,
    video,
)
from noshowd.domain.evidence import Coverage, Evidence, Said, Sighting, SourceTraits, Statement
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Meeting
from noshowd.domain.verdict import Outcome, Presence, Reason, Verdict

SNAPSHOT = replace(MEET, keeps_history=False)


def verdict(
    evidence: Evidence, now: float = 12.3, *, source: SourceTraits = MEET, meeting: Meeting | None = None
) -> Verdict:
    return judge(meeting or video(), evidence, MATCHES, POLICY, at(now), sources={source.name: source})


@pytest.mark.parametrize("source", [MEET, SNAPSHOT], ids=["history", "moment"])
def test_a_source_that_turns_empty_proves_nothing_from_then_on(source: SourceTraits) -> None:
    result = verdict(seen(stay(ANNA, -1, until=3), covered(-15, 12)), source=source)
    assert Reason.LOST_SIGHT in result.reasons
    assert result.as_of == at(4)
    guest = result.person(GUS.key)
    assert guest is not None
    assert not guest.absent_now
    assert not result.confirmed
    assert verdict(seen(stay(ANNA, -1, until=3), covered(-15, 17)), 17.3, source=source).outcome is Outcome.UNKNOWN


def test_what_it_showed_until_after_the_confirmation_still_counts() -> None:
    result = verdict(seen(stay(ANNA, -1, until=11), covered(-15, 20)), 20.3)
    assert (result.outcome, result.as_of) == (Outcome.THEY_ARE_MISSING, at(12))


def test_of_us_it_proves_no_absence_either() -> None:
    result = verdict(seen(stay(GUS, -1, until=2), covered(-15, 17)), 17.3)
    assert result.outcome is Outcome.UNKNOWN
    ours = result.person(ANNA.key)
    assert ours is not None
    assert not ours.absent_now


def test_one_of_several_who_vanishes_is_enough_where_history_is_kept() -> None:
    meeting = video(ANNA, BEN, GUS)
    facts = seen(stay(ANNA, -1, until=17), stay(BEN, -1, until=3), covered(-15, 17))
    assert verdict(facts, 17.3, meeting=meeting).outcome is Outcome.UNKNOWN
    # whoever is gone from a picture of the moment has left
    assert verdict(facts, 17.3, meeting=meeting, source=SNAPSHOT).outcome is Outcome.THEY_ARE_MISSING


def test_who_is_seen_by_another_device_has_not_vanished() -> None:
    again = stay(ANNA, 2, until=12)
    result = verdict(seen(stay(ANNA, -1, until=3), again, covered(-15, 12)))
    assert (result.outcome, Reason.LOST_SIGHT in result.reasons) == (Outcome.THEY_ARE_MISSING, False)


def test_who_left_is_not_lost() -> None:
    result = verdict(seen(stay(ANNA, -1, 3), covered(-15, 12)))
    assert (result.outcome, Reason.LOST_SIGHT in result.reasons) == (Outcome.THEY_ARE_MISSING, False)


def test_a_picture_that_is_a_little_behind_is_no_loss() -> None:
    result = verdict(seen(stay(ANNA, -1, until=11), covered(-15, 12)))
    assert (result.outcome, Reason.LOST_SIGHT in result.reasons) == (Outcome.THEY_ARE_MISSING, False)


def test_what_was_proved_before_the_loss_was_noticed_stays_proved() -> None:
    facts = stay(ANNA, -1, until=9.2)
    assert verdict(seen(facts, covered(-15, 10.1)), 10.4).outcome is Outcome.THEY_ARE_MISSING
    assert verdict(seen(facts, covered(-15, 14)), 14.3).outcome is Outcome.THEY_ARE_MISSING


def test_another_source_goes_on_proving() -> None:
    facts = seen(
        stay(ANNA, -1, until=3), covered(-15, 12), stay(ANNA, -1, until=12, source="b"), covered(-15, 12, source="b")
    )
    sources = {"meet": MEET, "b": replace(MEET, name="b")}
    assert judge(video(), facts, MATCHES, POLICY, at(12.3), sources=sources).outcome is Outcome.THEY_ARE_MISSING


def test_our_word_makes_no_broken_source_whole() -> None:
    word = Statement(by=ANNA.key, at=at(12), said=Said.I_AM_HERE)
    facts = replace(seen(stay(ANNA, -1, until=3), covered(-15, 12)), statements=(word,))
    result = verdict(facts, 12.3)
    assert not result.confirmed
    guest = result.person(GUS.key)
    assert guest is not None
    assert not guest.absent_now


def test_what_was_looked_at_only_after_the_loss_is_left_out() -> None:
    facts = seen(stay(ANNA, -1, until=3), covered(-15, 3), covered(5, 12))
    guest = verdict(facts).person(HILDE.key) or verdict(facts).person(GUS.key)
    assert guest is not None
    assert (guest.absent_now, guest.presence) == (False, Presence.ABSENT)


def test_a_source_that_is_down_has_lost_nobody() -> None:
    facts = seen(
        stay(ANNA, -1, until=12), covered(-15, 12), stay(ANNA, -1, until=3, source="b"), covered(-15, 3, source="b")
    )
    sources = {"meet": MEET, "b": replace(MEET, name="b")}
    result = judge(video(), facts, MATCHES, POLICY, at(12.3), sources=sources)
    assert (result.outcome, Reason.LOST_SIGHT in result.reasons) == (Outcome.THEY_ARE_MISSING, False)


def test_of_a_source_that_is_configured_no_more_nothing_better_is_thought() -> None:
    meeting = video(ANNA, BEN, GUS)
    facts = seen(stay(ANNA, -1, until=17), stay(BEN, -1, until=3), covered(-15, 17))
    result = judge(meeting, facts, MATCHES, POLICY, at(17.3), sources={})
    assert Reason.LOST_SIGHT in result.reasons


HOLE = (stay(ANNA, -1, until=3), stay(ANNA, 8, until=17, stay="again"))


@pytest.mark.parametrize(
    ("source", "facts", "outcome"),
    [
        # nobody knows who came while the picture was empty, and the picture does not tell
        (SNAPSHOT, HOLE, Outcome.UNKNOWN),
        (MEET, (stay(ANNA, -1, 3), *HOLE[1:]), Outcome.THEY_ARE_MISSING),
        # somebody whom it could name was in the picture all the time, or nearly
        (SNAPSHOT, (*HOLE, stay(BEN, 2, 9)), Outcome.THEY_ARE_MISSING),
        (SNAPSHOT, (stay(ANNA, -1, until=7), stay(ANNA, 8, until=17, stay="again")), Outcome.THEY_ARE_MISSING),
        (SNAPSHOT, (*HOLE, stay(STRANGER, 3.5, 7.5)), Outcome.UNKNOWN),
        (SNAPSHOT, (*HOLE, stay(BOT, 2, 9)), Outcome.UNKNOWN),
        (SNAPSHOT, (*HOLE, stay(ANNA, 2, 9, source="b")), Outcome.UNKNOWN),
        # it was empty before anybody came, and after that it never was
        (SNAPSHOT, (stay(ANNA, 4, until=17),), Outcome.THEY_ARE_MISSING),
        # another source looked
        (SNAPSHOT, (*HOLE, stay(ANNA, -1, 17, source="b"), covered(-15, 17, source="b")), Outcome.THEY_ARE_MISSING),
    ],
)
def test_a_picture_of_the_moment_that_was_empty_in_between_hides_the_past(
    source: SourceTraits, facts: tuple[Sighting | Coverage, ...], outcome: Outcome
) -> None:
    sources = {"meet": source, "b": replace(MEET, name="b")}
    for looks in ([covered(-15, 17)], [covered(-15, 5), covered(5, 8.5), covered(8.5, 17)]):
        result = judge(video(ANNA, BEN, GUS), seen(*facts, *looks), MATCHES, POLICY, at(17.3), sources=sources)
        assert result.outcome is outcome
        guest = result.person(GUS.key)
        assert guest is not None
        # now it shows Anna, and would show the guest
        assert guest.absent_now


def test_what_a_picture_of_the_moment_shows_after_it_was_empty_counts_from_then_on() -> None:
    result = verdict(seen(*HOLE, covered(-15, 17)), 17.3, source=SNAPSHOT)
    guest = result.person(GUS.key)
    assert guest is not None
    assert Reason.LOST_SIGHT in result.reasons
    assert (guest.presence, guest.absent_since) == (Presence.ABSENT, at(8))
