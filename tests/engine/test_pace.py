"""When a calendar is listed again, and what an account may ask in a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from noshowd.domain.spans import Span
from noshowd.engine.calendars.pace import Stakes, next_look, stretch_for
from noshowd.engine.parts import Pace
from noshowd.store import allowances, figures
from noshowd.store.allowances import Wish
from noshowd.store.database import Database

PACE = Pace()
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAY = Span(start=NINE, end=NINE + 8 * HOUR)
NAMES = [f"calendar-{n}" for n in range(200)]


def waits(stakes: Stakes, now: datetime, stretch: float = 1.0) -> list[float]:
    """Minutes until the next look, in order, of many calendars."""
    return sorted((next_look(PACE, name, stakes, now, stretch=stretch) - now) / MINUTE for name in NAMES)


@pytest.mark.parametrize(
    ("stakes", "at", "usual"),
    [
        (Stakes(working=[DAY]), NINE + HOUR, PACE.sync_day),
        (Stakes(working=[DAY], starts=[NINE + HOUR]), NINE + HOUR, PACE.sync_near),
        (Stakes(working=[DAY], starts=[NINE + HOUR]), NINE + 2 * HOUR, PACE.sync_day),
        (Stakes(working=[DAY], changed=True), NINE + HOUR, PACE.sync_near),
        (Stakes(starts=[NINE - 3 * HOUR]), NINE - 3 * HOUR, PACE.sync_near),
        (Stakes(), NINE - 6 * HOUR, PACE.sync_night),
    ],
    ids=["at work", "a meeting begins", "it began long ago", "something is new", "a meeting at night", "at rest"],
)
def test_looks_come_as_often_as_what_is_at_stake_asks_for(stakes: Stakes, at: datetime, usual: timedelta):
    found = waits(stakes, at)
    assert found[0] >= usual / MINUTE * 0.87
    assert found[-1] <= usual / MINUTE * 1.13
    assert len(set(found)) > len(NAMES) // 2  # not all at once


def test_a_look_at_night_does_not_reach_into_the_working_day():
    found = waits(Stakes(working=[DAY]), NINE - 10 * MINUTE)
    assert found[0] >= 10
    assert found[-1] <= 14
    assert found[100] > 11  # spread over the first interval


def test_a_meeting_that_comes_near_shortens_a_long_wait():
    assert waits(Stakes(starts=[NINE]), NINE - 20 * MINUTE)[-1] <= 12


def test_the_same_calendar_is_planned_alike_by_every_worker():
    stakes = Stakes(working=[DAY])
    assert next_look(PACE, "a", stakes, NINE) == next_look(PACE, "a", stakes, NINE)


def test_more_calendars_than_calls_slow_down_all_but_what_is_near():
    stretch = stretch_for(10_000, PACE.calls_a_day)
    assert stretch == 3.0
    assert waits(Stakes(working=[DAY]), NINE + HOUR, stretch)[0] >= 10
    assert waits(Stakes(starts=[NINE]), NINE, stretch)[-1] <= 2.3
    assert stretch_for(500, PACE.calls_a_day) == 1.0


def take(database: Database, wishes: list[Wish], now: datetime = NINE) -> list[bool]:
    return database.run_sync(lambda conn: allowances.take(conn, wishes, now=now))


def work(calls: int, user: str | None = None) -> Wish:
    users = () if user is None else ((f"work#{user}", 2),)
    return Wish(calls=calls, of=(("work", 5), *users))


def test_an_account_asks_no_more_in_a_minute_than_it_may(database: Database):
    assert take(database, [work(3), work(1), work(1), work(1)]) == [True, True, True, False]
    assert take(database, [work(1)], NINE + timedelta(seconds=59)) == [False]
    assert take(database, [Wish(calls=1, of=(("other", 5),))]) == [True]
    assert take(database, [work(9), work(1)], NINE + MINUTE) == [True, False]


def test_what_is_cheap_does_not_pass_what_is_urgent(database: Database):
    assert take(database, [work(4), work(3), work(1)]) == [True, False, False]


def test_one_user_does_not_eat_the_allowance_of_the_others(database: Database):
    wishes = [work(1, "anna"), work(1, "anna"), work(1, "anna"), work(1, "ben")]
    assert take(database, wishes) == [True, True, False, True]
    assert take(database, [work(1, "anna"), work(1, "ben")]) == [False, True]
    assert take(database, [work(1, "anna")], NINE + MINUTE) == [True]


def test_no_user_stands_in_what_is_counted_for_an_account(database: Database):
    take(database, [work(2, "anna")])
    assert database.run_sync(lambda conn: figures.calls_in_minute(conn, NINE)) == {"work": 2}
    database.run_sync(lambda conn: allowances.clear(conn, now=NINE + 2 * HOUR))
    assert take(database, []) == []
