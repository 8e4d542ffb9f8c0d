"""What visits come to: who counts as there, who may be whom, and how far it is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.judged import person
from domain.scenes import (
    ANNA,
    BEN,
    GUS,
    HILDE,
    LINE,
    MATCHES,
    MEET,
    POLICY,
    ROOM_SYSTEM,
    STRANGER,
    at,
    covered,
    seen,
    stay,
    video,
)
from noshowd.domain.entry import Response
from noshowd.domain.evidence import Blind, Coverage, Evidence, Identity, MatchStrength, Said, Sighting, Statement, Where
from noshowd.domain.judge import judge
from noshowd.domain.matching import Matches, Who, certainly_missing
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.verdict import Outcome, Presence, Reason, SidePresence, Verdict

COLLEAGUE = Identity(provider_id="c", address="carla@us.example", verified=True)
THEIR_COLLEAGUE = Identity(provider_id="k", address="kai@them.example", verified=True)
SOUNDS_LIKE_GUS = Identity(name="Gus")
WHO = Matches(
    identities={
        **MATCHES.identities,
        COLLEAGUE: Who(side=Side.OURS),
        THEIR_COLLEAGUE: Who(side=Side.THEIRS),
        SOUNDS_LIKE_GUS: Who(person=GUS.key, strength=MatchStrength.MEDIUM),
    }
)
WHOLE = covered(-15, 12)
ALL = video(ANNA, BEN, GUS, HILDE)
LOBBY = Where.LOBBY


def verdict(*facts: Sighting | Coverage, meeting: Meeting | None = None, minute: float = 12.2) -> Verdict:
    return judge(meeting or video(), seen(*facts), WHO, POLICY, at(minute), sources={"meet": MEET})


@pytest.mark.parametrize(
    ("alone", "outcome"), [(COLLEAGUE, Outcome.THEY_ARE_MISSING), (THEIR_COLLEAGUE, Outcome.WE_ARE_MISSING)]
)
def test_a_colleague_alone_is_their_side(alone: Identity, outcome: Outcome) -> None:
    result = verdict(stay(alone, -1, until=12), WHOLE)
    assert result.outcome is outcome
    assert SidePresence.PRESENT in (result.ours, result.theirs)
    assert Reason.NOBODY_SEEN not in result.reasons


def test_a_colleague_who_only_looked_in_or_knocked_leaves_it_open() -> None:
    looked_in = verdict(stay(ANNA, -1, until=12), stay(THEIR_COLLEAGUE, 3, 3.3), WHOLE)
    assert (looked_in.theirs, looked_in.outcome) == (SidePresence.UNKNOWN, Outcome.UNKNOWN)
    knocks = verdict(stay(ANNA, -1, until=12), stay(THEIR_COLLEAGUE, 3, until=12, where=LOBBY), WHOLE)
    assert knocks.theirs is SidePresence.ARRIVED


def test_an_optional_guest_who_looked_in_leaves_it_open() -> None:
    meeting = video(ANNA, GUS, replace(HILDE, optional=True))
    assert verdict(stay(ANNA, -1, until=12), WHOLE, meeting=meeting).outcome is Outcome.THEY_ARE_MISSING
    looked_in = verdict(stay(ANNA, -1, until=12), stay(HILDE, 3, 3.3), WHOLE, meeting=meeting)
    assert looked_in.theirs is SidePresence.UNKNOWN


def test_whoever_has_just_come_in_has_arrived() -> None:
    result = verdict(stay(ANNA, 11.5, until=12), stay(GUS, -1, until=12), WHOLE)
    assert result.ours is SidePresence.ARRIVED
    assert result.outcome is Outcome.WAITING


def test_an_open_list_of_guests_says_nothing_of_our_side() -> None:
    result = verdict(stay(GUS, -1, until=12), WHOLE, meeting=video(open_ended=True))
    assert result.outcome is Outcome.WE_ARE_MISSING


@pytest.mark.parametrize(
    ("anna", "facts", "ours"),
    [
        ({"required": True}, [], SidePresence.ABSENT),
        ({"required": True}, [stay(ANNA, 3, 3.3)], SidePresence.UNKNOWN),
        ({"required": True}, [stay(ANNA, 3, 5)], SidePresence.PRESENT),
        ({"required": True, "response": Response.DECLINED}, [], SidePresence.PRESENT),
        ({}, [], SidePresence.PRESENT),
    ],
)
def test_required_people_are_judged_singly(anna: dict[str, Any], facts: list[Sighting], ours: SidePresence) -> None:
    meeting = video(replace(ANNA, **anna), BEN, GUS)
    assert verdict(stay(BEN, -1, until=12), *facts, WHOLE, meeting=meeting).ours is ours


@pytest.mark.parametrize(
    ("anna", "came", "outcome"),
    [
        ({"required": True}, [BEN], Outcome.WE_ARE_MISSING),
        ({"required": True}, [ANNA], Outcome.HELD),
        ({"required": True}, [ANNA, BEN], Outcome.HELD),
        ({"required": True, "optional": True}, [BEN], Outcome.HELD),
        ({"required": True, "response": Response.DECLINED}, [BEN], Outcome.HELD),
        ({}, [BEN], Outcome.HELD),
    ],
)
@pytest.mark.parametrize("guest", [GUS, STRANGER])
def test_without_the_person_who_is_required_it_is_not_held(
    anna: dict[str, Any], came: list[Person], outcome: Outcome, guest: Any
) -> None:
    meeting = video(replace(ANNA, **anna), BEN, GUS)
    result = verdict(*(stay(who, 0, until=12) for who in (*came, guest)), WHOLE, meeting=meeting)
    missing = Outcome.UNKNOWN if guest is STRANGER else Outcome.WE_ARE_MISSING
    assert result.outcome is (missing if outcome is Outcome.WE_ARE_MISSING else outcome)


@pytest.mark.parametrize(
    ("ben", "outcome"),
    [
        ([], Outcome.WE_ARE_MISSING),
        # has just come, and will have met them in a moment
        ([stay(BEN, 11.5, until=12)], Outcome.WAITING),
        ([stay(BEN, 10, until=12)], Outcome.HELD),
    ],
)
def test_everybody_who_is_required_must_have_met_them(ben: list[Sighting], outcome: Outcome) -> None:
    meeting = video(replace(ANNA, required=True), replace(BEN, required=True), GUS)
    assert verdict(stay(ANNA, 0, until=12), stay(GUS, 0, until=12), *ben, WHOLE, meeting=meeting).outcome is outcome


def test_two_short_visits_far_apart_are_no_stay() -> None:
    twice = [stay(GUS, 2, 2.4), stay(GUS, 8, 8.4)]
    assert person(verdict(stay(ANNA, -1, until=12), *twice, WHOLE), GUS.key).presence is Presence.UNKNOWN


def test_of_two_devices_the_one_that_is_still_there_counts() -> None:
    devices = [stay(ANNA, -1, until=12, stay="laptop"), stay(ANNA, -1, until=5, stay="phone")]
    for order in (devices, devices[::-1]):
        result = verdict(*order, WHOLE)
        assert result.ours_here
        assert result.person(ANNA.key) == replace(result.people[0], here_now=True, left_at=None)


def test_a_visit_long_after_the_end_is_none() -> None:
    result = verdict(stay(ANNA, -1, 20), stay(GUS, 46, until=50), covered(-15, 50), minute=50.2)
    assert person(result, GUS.key).presence is Presence.ABSENT
    within = verdict(stay(ANNA, -1, 20), stay(GUS, 45, until=50), covered(-15, 50), minute=50.2)
    assert person(within, GUS.key).presence is Presence.PRESENT


def test_a_look_up_to_the_very_start_proves_nothing() -> None:
    assert person(verdict(stay(ANNA, -1, until=0), covered(-15, 0), minute=0.2), GUS.key).presence is Presence.UNKNOWN


def test_an_empty_report_says_so_only_when_nobody_can_be_there_any_more() -> None:
    early = verdict(covered(-15, 40, ended_only=True), minute=41)
    assert Reason.NOBODY_SEEN not in early.reasons
    late = verdict(covered(-15, 91, ended_only=True), minute=92)
    assert (late.outcome, Reason.NOBODY_SEEN in late.reasons) == (Outcome.NOBODY_CAME, True)


@pytest.mark.parametrize(
    ("coverages", "reasons"),
    [
        ([], {Reason.NO_COVERAGE}),
        ([covered(-15, 12, presence_only=True)], {Reason.NO_COVERAGE}),
        ([covered(-15, 12, source="other")], {Reason.NO_POSITIVE_CONTROL}),
        ([WHOLE], set()),
        ([covered(-15, 5), covered(7, 12)], {Reason.GAP}),
        ([covered(3, 12)], {Reason.GAP}),
        ([covered(-15, 12, ended_only=True)], {Reason.ENDED_ONLY}),
        ([WHOLE, covered(-15, 12, ended_only=True)], set()),
        ([covered(-15, 12, Blind.LOBBY)], {Reason.BLIND_SPOT}),
    ],
)
def test_what_is_missing_in_the_evidence_is_told(coverages: list[Coverage], reasons: set[Reason]) -> None:
    told = {
        Reason.NO_COVERAGE, Reason.NO_POSITIVE_CONTROL, Reason.GAP, Reason.ENDED_ONLY, Reason.BLIND_SPOT,
    }  # fmt: skip
    assert verdict(stay(ANNA, -1, until=12), *coverages).reasons & told == reasons


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ([], set()),
        ([stay(GUS, 3, 3.5)], {Reason.SHORT_STAY}),
        ([stay(GUS, 3, 5)], set()),
        ([stay(GUS, 3, until=12, where=LOBBY)], set()),
        ([stay(STRANGER, 3, 5)], {Reason.UNIDENTIFIED_HUMAN}),
        ([stay(ROOM_SYSTEM, 3, 5)], set()),
    ],
)
def test_who_came_without_counting_is_told(facts: list[Sighting], reasons: set[Reason]) -> None:
    told = {Reason.SHORT_STAY, Reason.UNIDENTIFIED_HUMAN}
    assert verdict(stay(ANNA, -1, until=12), *facts, WHOLE).reasons & told == reasons
    assert verdict(stay(ANNA, -1, until=12), *facts).reasons & told == reasons


@pytest.mark.parametrize(
    ("came", "changes", "certain", "named"),
    [
        ([], {}, 2, True),
        ([STRANGER], {}, 1, False),
        ([STRANGER, Identity(name="iPad")], {}, 0, False),
        ([ROOM_SYSTEM], {}, 0, False),
        ([], {"optional": True}, 1, True),
        ([STRANGER], {"optional": True}, 0, False),
        ([GUS], {}, 1, True),
    ],
)
def test_how_many_are_certainly_missing(came: list[Any], changes: dict[str, Any], certain: int, *, named: bool) -> None:
    meeting = video(ANNA, GUS, replace(HILDE, **changes))
    result = verdict(stay(ANNA, -1, 4), *(stay(who, 5, 5.4) for who in came), WHOLE, meeting=meeting)
    assert result.at_least_missing == certain
    # a reason of its own only where they cannot be named
    assert (Reason.AT_LEAST_MISSING in result.reasons) == (certain > 0 and not named)


def test_nobody_is_certainly_missing_where_nobody_looked() -> None:
    result = verdict(stay(ANNA, -1, until=12), covered(-15, 12, Blind.OUTSIDERS))
    assert result.at_least_missing == 0


def test_an_absence_reaches_as_far_as_that_of_everybody_expected() -> None:
    only = {who.key: frozenset({who.key}) for who in (GUS, HILDE)}
    facts = (stay(ANNA, -1, until=12), covered(-15, 12, only=only[GUS.key]), covered(-15, 5, only=only[HILDE.key]))
    assert verdict(*facts, meeting=video(ANNA, GUS, HILDE)).as_of == at(5)
    assert verdict(*facts, meeting=video(ANNA, GUS, replace(HILDE, optional=True))).as_of == at(12)


@pytest.mark.parametrize(
    ("beside", "outcome", "reason"),
    [
        (STRANGER, Outcome.HELD, Reason.PRESUMED),
        (GUS, Outcome.HELD, Reason.SEEN_TOGETHER),
        # anybody may sit in front of a room system, or nobody
        (ROOM_SYSTEM, Outcome.UNKNOWN, None),
    ],
)
def test_who_was_beside_our_person(beside: Any, outcome: Outcome, reason: Reason | None) -> None:
    result = verdict(stay(ANNA, -1, until=12), stay(beside, 0, until=12), WHOLE)
    assert result.outcome is outcome
    assert result.reasons & {Reason.PRESUMED, Reason.SEEN_TOGETHER} == ({reason} if reason else set())
    short = verdict(stay(ANNA, -1, until=12), stay(beside, 3, 3.9), WHOLE)
    assert short.outcome is not Outcome.HELD


def test_whoever_is_beside_the_guest_may_be_ours_who_was_let_in() -> None:
    knocking = stay(ANNA, 0, 2, where=LOBBY)
    alone = verdict(knocking, stay(GUS, -1, until=12), WHOLE)
    assert alone.ours is SidePresence.ARRIVED
    beside = verdict(knocking, stay(GUS, -1, until=12), stay(STRANGER, 2, until=12), WHOLE)
    assert beside.ours is SidePresence.UNKNOWN
    # who had come surely stays so
    came = verdict(stay(ANNA, 0, 3), stay(GUS, 5, until=12), stay(STRANGER, 6, until=12), WHOLE)
    assert came.ours is SidePresence.PRESENT
    before = verdict(knocking, stay(GUS, 4, until=12), stay(STRANGER, 1, 3), WHOLE)
    assert before.ours is SidePresence.ARRIVED


APART = (stay(GUS, -2, 3), stay(ANNA, 5, until=12))


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ((WHOLE,), Outcome.MISSED_EACH_OTHER),
        ((covered(-15, 12, Blind.LOBBY),), Outcome.MISSED_EACH_OTHER),
        # they may have met where nobody looked, or in another shape
        ((covered(-15, 12, Blind.DIAL_IN),), Outcome.UNKNOWN),
        ((covered(-15, 12, presence_only=True),), Outcome.UNKNOWN),
        ((covered(-15, 12, only=frozenset({ANNA.key})),), Outcome.UNKNOWN),
        ((covered(-15, 12, lines=frozenset({LINE})),), Outcome.UNKNOWN),
        ((covered(-15, 12, source="other"),), Outcome.UNKNOWN),
        ((WHOLE, stay(STRANGER, 3, 3.5)), Outcome.UNKNOWN),
        ((WHOLE, stay(ROOM_SYSTEM, 3, 3.5)), Outcome.UNKNOWN),
        ((covered(-15, 3), covered(4.5, 12)), Outcome.UNKNOWN),
        ((covered(-15, 10.5), covered(11.8, 12)), Outcome.UNKNOWN),
    ],
)
def test_they_missed_each_other_only_if_they_would_have_been_seen_together(
    facts: tuple[Sighting | Coverage, ...], outcome: Outcome
) -> None:
    assert verdict(*APART, *facts, minute=20).outcome is outcome


def test_what_came_after_the_end_need_not_be_seen_to_the_last() -> None:
    late = (stay(GUS, -2, 3), stay(ANNA, 5, 44), covered(-15, 31))
    assert verdict(*late, minute=44.2).outcome is Outcome.MISSED_EACH_OTHER


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        # a sure sighting stands against the word
        ([stay(ANNA, -1, 12), stay(GUS, 0, 12)], Outcome.UNKNOWN),
        # a name alone beside ours does not, nor an unknown person, nor a few seconds
        ([stay(ANNA, -1, 12), stay(SOUNDS_LIKE_GUS, 0, 12)], Outcome.THEY_ARE_MISSING),
        ([stay(ANNA, -1, 12), stay(STRANGER, 0, 12)], Outcome.THEY_ARE_MISSING),
        ([stay(ANNA, -1, 12), stay(GUS, 0, 0.4)], Outcome.THEY_ARE_MISSING),
        ([stay(ANNA, 5, 12), stay(STRANGER, 0, 0.4)], Outcome.THEY_ARE_MISSING),
        # who was there while we were not, ours cannot know of
        ([stay(ANNA, 5, 12), stay(SOUNDS_LIKE_GUS, 0, 3)], Outcome.UNKNOWN),
        ([stay(ANNA, 5, 12), stay(STRANGER, 0, 3)], Outcome.UNKNOWN),
    ],
)
def test_what_the_word_of_our_person_can_undo(facts: list[Sighting], outcome: Outcome) -> None:
    word = Statement(by=ANNA.key, at=at(12), said=Said.NOT_THERE)
    evidence = replace(seen(*facts, WHOLE), statements=(word,))
    result = judge(video(), evidence, WHO, POLICY, at(12.2), sources={"meet": MEET})
    assert result.outcome is outcome
    assert (Reason.CONFLICT in result.reasons) == (outcome is Outcome.UNKNOWN)


@pytest.mark.parametrize("said", [Said.NOT_THERE, Said.NOBODY_ANSWERED, Said.THEY_NEVER_RANG, Said.I_AM_HERE])
def test_whoever_says_so_was_there_and_a_source_that_saw_nobody_was_right(said: Said) -> None:
    evidence = Evidence(coverages=(covered(-15, 12),), statements=(Statement(by=ANNA.key, at=at(6), said=said),))
    result = judge(video(), evidence, WHO, POLICY, at(12.2), sources={"meet": MEET})
    assert (result.outcome, result.as_of) == (Outcome.THEY_ARE_MISSING, at(12))
    assert result.reasons & {Reason.NOBODY_SEEN, Reason.NEVER_SEEN} == {Reason.NEVER_SEEN}


def test_as_many_as_possible_are_assigned_before_anybody_is_certainly_missing() -> None:
    anybody, not_gus, neither = Who(), Who(not_these=frozenset({"gus"})), Who(not_these=frozenset({"gus", "eva"}))
    assert certainly_missing([], ["gus", "eva"]) == 2
    assert certainly_missing([anybody], ["gus", "eva"]) == 1
    # whoever was assigned first gives way
    assert certainly_missing([anybody, not_gus], ["eva", "gus"]) == 0
    assert certainly_missing([not_gus, neither], ["eva", "gus"]) == 1
    assert certainly_missing([neither], ["gus", "eva"]) == 2
    assert certainly_missing([anybody, anybody, anybody], ["gus"]) == 0


def test_in_whatever_order_visits_are_told_the_first_is_the_coming_and_the_last_the_leaving() -> None:
    visits = [stay(GUS, 2, 3), stay(GUS, 5, 7)]
    for order in (visits, visits[::-1]):
        guest = verdict(stay(ANNA, -1, until=12), *order, WHOLE).person(GUS.key)
        assert guest is not None
        assert (guest.arrived_at, guest.left_at) == (at(2), at(7))
