"""Who is there now, and who is away now: what a nudge and a courtesy message rest on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.judged import in_room, person
from domain.scenes import (
    ANNA,
    GUS,
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
from noshowd.domain.evidence import Identity, Sighting, Where
from noshowd.domain.judge import judge
from noshowd.domain.matching import Matches, Who
from noshowd.domain.verdict import PersonVerdict


@pytest.mark.parametrize(
    ("visits", "here", "in_lobby", "absent_now"),
    [
        ([stay(GUS, 2, until=12)], True, False, False),
        ([stay(GUS, 2, until=12, where=Where.LOBBY)], True, True, False),
        # let in
        ([stay(GUS, 2, 4, where=Where.LOBBY), stay(GUS, 4, until=12)], True, False, False),
        # knocked and went away
        ([stay(GUS, 2, 4, where=Where.LOBBY)], False, True, True),
        ([stay(GUS, 2, 4)], False, False, True),
        # still there by a look that is long past, and never seen to leave
        ([stay(GUS, 2, until=4)], True, False, False),
        ([], False, False, True),
    ],
)
def test_who_is_there_now(visits: list[Sighting], *, here: bool, in_lobby: bool, absent_now: bool) -> None:
    result = in_room(seen(stay(ANNA, -1, until=12), *visits, covered(-15, 12)), 12.2)
    guest = person(result, GUS.key)
    assert (guest.here_now, guest.in_lobby, guest.absent_now) == (here, in_lobby, absent_now)
    assert (guest.arrived_at, guest.seen) == ((at(2), True) if visits else (None, False))
    assert guest.left_at == (at(4) if visits and not here else None)
    assert guest.absent_since == ((at(4) if visits else at(0)) if absent_now else None)


def test_who_is_gone_from_a_picture_of_the_moment_is_not_here() -> None:
    facts = seen(stay(ANNA, -1, until=12), stay(GUS, 2, until=4), covered(-15, 12))
    moment = replace(MEET, keeps_history=False)
    guest = person(judge(video(), facts, MATCHES, POLICY, at(12.2), sources={"meet": moment}), GUS.key)
    assert (guest.here_now, guest.absent_now, guest.left_at) == (False, True, at(4))


def test_without_a_fresh_look_nobody_is_known_to_be_away() -> None:
    result = in_room(seen(stay(ANNA, -1, until=8), stay(GUS, 2, 4), covered(-15, 8)), 12.2)
    assert not any(p.absent_now for p in result.people)
    assert person(result, ANNA.key).here_now
    assert person(result, GUS.key).left_at == at(4)


def test_a_stranger_who_is_there_may_be_the_one_who_is_away() -> None:
    other = Identity(provider_id="y", verified=True)
    matches = Matches(identities={**MATCHES.identities, other: Who(not_these=frozenset({GUS.key}))})

    def guest(*strangers: Sighting) -> PersonVerdict:
        evidence = seen(stay(ANNA, -1, until=12), stay(GUS, 1, 3), *strangers, covered(-15, 12))
        return person(judge(video(), evidence, matches, POLICY, at(12.2), sources={"meet": MEET}), GUS.key)

    assert not guest(stay(STRANGER, 5, until=12)).absent_now
    assert not guest(stay(ROOM_SYSTEM, 5, until=12)).absent_now
    # gone, seen last long ago, or surely somebody else
    assert guest(stay(STRANGER, 5, 7)).absent_since == at(7)
    assert guest(stay(STRANGER, 5, until=7)).absent_since == at(7)
    assert guest(stay(other, 5, until=12)).absent_since == at(3)
    assert guest(stay(other, 5, 7)).absent_since == at(3)
