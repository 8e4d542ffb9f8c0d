"""Who is told what: our own absence is shown to that person only, and a guest hears of nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.scenes import ANNA, BEN, GUS, HILDE, at, video
from noshowd.domain.entry import Response
from noshowd.domain.followup import Cause, FollowUpKind
from noshowd.domain.meeting import Person
from noshowd.domain.recipients import owner, recipients
from noshowd.domain.verdict import Outcome, PersonVerdict, Presence, Verdict

K = FollowUpKind
WE, THEY = Cause.WE_ARE_MISSING, Cause.THEY_ARE_MISSING
#: What is known of a person.
THERE: dict[str, Any] = {"presence": Presence.PRESENT, "seen": True}
LEFT: dict[str, Any] = {"presence": Presence.PRESENT, "seen": True, "absent_now": True}
NEVER: dict[str, Any] = {"presence": Presence.ABSENT, "absent_now": True}
OF_LATE: dict[str, Any] = {"presence": Presence.ABSENT}
GONE: dict[str, Any] = {"absent_now": True}
NOTHING: dict[str, Any] = {}


def known(*people: tuple[Person, dict[str, Any]]) -> Verdict:
    """A verdict that knows this of these people and nothing of others."""
    verdicts = tuple(PersonVerdict(key=p.key, side=p.side, **values) for p, values in people)
    return Verdict(outcome=Outcome.WAITING, judged_at=at(5), people=verdicts)


@pytest.mark.parametrize(
    ("people", "organizer", "verdict", "expected"),
    [
        # whoever is there, of them the organiser
        ((ANNA, BEN, GUS), ANNA, known((ANNA, NEVER), (BEN, THERE)), BEN),
        ((ANNA, BEN, GUS), BEN, known((ANNA, THERE), (BEN, THERE)), BEN),
        # nobody is: the organiser, else the first of ours
        ((ANNA, BEN, GUS), BEN, known((ANNA, NEVER), (BEN, NEVER)), BEN),
        ((ANNA, BEN, GUS), GUS, known((ANNA, NEVER), (BEN, NEVER)), ANNA),
        ((ANNA, BEN, GUS), GUS, known(), ANNA),
        # somebody optional only where there is nobody else, though they organised it
        ((replace(BEN, optional=True), ANNA, GUS), BEN, known((BEN, THERE)), ANNA),
        ((replace(BEN, optional=True), GUS), BEN, known(), BEN),
    ],
)
def test_who_looks_after_the_case(
    people: tuple[Person, ...], organizer: Person, verdict: Verdict, expected: Person
) -> None:
    meeting = video(*people, organizer=organizer.key)
    assert owner(meeting, verdict) == expected.key
    # and is told what our side is told
    assert recipients(K.WAITING_NOTICE, THEY, meeting, verdict, {}) == [expected.key]
    assert recipients(K.RECALL_TASK, THEY, meeting, verdict, {}) == [expected.key]


def test_without_anybody_of_ours_nobody_is_told() -> None:
    assert owner(video(GUS), known()) == ""
    assert recipients(K.QUESTION, Cause.UNKNOWN, video(GUS), known(), {}) == []


@pytest.mark.parametrize(
    ("anna", "ben", "missing"),
    [
        (NEVER, THERE, [ANNA]),
        (NEVER, NEVER, [ANNA, BEN]),
        # whoever was provably never there, rather than whoever has left
        (NEVER, LEFT, [ANNA]),
        (OF_LATE, LEFT, [ANNA]),
        (THERE, GONE, [BEN]),
        (LEFT, NOTHING, [ANNA]),
        (THERE, THERE, []),
        (NOTHING, NOTHING, []),
    ],
)
def test_our_own_absence_is_told_to_that_person(
    anna: dict[str, Any], ben: dict[str, Any], missing: list[Person]
) -> None:
    meeting = video(ANNA, BEN, GUS)
    verdict = known((ANNA, anna), (BEN, ben))
    keys = [p.key for p in missing]
    assert recipients(K.NUDGE, WE, meeting, verdict, {}) == keys
    assert recipients(K.COVER_NEEDED, WE, meeting, verdict, {key: f"for-{key}" for key in keys}) == [
        f"for-{key}" for key in keys
    ]
    assert recipients(K.COVER_NEEDED, WE, meeting, verdict, {}) == []
    # the call now is for the first of them, else for whoever looks after the case
    assert recipients(K.RECALL_TASK, WE, meeting, verdict, {}) == (keys[:1] or [owner(meeting, verdict)])


def test_a_person_who_was_added_since_is_nobody_yet() -> None:
    meeting = video(ANNA, BEN, GUS, HILDE)
    verdict = known((BEN, NEVER), (HILDE, NEVER))
    assert recipients(K.NUDGE, WE, meeting, verdict, {}) == [BEN.key]
    assert recipients(K.COURTESY_MESSAGE, THEY, meeting, verdict, {}) == [HILDE.key]
    assert recipients(K.WORD_TO_WAITING, WE, meeting, known((HILDE, THERE)), {}) == [HILDE.key]


@pytest.mark.parametrize(
    ("gus", "hilde", "missing", "waiting"),
    [
        (NEVER, THERE, [GUS], [HILDE]),
        (NEVER, NEVER, [GUS, HILDE], []),
        (OF_LATE, THERE, [GUS], [HILDE]),
        (GONE, NOTHING, [GUS], []),
        (THERE, NOTHING, [], [GUS]),
        (LEFT, NOTHING, [GUS], [GUS]),
    ],
)
def test_each_guest_is_written_to_for_themselves(
    gus: dict[str, Any], hilde: dict[str, Any], missing: list[Person], waiting: list[Person]
) -> None:
    meeting = video(ANNA, GUS, HILDE)
    verdict = known((GUS, gus), (HILDE, hilde))
    assert recipients(K.COURTESY_MESSAGE, THEY, meeting, verdict, {}) == [p.key for p in missing]
    assert recipients(K.RESCHEDULE_OFFER, THEY, meeting, verdict, {}) == [p.key for p in missing]
    assert recipients(K.WORD_TO_WAITING, WE, meeting, verdict, {}) == [p.key for p in waiting]
    # where it is ours to make good, everybody is offered new times
    assert recipients(K.RESCHEDULE_OFFER, WE, meeting, verdict, {}) == [GUS.key, HILDE.key]


@pytest.mark.parametrize("change", [{"optional": True}, {"response": Response.DECLINED}])
def test_whoever_is_not_expected_is_written_to_by_nobody(change: dict[str, Any]) -> None:
    meeting = video(ANNA, GUS, replace(HILDE, **change))
    verdict = known((GUS, LEFT), (HILDE, LEFT))
    for kind in (K.COURTESY_MESSAGE, K.WORD_TO_WAITING, K.RESCHEDULE_OFFER):
        for cause in (WE, THEY):
            assert recipients(kind, cause, meeting, verdict, {}) == [GUS.key]
    ours = video(ANNA, replace(BEN, **change), GUS)
    assert recipients(K.NUDGE, WE, ours, known((ANNA, NEVER), (BEN, NEVER)), {}) == [ANNA.key]
