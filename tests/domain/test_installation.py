"""Marks of installations: whose counts, and what is no mark at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from noshowd.domain.installation import LIVING, NEVER, RENEWED, Mark, ours, outdated, read, rival, spelt

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
US = Mark(installation="a" * 32, left=NOW)
THEM = Mark(installation="b" * 32, left=NOW - timedelta(days=2))
MOMENT = timedelta(microseconds=1)


def test_a_mark_is_read_as_it_was_spelt():
    for mark in (US, THEM, replace(THEM, rank=NOW)):
        assert read(spelt(mark)) == mark


@pytest.mark.parametrize(
    "text", ["", "x", "a b c", f"a {NOW.isoformat()}", "a 2026-03-02T09:00:00 2026-03-02T09:00:00", f"{spelt(US)} x"]
)
def test_what_is_no_mark_is_none(text: str):
    assert read(text) is None


def test_only_a_living_mark_of_another_one_holds_us():
    assert rival([US], US, NOW) is None
    assert rival([US, THEM], US, NOW) == THEM
    assert rival([replace(THEM, left=NOW - LIVING)], US, NOW) is None
    assert rival([replace(THEM, left=NOW - LIVING + MOMENT)], US, NOW) is not None


def test_whom_a_person_let_take_over_last_goes_on():
    second = replace(US, rank=NOW)
    assert rival([THEM], second, NOW) is None
    assert rival([second], THEM, NOW) == second
    third = replace(THEM, rank=NOW + MOMENT)
    assert rival([third], second, NOW) == third
    assert outdated([THEM, US], second, NOW) == {THEM.installation}
    assert outdated([third, US], second, NOW) == set()


def test_our_own_mark_counts_until_it_dies_or_we_take_over():
    assert ours([US, THEM], US, NOW) == US
    assert ours([US], replace(US, rank=NOW), NOW) is None
    assert ours([replace(US, left=NOW - LIVING)], US, NOW) is None
    assert not replace(US, left=NOW - RENEWED).is_settled(NOW)
    assert US.is_settled(NOW)
    assert NEVER < NOW


@pytest.mark.parametrize(
    "text", ["a 2026-03-23T07:00:00 2026-03-23T07:00:00+00:00", "a 2026-03-23T07:00:00+00:00 2026-03-23T07:00:00"]
)
def test_a_mark_without_a_zone_is_none(text: str) -> None:
    assert read(text) is None


def test_a_mark_of_another_is_never_ours_and_a_dead_one_holds_nobody_back() -> None:
    now = datetime(2026, 3, 23, 7, tzinfo=UTC)
    us = Mark(installation="a" * 32, left=now)
    other = Mark(installation="b" * 32, left=now)
    dead = Mark(installation="c" * 32, left=now - LIVING, rank=now)
    assert ours([other], us, now) is None
    assert outdated([other, dead], us, now) == {dead.installation}
