"""Three times for a team.

    python tests/bench/slots.py [--people 10] [--days 90] [--rounds 50]

Everybody has eight appointments on each day, seven of them among the ten that the team holds together; hours are those
of an office, in two zones. What is measured is everything between free/busy as it was read and the three times.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from datetime import UTC, datetime, timedelta

from noshowd.domain.slots import Wish, free_starts, open_for_all, spread
from noshowd.domain.spans import Span

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def hours(days: int, begin: int) -> list[Span]:
    """An office that opens at that hour (UTC) and closes nine hours later, every day."""
    opens = [FIRST + timedelta(days=n, hours=begin) for n in range(days)]
    return [Span(start=at, end=at + timedelta(hours=9)) for at in opens]


def appointments(days: int, each_day: int, chance: random.Random) -> list[list[Span]]:
    """So many appointments on each day, of a quarter of an hour to an hour."""
    made: list[list[Span]] = []
    for day in range(days):
        starts = [FIRST + timedelta(days=day, minutes=chance.randrange(7 * 60, 18 * 60, 15)) for _ in range(each_day)]
        made.append([Span(start=at, end=at + chance.choice((15, 30, 30, 60)) * MINUTE) for at in starts])
    return made


def calendars(people: int, days: int, chance: random.Random) -> list[Span]:
    """The busy time of everybody, one after the other."""
    shared = appointments(days, 10, chance)
    found: list[Span] = []
    for _ in range(people):
        own = appointments(days, 1, chance)
        found += [span for day in range(days) for span in (*chance.sample(shared[day], 7), *own[day])]
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=10)
    asked.add_argument("--days", type=int, default=90)
    asked.add_argument("--rounds", type=int, default=50)
    given = asked.parse_args()
    chance = random.Random(7)
    busy = calendars(given.people, given.days, chance)
    team = [hours(given.days, 7) for _ in range(given.people)]
    guest = hours(given.days, 8)
    wish = Wish(length=30 * MINUTE, not_before=FIRST, zone="Europe/Berlin", buffer=5 * MINUTE)
    wall, cpu = [], []
    for _ in range(given.rounds):
        began, used = time.perf_counter(), time.process_time()
        starts = free_starts(open_for_all([*team, guest]), busy, wish)
        times = spread(starts, wish)
        cpu.append((time.process_time() - used) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    print(f"{given.people} people, {given.days} days, {len(busy)} busy intervals, {len(starts)} free starts")
    print(f"CPU ms: median {statistics.median(cpu):.1f}, worst {max(cpu):.1f}")
    print(f"wall ms: median {statistics.median(wall):.1f}, worst {max(wall):.1f}")
    print("times:", ", ".join(at.isoformat() for at in times))


if __name__ == "__main__":
    main()
