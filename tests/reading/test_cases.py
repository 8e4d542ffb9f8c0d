"""Our own cases: who dials, what is skipped, Microsoft's events, German ways to write about telephoning, sides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from noshowd.reading.classify import classify
from noshowd.reading.meetings import read_meetings
from noshowd.reading.score import differences
from reading.events import attendee, entry, us

CASES = Path(__file__).parent / "cases"


def cases(*names: str) -> list[Any]:
    lines = [line for name in names for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [pytest.param(case, id=case["id"]) for case in map(json.loads, lines)]


@pytest.mark.parametrize("case", cases("caller", "skip", "graph", "phone_de"))
def test_event_is_understood(case):
    answer = classify(case)

    assert differences(case["expect"], answer) == [], answer["why"]


@pytest.mark.parametrize("case", cases("sides"))
def test_people_are_on_their_sides(case):
    entries = [
        entry(
            **{key: value for key, value in said.items() if key not in ("organizer", "attendees")},
            organizer=attendee(said["organizer"]),
            attendees=tuple(attendee(**person) for person in said["attendees"]),
        )
        for said in case["entries"]
    ]
    (meeting,) = read_meetings(entries, us(**case["us"]))
    expect = case["expect"]

    assert {person.key: f"{person.side} {person.role}" for person in meeting.people} == expect["people"]
    if "organizer" in expect:
        assert meeting.organizer == expect["organizer"]
    if "caller" in expect:
        assert meeting.place.caller.value == expect["caller"]
    assert meeting.open_ended == expect.get("open_ended", False)
