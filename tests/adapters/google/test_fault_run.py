"""A calendar that changes while Google fails: in the end the mirror is the truth, and never was it half a listing."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from adapters.google.conftest import account_of
from adapters.google.test_calendar_contract import GoogleWorld
from contract.calendar_suite import WINDOW, Mirror, at
from noshowd.adapters.google.client import GoogleClient
from noshowd.demo.vendors.google.faults import (
    INTERNAL,
    RATE_LIMIT,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Fault,
    Manner,
)
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.ports.errors import CursorExpired, Temporary

_FAULTS = (
    TOO_MANY_REQUESTS,
    RATE_LIMIT,
    INTERNAL,
    UNAVAILABLE,
    Fault(code=410, reason="fullSyncRequired"),
    Fault(manner=Manner.TRUNCATE),
    Fault(manner=Manner.EMPTY_PAGE),
    Fault(manner=Manner.DROP_AFTER),
)
_STEPS = 40
Picture = set[tuple[str, datetime]]


class Week:
    """Random changes to Anna's week, and the truth about it."""

    def __init__(self, world: GoogleWorld, chance: random.Random) -> None:
        self._world = world
        self._chance = chance
        self._singles: list[str] = []
        self._series: list[tuple[str, datetime]] = []

    def change(self) -> None:
        self._chance.choice((self._add, self._add_series, self._move, self._cancel, self._shift_one, self._drop_one))()

    def truth(self) -> Picture:
        calendar = self._world.google.calendars.get(self._world.calendar)
        assert calendar is not None
        found = [e for e in calendar.events.values() if "recurrence" not in e and "recurringEventId" not in e]
        for master in calendar.masters():
            if master["status"] != "cancelled":
                found += calendar.instances(master, WINDOW.start, WINDOW.end)
        standing = [e for e in found if e["status"] != "cancelled" and calendar.overlaps(e, WINDOW.start, WINDOW.end)]
        return {(e["id"], datetime.fromisoformat(e["start"]["dateTime"])) for e in standing}

    def _when(self) -> datetime:
        return at(self._chance.randint(21, 31), self._chance.randint(8, 17))

    def _add(self) -> None:
        start = self._when()
        self._singles.append(self._world.add("call", start, start + timedelta(hours=1)))

    def _add_series(self) -> None:
        start = self._when()
        self._series.append((self._world.add_daily("daily", start, start + timedelta(hours=1), times=5), start))

    def _move(self) -> None:
        if self._singles:
            start = self._when()
            self._world.move(self._chance.choice(self._singles), start, start + timedelta(hours=1))

    def _cancel(self) -> None:
        pool = self._singles if self._chance.random() < 0.7 else self._series
        if pool:
            gone = pool.pop(self._chance.randrange(len(pool)))
            self._world.cancel(gone if isinstance(gone, str) else gone[0])

    def _shift_one(self) -> None:
        if self._series:
            handle, first = self._chance.choice(self._series)
            planned, start = first + timedelta(days=self._chance.randint(0, 4)), self._when()
            self._world.move_occurrence(handle, planned, start, start + timedelta(hours=1))

    def _drop_one(self) -> None:
        if self._series:
            handle, first = self._chance.choice(self._series)
            self._world.cancel_occurrence(handle, first + timedelta(days=self._chance.randint(0, 4)))


async def follow(mirror: Mirror, world: GoogleWorld) -> bool:
    """One listing as the engine does it: an expired cursor is followed by one full listing, no more."""
    try:
        try:
            await mirror.follow(world)
        except CursorExpired:
            mirror.cursor = None
            await mirror.follow(world)
    except (Temporary, CursorExpired):
        return False
    return True


def shown(mirror: Mirror) -> Picture:
    inside = (e for e in mirror.entries.values() if e.end > WINDOW.start and e.start < WINDOW.end)
    return {(e.ref.entry_id, e.start) for e in inside}


async def live_through(world: GoogleWorld, chance: random.Random) -> None:
    google, week, mirror = world.google, Week(world, chance), Mirror()
    world.short_pages(3)
    for _ in range(_STEPS):
        week.change()
        before = shown(mirror)
        if chance.random() < 0.4:
            fault = chance.choice(_FAULTS)
            google.fail(fault, on="calendar.events.list", after=chance.randint(0, 2))
        if await follow(mirror, world):
            assert shown(mirror) == week.truth()
        else:
            assert shown(mirror) == before
    google.recover()
    assert await follow(mirror, world)
    assert shown(mirror) == week.truth()


@pytest.fixture
def world(google: SimulatedGoogle, client: GoogleClient) -> GoogleWorld:
    return GoogleWorld(google, client)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_after_a_bad_week_the_mirror_is_the_truth(world: GoogleWorld, seed: int):
    await live_through(world, random.Random(seed))


@pytest.mark.soak
async def test_after_many_bad_weeks_the_mirror_is_the_truth(wall, soak_rounds: int, soak_seed: int):
    for number in range(soak_rounds):
        with SimulatedGoogle(wall.now) as google:
            google.add_person(GoogleWorld.calendar, "Anna Muster")
            client = GoogleClient(account_of(google))
            await live_through(GoogleWorld(google, client), random.Random(soak_seed * 1_000_003 + number))
            client.close()
