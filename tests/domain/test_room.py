"""Video meetings: what proves an absence, and what never does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.judged import in_room, person
from domain.scenes import (
    ANNA,
    BEN,
    BOT,
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
from noshowd.domain.evidence import Blind, Identity, Said, Statement, Where
from noshowd.domain.judge import judge
from noshowd.domain.matching import Matches, Who
from noshowd.domain.meeting import Person, Side
from noshowd.domain.verdict import Outcome, Presence, Reason, SidePresence


def test_a_guest_who_never_came_is_missing_once_confirmed() -> None:
    early = seen(stay(ANNA, -1, until=9.5), covered(-15, 9.5))
    assert in_room(early, 9.9).outcome is Outcome.WAITING
    evidence = seen(stay(ANNA, -1, until=10), covered(-15, 10))
    result = in_room(evidence, 10.25)
    assert result.outcome is Outcome.THEY_ARE_MISSING
    assert person(result, GUS.key).presence is Presence.ABSENT
    assert result.as_of == at(10)


def test_absence_counts_only_as_far_as_the_evidence_reaches() -> None:
    evidence = seen(stay(ANNA, -1, until=9), covered(-15, 9))
    assert in_room(evidence, 12).outcome is Outcome.WAITING


@pytest.mark.parametrize(
    ("looked_to", "now", "broken_off"), [(12, 20, True), (19.5, 20, False), (30, 50, False), (28, 50, True)]
)
def test_a_proof_that_broke_off_says_so(looked_to: float, now: float, *, broken_off: bool) -> None:
    """Whoever came late while nobody looked may have come: what is proved stands, and reaches no further."""
    found = in_room(seen(stay(ANNA, -1, until=looked_to), covered(-15, looked_to)), now)
    assert found.outcome is Outcome.THEY_ARE_MISSING
    assert found.broken_off is broken_off


def test_a_word_of_ours_does_not_break_off() -> None:
    said = Statement(by=ANNA.key, said=Said.NOT_THERE, at=at(16))
    assert not in_room(replace(seen(), statements=(said,)), 25).broken_off


def test_without_anybody_identified_nothing_is_proved() -> None:
    result = in_room(seen(covered(-15, 12)), 12.2)
    assert (result.ours, result.theirs) == (SidePresence.UNSEEN, SidePresence.UNSEEN)
    assert result.outcome is Outcome.NOBODY_CAME
    assert {Reason.NOBODY_SEEN, Reason.NO_POSITIVE_CONTROL} <= result.reasons
    assert person(result, GUS.key).presence is Presence.UNKNOWN


def test_the_positive_control_must_come_from_the_same_source() -> None:
    evidence = seen(stay(ANNA, -1, until=12, source="other"), covered(-15, 12))
    assert person(in_room(evidence, 12.2), GUS.key).presence is Presence.UNKNOWN


@pytest.mark.parametrize(("hole_from", "hole_to"), [(0, 1.2), (4, 5.1), (8, 10)])
def test_a_gap_anywhere_leaves_the_past_unknown(hole_from: float, hole_to: float) -> None:
    evidence = seen(stay(ANNA, -1, until=12), covered(-15, hole_from), covered(hole_to, 12))
    result = in_room(evidence, 12.2)
    if hole_from == 0:
        assert person(result, GUS.key).presence is Presence.UNKNOWN
    assert result.outcome is not Outcome.THEY_ARE_MISSING
    guest = result.person(GUS.key)
    assert guest is not None
    assert guest.absent_now
    assert guest.absent_since == at(hole_to)


def test_a_gap_of_a_minute_is_none() -> None:
    evidence = seen(stay(ANNA, -1, until=12), covered(-15, 4), covered(5, 12))
    assert in_room(evidence, 12.2).outcome is Outcome.THEY_ARE_MISSING


def test_an_unidentified_human_alone_keeps_everybody_unknown() -> None:
    result = in_room(seen(stay(STRANGER, 0, until=12), covered(-15, 12)), 12.2)
    assert person(result, GUS.key).presence is Presence.UNKNOWN
    assert person(result, ANNA.key).presence is Presence.UNKNOWN
    assert result.outcome is Outcome.UNKNOWN


def test_an_unidentified_human_beside_ours_is_presumed_to_be_the_guest() -> None:
    result = in_room(seen(stay(ANNA, -1, until=12), stay(STRANGER, 2, until=12), covered(-15, 12)), 12.2)
    assert result.outcome is Outcome.HELD
    assert Reason.PRESUMED in result.reasons
    assert not result.final


def test_a_bot_alone_is_nobody_and_no_positive_control() -> None:
    result = in_room(seen(stay(BOT, 0, until=12), covered(-15, 12)), 12.2)
    assert Reason.ONLY_BOTS in result.reasons
    assert result.outcome is Outcome.NOBODY_CAME


def test_their_bot_does_not_make_the_guest_present() -> None:
    result = in_room(seen(stay(ANNA, -1, until=12), stay(BOT, 0, until=12), covered(-15, 12)), 12.2)
    assert result.outcome is Outcome.THEY_ARE_MISSING


@pytest.mark.parametrize(
    ("came", "outcome", "bot"),
    [
        ([BOT], Outcome.NOBODY_CAME, Reason.ONLY_BOTS),
        ([BOT, ANNA], Outcome.THEY_ARE_MISSING, Reason.BOT_INSTEAD),
        ([BOT, GUS], Outcome.WE_ARE_MISSING, None),
        ([BOT, ANNA, GUS], Outcome.HELD, None),
        ([BOT, STRANGER], Outcome.UNKNOWN, None),
        ([BOT, ROOM_SYSTEM], Outcome.UNKNOWN, None),
        ([ANNA], Outcome.THEY_ARE_MISSING, None),
    ],
)
def test_a_bot_is_told_of_where_no_human_was(
    came: list[Person | Identity], outcome: Outcome, bot: Reason | None
) -> None:
    result = in_room(seen(*(stay(who, -1, until=12) for who in came), covered(-15, 12)), 12.2)
    assert result.outcome is outcome
    assert result.reasons & {Reason.ONLY_BOTS, Reason.BOT_INSTEAD} == ({bot} if bot else set())


def test_a_proved_absence_says_what_proves_it() -> None:
    assert Reason.NEVER_SEEN in in_room(seen(stay(ANNA, -1, until=12), covered(-15, 12)), 12.2).reasons
    assert Reason.NEVER_SEEN not in in_room(seen(covered(-15, 12)), 12.2).reasons


def test_a_stay_under_a_minute_is_neither_presence_nor_absence() -> None:
    result = in_room(seen(stay(ANNA, -1, until=12), stay(GUS, 3, 3.5), covered(-15, 12)), 12.2)
    assert person(result, GUS.key).presence is Presence.UNKNOWN
    assert Reason.SHORT_STAY in result.reasons
    assert result.outcome is Outcome.UNKNOWN


def test_dropping_and_coming_back_is_one_stay() -> None:
    drops = [stay(GUS, minute, minute + 0.4) for minute in (2, 2.8, 3.6)]
    result = in_room(seen(stay(ANNA, -1, until=12), *drops, covered(-15, 12)), 12.2)
    assert person(result, GUS.key).presence is Presence.PRESENT


def test_a_guest_in_the_lobby_has_arrived() -> None:
    lobby = stay(GUS, 0, until=12, where=Where.LOBBY)
    result = in_room(seen(stay(ANNA, -1, until=12), lobby, covered(-15, 12)), 12.2)
    assert (result.outcome, result.theirs) == (Outcome.WAITING, SidePresence.ARRIVED)
    assert Reason.NOT_ADMITTED in result.reasons


def test_a_guest_in_the_lobby_proves_that_we_are_missing() -> None:
    lobby = stay(GUS, 0, until=12, where=Where.LOBBY)
    assert in_room(seen(lobby, covered(-15, 12)), 12.2).outcome is Outcome.WE_ARE_MISSING


def test_a_source_blind_to_its_lobby_proves_a_guests_absence_only_while_we_are_in() -> None:
    in_time = seen(stay(ANNA, 0.5, until=12), covered(-15, 12, Blind.LOBBY))
    assert in_room(in_time, 12.2).outcome is Outcome.THEY_ARE_MISSING
    late = seen(stay(ANNA, 3, until=12), covered(-15, 12, Blind.LOBBY))
    result = in_room(late, 12.2)
    assert result.outcome is Outcome.UNKNOWN
    guest = result.person(GUS.key)
    assert guest is not None
    assert guest.absent_now
    assert guest.absent_since == at(3)


@pytest.mark.parametrize(
    ("blind", "presence_of_ours"),
    [
        (Blind.DIAL_IN, Presence.UNKNOWN),
        (Blind.OPTED_OUT, Presence.UNKNOWN),
        (Blind.OUTSIDERS, Presence.ABSENT),
        (Blind.LOBBY, Presence.ABSENT),
        (Blind.HIDDEN_NUMBERS, Presence.ABSENT),
    ],
)
def test_of_ours_a_source_sees_all_but_who_dials_in_or_opted_out(blind: Blind, presence_of_ours: Presence) -> None:
    evidence = seen(stay(GUS, -1, until=12), covered(-15, 12, blind))
    assert person(in_room(evidence, 12.2), ANNA.key).presence is presence_of_ours


def test_lines_that_are_seen_say_nothing_of_a_room() -> None:
    evidence = seen(stay(ANNA, -1, until=12), covered(-15, 12, lines=frozenset({LINE})))
    result = in_room(evidence, 12.2)
    assert (person(result, GUS.key).presence, result.outcome) == (Presence.UNKNOWN, Outcome.UNKNOWN)
    assert Reason.NO_COVERAGE in result.reasons
    assert in_room(seen(covered(-15, 12, lines=frozenset({LINE}))), 12.2).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("blind", [Blind.DIAL_IN, Blind.OUTSIDERS, Blind.OPTED_OUT])
def test_a_source_that_cannot_see_guests_never_proves_their_absence(blind: Blind) -> None:
    evidence = seen(stay(ANNA, -1, until=12), covered(-15, 12, blind))
    assert person(in_room(evidence, 12.2), GUS.key).presence is Presence.UNKNOWN


def test_a_source_that_only_proves_presence_covers_nothing() -> None:
    evidence = seen(stay(ANNA, -1, until=12), covered(-15, 12, presence_only=True))
    assert person(in_room(evidence, 12.2), GUS.key).presence is Presence.UNKNOWN


def test_ended_only_coverage_speaks_long_after_the_end_only() -> None:
    evidence = seen(stay(ANNA, -1, 31), covered(-15, 40, ended_only=True))
    assert in_room(evidence, 41).outcome is Outcome.UNKNOWN
    evidence = seen(stay(ANNA, -1, 31), covered(-15, 91, ended_only=True))
    assert in_room(evidence, 92).outcome is Outcome.THEY_ARE_MISSING


def test_coverage_restricted_to_some_addresses_says_nothing_of_others() -> None:
    evidence = seen(stay(ANNA, -1, until=12), covered(-15, 12, only=frozenset({"hilde@them.example"})))
    result = in_room(evidence, 12.2, video(ANNA, GUS, HILDE))
    assert person(result, GUS.key).presence is Presence.UNKNOWN
    assert person(result, HILDE.key).presence is Presence.ABSENT


def test_a_colleague_stands_in_unless_a_person_is_required() -> None:
    evidence = seen(stay(BEN, -1, until=12), stay(GUS, 0, until=12), covered(-15, 12))
    assert in_room(evidence, 12.2, video(ANNA, BEN, GUS)).outcome is Outcome.HELD
    required = replace(ANNA, required=True)
    alone = seen(stay(BEN, -1, until=12), covered(-15, 12))
    assert in_room(alone, 12.2, video(required, BEN, GUS)).ours is SidePresence.ABSENT


def test_a_colleague_who_was_not_invited_stands_in() -> None:
    uninvited = Identity(provider_id="x", address="carla@us.example", verified=True)
    matches = Matches(identities={**MATCHES.identities, uninvited: Who(side=Side.OURS)})
    evidence = seen(stay(uninvited, -1, until=12), stay(GUS, 0, until=12), covered(-15, 12))
    result = judge(video(), evidence, matches, POLICY, at(12.2), sources={"meet": MEET})
    assert result.outcome is Outcome.HELD


@pytest.mark.parametrize(
    ("since", "until", "still", "outcome"),
    [
        (-60, 3, False, Outcome.WE_ARE_MISSING),
        (-15, 4.5, False, Outcome.WE_ARE_MISSING),
        (-60, 3, True, Outcome.WE_ARE_MISSING),
        # came for this meeting, or stays on to host it: stands in
        (-14, 3, False, Outcome.HELD),
        (-60, 5, False, Outcome.HELD),
        (-60, 5, True, Outcome.HELD),
    ],
)
def test_a_colleague_left_over_from_the_meeting_before_does_not_stand_in(
    since: float, until: float, still: bool, outcome: Outcome
) -> None:
    colleague = Identity(provider_id="x", address="carla@us.example", verified=True)
    theirs = Identity(provider_id="y", address="kai@them.example", verified=True)
    sides = {colleague: Who(side=Side.OURS), theirs: Who(side=Side.THEIRS)}
    matches = Matches(identities={**MATCHES.identities, **sides})
    before = stay(colleague, since, until, open=still)
    evidence = seen(before, stay(GUS, -1, until=12), covered(-15, 12))
    assert judge(video(), evidence, matches, POLICY, at(12.2), sources={"meet": MEET}).outcome is outcome
    # of a guest's colleague and of our own person it cannot be told: nobody is accused
    for other in (theirs, GUS):
        evidence = seen(stay(other, since, until, open=still), stay(ANNA, -1, until=12), covered(-15, 12))
        result = judge(video(), evidence, matches, POLICY, at(12.2), sources={"meet": MEET})
        assert result.outcome is Outcome.HELD


def test_optional_people_and_those_who_declined_are_never_missing() -> None:
    evidence = seen(stay(ANNA, -1, until=12), covered(-15, 12))
    result = in_room(evidence, 12.2, video(ANNA, replace(GUS, optional=True)))
    assert result.outcome is Outcome.UNKNOWN


def test_an_invited_group_keeps_their_side_unknown() -> None:
    evidence = seen(stay(ANNA, -1, until=12), covered(-15, 12))
    result = in_room(evidence, 12.2, video(open_ended=True))
    assert result.outcome is Outcome.UNKNOWN
    assert Reason.OPEN_ENDED_GUESTS in result.reasons


def test_a_visit_the_day_before_is_ignored() -> None:
    evidence = seen(stay(GUS, -900, -890), stay(ANNA, -1, until=12), covered(-15, 12))
    assert in_room(evidence, 12.2).outcome is Outcome.THEY_ARE_MISSING


def test_of_two_guests_and_one_stranger_one_is_certainly_missing() -> None:
    evidence = seen(stay(ANNA, -1, until=12), stay(STRANGER, 5, until=5.2), covered(-15, 12))
    result = in_room(evidence, 12.2, video(ANNA, GUS, HILDE))
    assert result.at_least_missing == 1
    assert person(result, GUS.key).presence is Presence.UNKNOWN


def test_a_verified_identity_may_be_excluded() -> None:
    other = Identity(provider_id="y", verified=True)
    matches = Matches(identities={**MATCHES.identities, other: Who(not_these=frozenset({GUS.key}))})
    evidence = seen(stay(ANNA, -1, until=12), stay(other, 5, 5.5), covered(-15, 12))
    result = judge(video(), evidence, matches, POLICY, at(12.2), sources={"meet": MEET})
    assert result.outcome is Outcome.THEY_ARE_MISSING
