"""The recall task: due inside the missed slot or in the next gap, with the number and a firm's own words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.house import ANNA, GUS, MEETING, MINUTE, TEN, House, at
from noshowd.domain.followup import FollowUpKind
from noshowd.domain.spans import Span
from noshowd.engine.words.recall import first_gap
from noshowd.store.database import Database

CALL = timedelta(minutes=10)
GUIDE = {
    "opening": "Hello, {host} here.",
    "purpose": "I would like to make up for {time}.",
    "steps": ["Talk now.", "Find a new time."],
    "no_time": "When would suit?",
    "voicemail": "Hello, {host} here. I will ring again.",
    "closing": "Then it is agreed.",
}


def span(begin: float, end: float) -> Span:
    return Span(start=at(begin), end=at(end))


@pytest.mark.parametrize(
    ("opened", "busy", "gap"),
    [
        ([span(0, 60)], [], 0),
        ([span(0, 60)], [span(0, 30)], 30),
        ([span(0, 60)], [span(5, 30), span(35, 50)], 50),
        ([span(0, 60)], [span(0, 55)], None),
        ([span(0, 60), span(120, 180)], [span(0, 55)], 120),
        ([span(0, 60)], [span(10, 30)], 0),
        ([], [], None),
    ],
)
def test_the_next_gap_has_room_for_a_call(opened: list[Span], busy: list[Span], gap: float | None) -> None:
    assert first_gap(opened, busy, CALL) == (None if gap is None else at(gap))


async def test_it_is_due_at_once_inside_the_missed_slot_with_the_words_of_the_policy(database: Database) -> None:
    house = House(
        database, policy=[{"name": "calls", "guide": GUIDE}], contact=[{"match": GUS, "lines": ["+49 30 12345670"]}]
    )
    house.happen(join=ANNA)
    await house.until(20)
    (task,) = house.sent(FollowUpKind.RECALL_TASK)
    assert task.parcel.due is not None
    assert TEN < task.parcel.due <= at(20)
    assert "Hello, Anna Berger here." in task.parcel.text
    assert "+49 30 12345670 (tel:+493012345670)" in task.parcel.text
    assert "{" not in task.parcel.text


async def test_after_the_slot_it_is_due_in_the_next_gap(database: Database) -> None:
    house = House(
        database, meeting=[MEETING | {"length": "10 min"}, MEETING | {"id": "n", "at": "10:15", "length": "45 min"}]
    )
    house.happen(meeting="m", join=ANNA)
    await house.until(9)
    house.pass_time(12)
    await house.until(14)
    (task,) = house.sent(FollowUpKind.RECALL_TASK)
    assert task.parcel.due is not None
    assert task.parcel.due >= at(12) or task.at < at(10)
    assert task.parcel.due <= at(60) + MINUTE
