"""Calls beside a video meeting: they prove that somebody was there, never that they were not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.attempted import IN, OUT, ringing
from domain.judged import in_room, judged, person, planned
from domain.scenes import (
    ANNA,
    BEN,
    GUS,
    HILDE,
    LINE,
    MEET,
    PBX,
    at,
    call,
    covered,
    lines_covered,
    phone,
    seen,
    stay,
    video,
)
from noshowd.domain.evidence import CallRecord, CallResult, Direction, Evidence, Said, Statement
from noshowd.domain.followup import FollowUpKind
from noshowd.domain.instead import is_beside
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.verdict import Outcome, Presence, Reason, SidePresence

WAITING = (stay(ANNA, -1, until=25), covered(-15, 25))
FIRM, STRANGER = "+493012345670", "+491709999999"
EXTENSION, COLLEAGUE = "+4912345678", "+498923714499"
TELEPHONE = replace(PBX, telephone=True)


def test_without_a_call_the_guest_is_missing() -> None:
    assert in_room(seen(*WAITING), 25.2).outcome is Outcome.THEY_ARE_MISSING


@pytest.mark.parametrize("direction", [IN, OUT])
@pytest.mark.parametrize("number", [GUS.lines[0], FIRM])
def test_who_talks_on_the_telephone_instead_has_met(direction: Direction, number: str) -> None:
    result = in_room(seen(*WAITING, call(direction, 6, talked=15, number=number)), 25.2)
    assert (result.outcome, result.ours, result.theirs) == (Outcome.HELD, SidePresence.PRESENT, SidePresence.PRESENT)
    assert Reason.TALKED in result.reasons
    guest = person(result, GUS.key)
    assert (guest.presence, guest.absent_now, guest.absent_since) == (Presence.PRESENT, False, None)


def test_ours_need_not_have_come_into_the_room() -> None:
    facts = seen(stay(GUS, 0, until=25), covered(-15, 25), call(IN, 6, talked=15))
    assert in_room(facts, 25.2).outcome is Outcome.HELD


@pytest.mark.parametrize(
    ("beside", "reason"),
    [
        (call(IN, 6, talked=1), Reason.SHORT_TALK),
        (call(OUT, 16, result=CallResult.UNCLEAR), Reason.SHORT_TALK),
        # they say that they will be late, or not come at all
        (call(IN, -8, talked=7), Reason.SHORT_TALK),
        (ringing(IN, 24.5), Reason.CALL_RUNNING),
        (call(IN, 6), Reason.THEY_RANG),
        (call(OUT, 16), None),
        (call(IN, 6, talked=15, number=STRANGER), None),
        (call(IN, 6, talked=15, number=None), None),
    ],
)
def test_what_is_no_talk_for_sure_leaves_the_room_its_say(beside: CallRecord, reason: Reason | None) -> None:
    without, result = in_room(seen(*WAITING), 25.2), in_room(seen(*WAITING, beside), 25.2)
    assert result == replace(without, reasons=without.reasons | ({reason} if reason else set()))


@pytest.mark.parametrize(("minute", "outcome"), [(25.2, Outcome.THEY_ARE_MISSING), (26.2, Outcome.HELD)])
def test_a_call_that_goes_on_becomes_a_talk(minute: float, outcome: Outcome) -> None:
    runs = replace(call(IN, 24, result=CallResult.TALKING, over=False), answered=at(24.5))
    facts = seen(stay(ANNA, -1, until=minute), covered(-15, minute), runs)
    assert in_room(facts, minute).outcome is outcome


def test_a_talk_from_before_the_start_counts_as_far_as_it_goes_on_after_it() -> None:
    assert in_room(seen(*WAITING, call(IN, -5, talked=5.5)), 25.2).outcome is Outcome.THEY_ARE_MISSING
    assert in_room(seen(*WAITING, call(IN, -5, talked=8)), 25.2).outcome is Outcome.HELD


#: Over whose line their firm's call went: whose absence it leaves open.
WITH_THEIR_FIRM = [
    (call(IN, 6, talked=15, number=EXTENSION), {ANNA.key, BEN.key, GUS.key}),
    (call(OUT, 6, talked=15, number=EXTENSION), {ANNA.key, BEN.key, GUS.key}),
    (replace(call(IN, 6, talked=15, number=FIRM), our_line=COLLEAGUE), {GUS.key}),
    (replace(call(IN, 6, talked=15, number=EXTENSION), our_line=None), {GUS.key}),
]


@pytest.mark.parametrize(("long", "left_open"), WITH_THEIR_FIRM)
def test_a_long_talk_with_their_firm_leaves_open_whether_they_are_missing(
    long: CallRecord, left_open: set[str]
) -> None:
    alone = seen(*WAITING)
    without, result = (in_room(facts, 25.2, video(ANNA, BEN, GUS)) for facts in (alone, _with(alone, long)))
    assert (without.outcome, result.outcome) == (Outcome.THEY_ARE_MISSING, Outcome.UNKNOWN)
    assert result.reasons == without.reasons | {Reason.WEAK_NUMBER}
    for before, after in zip(without.people, result.people, strict=True):
        if before.key in left_open - {ANNA.key}:
            assert (before.presence, before.absent_now) == (Presence.ABSENT, True)
            assert after == replace(before, presence=Presence.UNKNOWN, absent_now=False, absent_since=None)
        else:
            assert after == before


def _with(evidence: Evidence, *calls: CallRecord) -> Evidence:
    return replace(evidence, calls=calls)


@pytest.mark.parametrize(("long", "left_open"), WITH_THEIR_FIRM)
def test_who_waits_in_the_room_may_have_been_rung(long: CallRecord, left_open: set[str]) -> None:
    """Ours are not said to be missing; whose line it was not is told all the same that somebody waits."""
    alone = seen(stay(GUS, 0, until=25), covered(-15, 25))
    before = in_room(alone, 25.2)
    result = in_room(_with(alone, long), 25.2)
    assert (before.outcome, result.outcome) == (Outcome.WE_ARE_MISSING, Outcome.UNKNOWN)
    assert person(before, ANNA.key).absent_now
    assert person(result, ANNA.key).absent_now is (ANNA.key not in left_open)
    assert person(result, GUS.key) == person(before, GUS.key)


def test_who_came_one_after_the_other_may_have_talked_all_the_same() -> None:
    apart = seen(stay(ANNA, -1, 5), stay(GUS, 7, 12), covered(-15, 40))
    assert in_room(apart, 40.2).outcome is Outcome.MISSED_EACH_OTHER
    for long, _ in WITH_THEIR_FIRM:
        assert in_room(_with(apart, long), 40.2).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "beside",
    [
        call(IN, 6, talked=1, number=EXTENSION),
        call(IN, -8, talked=7, number=EXTENSION),
        call(OUT, 16, number=EXTENSION),
        replace(call(IN, 6, talked=1, number=FIRM), our_line=COLLEAGUE),
        replace(ringing(IN, 24.5, number=EXTENSION), our_line=COLLEAGUE),
    ],
)
def test_a_short_talk_with_their_firm_leaves_the_room_its_say(beside: CallRecord) -> None:
    assert in_room(seen(*WAITING, beside), 25.2) == in_room(seen(*WAITING), 25.2)


def test_nobody_of_ours_is_interrupted_in_a_call_with_their_firm() -> None:
    result = in_room(seen(*WAITING, ringing(IN, 24.5, number=EXTENSION)), 25.2)
    assert (result.outcome, Reason.CALL_RUNNING in result.reasons) == (Outcome.THEY_ARE_MISSING, True)


def test_who_of_several_it_was_is_not_known() -> None:
    meeting = video(ANNA, BEN, GUS, HILDE)
    result = in_room(seen(*WAITING, call(IN, 6, talked=15)), 25.2, meeting)
    assert result.outcome is Outcome.HELD
    assert [person(result, p.key).presence for p in (ANNA, BEN, GUS, HILDE)] == [
        Presence.PRESENT,
        *[Presence.UNKNOWN] * 3,
    ]


def test_a_word_that_they_were_not_there_does_not_undo_a_later_talk() -> None:
    said = Statement(by=ANNA.key, said=Said.NOT_THERE, at=at(12))
    for begins, outcome in ((16, Outcome.HELD), (9, Outcome.UNKNOWN)):
        facts = replace(seen(*WAITING, call(OUT, begins, talked=8)), statements=(said,))
        assert in_room(facts, 25.2).outcome is outcome


def test_a_task_is_taken_back_once_they_talk() -> None:
    kinds = {one.key.kind for one in planned(video(), seen(*WAITING), 25.2).add}
    assert FollowUpKind.RECALL_TASK in kinds
    assert not planned(video(), seen(*WAITING, call(OUT, 16, talked=8)), 25.2).add


def test_nothing_follows_from_lines_on_which_nobody_rang() -> None:
    told = [judged(video(), seen(*WAITING, *more), at(25.2)) for more in ((), (lines_covered(-15, 25),))]
    assert told[0] == told[1]


def test_a_telephone_system_is_asked_about_video_meetings_with_guests_whose_number_is_known() -> None:
    assert can_know_of(frozenset({LINE}), video())
    assert not can_know_of(frozenset({"+49891"}), video())
    assert not can_know_of(frozenset({LINE}), video(ANNA, HILDE))
    assert concerns(call(IN, 6), video())
    assert not concerns(call(IN, 6, number=STRANGER), video())
    assert concerns(call(IN, 6, number=STRANGER), phone())


def test_only_a_telephone_system_is_beside_and_only_a_video_meeting() -> None:
    assert is_beside(TELEPHONE, video())
    assert not is_beside(TELEPHONE, phone())
    assert not is_beside(MEET, video())
