"""What a listener heard completely: the stretches of its connection, less what it may have missed at both ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from noshowd.domain.spans import Span
from noshowd.domain.uptime import Uptime

NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LAG = timedelta(seconds=30)


def heard(uptime: Uptime, now: datetime, *, since: datetime = NINE, deaf: timedelta = timedelta(0)) -> list[Span]:
    return list(uptime.complete(since, now, deaf=deaf))


def test_before_it_came_up_nothing_was_heard():
    assert heard(Uptime(lag=LAG), NINE + 60 * MINUTE) == []


def test_a_running_connection_is_believed_up_to_its_lag():
    up = Uptime(lag=LAG).begun(NINE)
    assert heard(up, NINE + 5 * MINUTE) == [Span(start=NINE, end=NINE + 5 * MINUTE - LAG)]
    assert heard(up, NINE + LAG) == []


def test_its_last_silence_may_have_been_that_of_a_dead_connection():
    up = Uptime(lag=LAG).begun(NINE).ended(NINE + 5 * MINUTE).begun(NINE + 7 * MINUTE)
    assert heard(up, NINE + 9 * MINUTE) == [
        Span(start=NINE, end=NINE + 5 * MINUTE - LAG),
        Span(start=NINE + 7 * MINUTE, end=NINE + 9 * MINUTE - LAG),
    ]


def test_calls_that_ran_when_it_came_up_are_not_heard_of():
    up = Uptime(lag=LAG).begun(NINE)
    assert heard(up, NINE + 5 * MINUTE, deaf=2 * MINUTE) == [Span(start=NINE + 2 * MINUTE, end=NINE + 5 * MINUTE - LAG)]
    assert heard(up, NINE + 2 * MINUTE, deaf=2 * MINUTE) == []


def test_what_ends_without_having_begun_changes_nothing_and_old_stretches_are_forgotten():
    up = Uptime(lag=LAG).begun(NINE).ended(NINE + 5 * MINUTE)
    assert up.ended(NINE + 6 * MINUTE) == up
    assert up.ended(NINE + timedelta(hours=25)).before == ()
