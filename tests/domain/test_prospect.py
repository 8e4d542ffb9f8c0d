"""What a waiting person is told that will happen next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from noshowd.domain.entry import Response
from noshowd.domain.followup import Cause, FollowUpKind
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Side
from noshowd.domain.policy import Policy
from noshowd.domain.prospect import prospect

TEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
MEETING = Meeting(
    key="m",
    start=TEN,
    end=TEN + timedelta(minutes=30),
    place=Place(kind=Kind.VIDEO),
    people=(
        Person(key="anna", side=Side.OURS),
        Person(key="gus", side=Side.THEIRS, address="gus@them.example", response=Response.ACCEPTED),
    ),
)


def _at(minutes: float, meeting: Meeting = MEETING) -> tuple[FollowUpKind, float] | None:
    found = prospect(meeting, Cause.THEY_ARE_MISSING, Policy(), TEN + timedelta(minutes=minutes))
    return None if found is None else (found.kind, (found.at - TEN) / timedelta(minutes=1))


def test_each_rung_is_announced_until_it_is_due():
    assert _at(3) == (FollowUpKind.COURTESY_MESSAGE, 5)
    assert _at(5) == (FollowUpKind.RECALL_TASK, 10)
    assert _at(10) == (FollowUpKind.RESCHEDULE_OFFER, 20)
    assert _at(20) is None


def test_nothing_is_announced_that_cannot_be_sent():
    silent = replace(MEETING.people[1], response=Response.NONE)
    assert _at(3, replace(MEETING, people=(MEETING.people[0], silent))) == (FollowUpKind.RECALL_TASK, 10)
