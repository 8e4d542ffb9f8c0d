"""Who may move what, case by case, and that no sort of event is left out of the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from noshowd.domain.booking import WAYS, Case, Maker, Shape, Way, booking, maker, shape
from noshowd.domain.entry import Attendee, CalendarEntry, EntryRef, EntryStatus
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Side

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HALF = timedelta(minutes=30)
ANNA = Person(key="anna@us.example", address="anna@us.example", side=Side.OURS)
GUS = Person(key="gus@them.example", address="Gus@Them.example", side=Side.THEIRS)
HILDE = Person(key="hilde@them.example", address="hilde@them.example", side=Side.THEIRS)
MEETING = Meeting(key="m", start=NINE, end=NINE + HALF, place=Place(kind=Kind.VIDEO), people=(ANNA, GUS))
COPY = CalendarEntry(
    ref=EntryRef(account="google", calendar="anna@us.example", entry_id="e1"),
    uid="u1",
    start=NINE,
    end=NINE + HALF,
    is_organizer_copy=True,
    attendees=(Attendee(address="anna@us.example"), Attendee(address="gus@them.example")),
)
OURS = Case(meeting=MEETING, guest=GUS, copies=[COPY], writable={"google"}, ours=True)
BENS = replace(COPY, ref=EntryRef(account="outlook", calendar="ben@us.example", entry_id="e2"), is_organizer_copy=False)
FOREIGN = replace(COPY, is_organizer_copy=False)
LINK = "https://calendly.com/reschedulings/1"


def test_every_sort_of_event_has_a_way_and_a_person_is_always_the_last() -> None:
    assert set(WAYS) == {(whose, what) for whose in Maker for what in Shape}
    assert all(ways[-1] is Way.BY_HAND for ways in WAYS.values())


def test_only_a_plain_event_of_ours_is_moved() -> None:
    assert {key for key, ways in WAYS.items() if Way.MOVE in ways} == {(Maker.OURS, Shape.PLAIN)}


@pytest.mark.parametrize(
    ("case", "whose", "what", "way"),
    [
        pytest.param(OURS, Maker.OURS, Shape.PLAIN, Way.MOVE, id="ours"),
        pytest.param(
            replace(OURS, copies=[replace(COPY, series_id="s")]), Maker.OURS, Shape.OCCURRENCE, Way.CREATE, id="series"
        ),
        pytest.param(
            replace(OURS, copies=[COPY, replace(BENS, uid="u2", is_organizer_copy=True)]),
            Maker.OURS,
            Shape.TWICE,
            Way.CREATE,
            id="entered twice",
        ),
        pytest.param(replace(OURS, copies=[COPY, BENS]), Maker.OURS, Shape.PLAIN, Way.MOVE, id="several copies"),
        pytest.param(
            replace(OURS, copies=[replace(COPY, attendees=())]), Maker.OURS, Shape.UNINVITED, Way.CREATE, id="uninvited"
        ),
        pytest.param(
            replace(OURS, meeting=replace(MEETING, people=(ANNA, GUS, HILDE))),
            Maker.OURS,
            Shape.SHARED,
            Way.CREATE,
            id="another guest",
        ),
        pytest.param(
            replace(OURS, copies=[FOREIGN], ours=False), Maker.THEIRS, Shape.PLAIN, Way.CREATE, id="external organiser"
        ),
        pytest.param(
            replace(OURS, copies=[BENS, FOREIGN]), Maker.OURS_ELSEWHERE, Shape.PLAIN, Way.CREATE, id="ours elsewhere"
        ),
        pytest.param(replace(OURS, link=LINK), Maker.ROBOT, Shape.PLAIN, Way.LINK, id="robot with its page"),
        pytest.param(replace(OURS, robot=True), Maker.ROBOT, Shape.PLAIN, Way.CREATE, id="robot without a page"),
        pytest.param(replace(OURS, writable=()), Maker.OURS_ELSEWHERE, Shape.PLAIN, Way.BY_HAND, id="may not write"),
        pytest.param(replace(OURS, copies=[]), Maker.OURS_ELSEWHERE, Shape.UNINVITED, Way.BY_HAND, id="no copy left"),
    ],
)
def test_the_way_of_an_event(case: Case, whose: Maker, what: Shape, way: Way) -> None:
    assert (maker(case), shape(case), booking(case).way) == (whose, what, way)


def test_a_new_event_lies_in_a_calendar_that_may_be_written() -> None:
    found = booking(replace(OURS, copies=[BENS, FOREIGN]))
    assert found.place == FOREIGN.ref


def test_what_was_cancelled_is_not_moved() -> None:
    gone = replace(COPY, status=EntryStatus.CANCELLED)
    assert booking(replace(OURS, copies=[gone])).way is Way.BY_HAND
