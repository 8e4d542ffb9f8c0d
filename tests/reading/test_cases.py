"""Our own cases: who dials, what is skipped, Microsoft's events, German ways to write about telephoning, sides."""

from __future__ import annotations

from operator import itemgetter

import pytest

from noshowd.reading.classify import classify
from noshowd.reading.meetings import read_meetings
from noshowd.reading.score import differences
from reading.events import attendee, cases, entry, us


@pytest.mark.parametrize("case", cases("caller", "skip", "graph", "phone_de"), ids=itemgetter("id"))
def test_event_is_understood(case):
    answer = classify(case)

    assert differences(case["expect"], answer) == [], answer["why"]


@pytest.mark.parametrize("case", cases("sides"), ids=itemgetter("id"))
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
