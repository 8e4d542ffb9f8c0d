"""Working hours over clock changes and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noshowd.config.hours import Hours, WeeklyHours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours(weekly=WeeklyHours.parse("Mon-Fri 09:00-17:30"), zone="Europe/Berlin", regions=("DE-BY",))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mon-Fri 09:00-17:30", "Mon-Fri 09:00-17:30"),
        ("mo-do 9:00-12:00 13:00-17:30, fr 09:00-13:00", "Mon-Thu 09:00-12:00 13:00-17:30, Fri 09:00-13:00"),
        ("Sat-Mon 00:00-24:00", "Mon 00:00-24:00, Sat-Sun 00:00-24:00"),
    ],
)
def test_hours_are_read_and_written(text, shown):
    assert str(WeeklyHours.parse(text)) == shown
    assert WeeklyHours.parse(shown) == WeeklyHours.parse(text)


@pytest.mark.parametrize("text", ["", "Mon", "Mon 17:00-09:00", "Mon 09:00-25:00", "Mo-Fr 9-17", "Xyz 09:00-12:00"])
def test_what_are_no_hours(text):
    with pytest.raises(ValueError, match=r"cannot read|must end|is not known|24 hours|with minutes"):
        WeeklyHours.parse(text)


def test_overlapping_stretches_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        WeeklyHours.parse("Mon 09:00-12:00 11:00-13:00")


@pytest.mark.parametrize(
    ("local", "opens"),
    [
        (datetime(2026, 11, 23, 10, tzinfo=BERLIN), datetime(2026, 11, 23, 10, tzinfo=BERLIN)),
        (datetime(2026, 11, 23, 17, 30, tzinfo=BERLIN), datetime(2026, 11, 24, 9, tzinfo=BERLIN)),
        # Friday evening before the clocks change on Sunday
        (datetime(2026, 10, 23, 20, tzinfo=BERLIN), datetime(2026, 10, 26, 9, tzinfo=BERLIN)),
        # Epiphany is a holiday in Bavaria
        (datetime(2026, 1, 6, 10, tzinfo=BERLIN), datetime(2026, 1, 7, 9, tzinfo=BERLIN)),
    ],
)
def test_when_it_opens_next(local, opens):
    assert OFFICE.next_open(local) == opens
    assert OFFICE.is_open(local) is (local == opens)


def test_hours_in_the_skipped_hour_shrink_and_in_the_doubled_hour_grow():
    night = Hours(weekly=WeeklyHours.parse("Sun 01:00-04:00"), zone="Europe/Berlin")

    [spring] = night.open_spans(date(2026, 3, 29))
    [autumn] = night.open_spans(date(2026, 10, 25))

    assert spring.length.total_seconds() == 2 * 3600
    assert autumn.length.total_seconds() == 4 * 3600


def test_never_open():
    closed = Hours(weekly=WeeklyHours(days=((),) * 7), zone="UTC")

    assert closed.next_open(datetime(2026, 1, 1, tzinfo=UTC)) is None


@given(st.integers(min_value=0, max_value=700 * 24 * 60))
def test_the_next_opening_is_open_and_not_before(minutes):
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    opening = OFFICE.next_open(instant)

    assert opening is not None
    assert opening >= instant
    assert OFFICE.is_open(opening)
    assert opening == instant or not OFFICE.is_open(instant)
