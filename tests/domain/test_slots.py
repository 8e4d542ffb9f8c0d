"""Three times: never busy, never outside anybody's hours, never twice the same gap, in whatever week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from noshowd.config.hours import Hours, WeeklyHours
from noshowd.domain.slots import Wish, free_starts, is_free, open_for_all, spread
from noshowd.domain.spans import Span

MINUTE = timedelta(minutes=1)
#: A usual week, those in which clocks change in Europe and in America, and one around the turn of the year.
WEEKS = [
    date(2026, 3, 2),
    date(2026, 3, 6),
    date(2026, 3, 27),
    date(2026, 10, 23),
    date(2026, 10, 30),
    date(2026, 12, 28),
]
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]
OFFICE = WeeklyHours.parse("Mon-Fri 09:00-17:30")
#: Open through the night, too: whoever works while the clocks change.
NIGHT = WeeklyHours.parse("Mon-Sun 00:00-24:00")
BY_HALVES = WeeklyHours.parse("Mon-Thu 08:00-12:00 13:00-16:00, Sat 10:00-12:00")


def spans(weekly: WeeklyHours, zone: str, first: date) -> list[Span]:
    hours = Hours(weekly=weekly, zone=zone)
    return [span for n in range(10) for span in hours.open_spans(first + timedelta(days=n))]


@st.composite
def busy_spans(draw: st.DrawFn, first: date) -> list[Span]:
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    found = []
    for _ in range(draw(st.integers(0, 30))):
        start = begins + draw(st.integers(0, 10 * 24 * 12)) * 5 * MINUTE
        found.append(Span(start=start, end=start + draw(st.integers(1, 60)) * 5 * MINUTE))
    return found


@st.composite
def searches(draw: st.DrawFn) -> tuple[list[list[Span]], list[Span], Wish]:
    first = draw(st.sampled_from(WEEKS))
    people = draw(
        st.lists(st.tuples(st.sampled_from([OFFICE, NIGHT, BY_HALVES]), st.sampled_from(ZONES)), min_size=1, max_size=4)
    )
    wish = Wish(
        length=draw(st.sampled_from([15, 25, 30, 45, 60, 90])) * MINUTE,
        not_before=datetime(first.year, first.month, first.day, tzinfo=UTC) + draw(st.integers(0, 3000)) * MINUTE,
        zone=draw(st.sampled_from(ZONES)),
        buffer=draw(st.sampled_from([0, 5, 15])) * MINUTE,
    )
    return [spans(weekly, zone, first) for weekly, zone in people], draw(busy_spans(first)), wish


@given(searches())
def test_a_time_is_free_for_everybody_and_inside_the_hours_of_everybody(
    search: tuple[list[list[Span]], list[Span], Wish],
) -> None:
    each, busy, wish = search
    starts = free_starts(open_for_all(each), busy, wish)
    assert starts == sorted(set(starts))
    for start in starts:
        wanted = Span(start=start - wish.buffer, end=start + wish.length + wish.buffer)
        assert all(wanted.overlap(other) is None for other in busy)
        assert start >= wish.not_before
        assert start.astimezone(ZoneInfo(wish.zone)).minute % 30 == 0
        for hours in each:
            minutes = [start + n * 5 * MINUTE for n in range(int(wish.length / (5 * MINUTE)))]
            assert all(any(span.start <= at < span.end for span in hours) for at in minutes)
            assert is_free(start, hours, busy, wish.length)


@given(searches())
def test_no_time_that_would_do_is_missed(search: tuple[list[list[Span]], list[Span], Wish]) -> None:
    each, busy, wish = search
    opened = open_for_all(each)
    starts = set(free_starts(opened, busy, wish))
    for span in opened:
        at = max(span.start, wish.not_before).replace(second=0, microsecond=0)
        while at + wish.length <= span.end:
            wanted = Span(start=at - wish.buffer, end=at + wish.length + wish.buffer)
            grid = at.astimezone(ZoneInfo(wish.zone)).minute % 30 == 0
            if grid and at >= wish.not_before and all(wanted.overlap(other) is None for other in busy):
                assert at in starts
            at += 5 * MINUTE


@given(searches(), st.integers(0, 3))
def test_no_gap_is_offered_twice(search: tuple[list[list[Span]], list[Span], Wish], skip: int) -> None:
    each, busy, wish = search
    starts = free_starts(open_for_all(each), busy, wish)
    avoid = starts[:skip]
    chosen = spread(starts, wish, avoid=avoid)
    assert set(chosen) <= set(starts)
    assert len(chosen) <= wish.count
    assert all(later - earlier >= wish.length for earlier, later in pairwise(chosen))
    assert all(abs(at - other) >= wish.length for at in chosen for other in avoid)
    if len(chosen) < wish.count:
        left = [at for at in starts if all(abs(at - other) >= wish.length for other in (*chosen, *avoid))]
        assert not left


def test_three_days_and_both_halves_of_a_day_where_there_is_a_choice() -> None:
    wish = Wish(length=30 * MINUTE, not_before=datetime(2026, 3, 2, tzinfo=UTC), zone="Europe/Berlin")
    times = spread(free_starts(spans(OFFICE, "Europe/Berlin", date(2026, 3, 2)), [], wish), wish)
    local = [at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%a %H:%M") for at in times]
    assert local == ["Mon 09:00", "Tue 13:00", "Wed 09:00"]


def test_lunch_only_where_nothing_else_is_left() -> None:
    noon = [Span(start=datetime(2026, 3, 2, 11, tzinfo=UTC), end=datetime(2026, 3, 2, 12, tzinfo=UTC))]
    late = Span(start=datetime(2026, 3, 4, 15, tzinfo=UTC), end=datetime(2026, 3, 4, 15, 30, tzinfo=UTC))
    wish = Wish(length=30 * MINUTE, not_before=noon[0].start, zone="Europe/Berlin", count=1)
    assert spread(free_starts([*noon, late], [], wish), wish) == (late.start,)
    assert spread(free_starts(noon, [], wish), wish) == (noon[0].start,)


def test_nobody_asked_has_no_time() -> None:
    assert open_for_all([]) == []
