"""Calendars that change while Graph fails: in the end the mirror is the truth."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta

import pytest

from adapters.microsoft.tenant import ANNA, BEN, Socket, Tenant, make_tenant
from adapters.microsoft.test_calendar_contract import GraphWorld
from contract.calendar_suite import WINDOW, Mirror, at
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.adapters.microsoft.graph import Graph
from noshowd.demo.vendors.microsoft.appointments import Appointment, Invited, entry_id
from noshowd.demo.vendors.microsoft.faults import Fault, cut_off, proxy_page, throttled
from noshowd.ports.errors import CursorExpired, Temporary

_STEPS = 30
Picture = set[tuple[str, datetime]]
PEOPLE = (ANNA, BEN, *(f"person{number}@firm.example" for number in range(4)))


def faults(whose: str) -> tuple[tuple[Fault, ...], ...]:
    """Each more than a client mends by itself, or less."""
    view = f"/users/{whose}/calendarView"
    return (
        (throttled(view, retry_after=60),),
        (throttled(view, retry_after=None),),
        (Fault(path=view, status=503),) * 3,
        (Fault(path=view, status=504),),
        (Fault(path=view, status=500),) * 2,
        (cut_off(view),) * 3,
        (proxy_page(view),) * 3,
        (Fault(path=view, status=410, code="SyncStateNotFound"),),
        (throttled("$batch", retry_after=30),),
        (Fault(path="$batch", status=503),) * 2,
        (cut_off("$batch"),),
    )


class Week:
    """Random changes to everybody's week, and the truth about it."""

    def __init__(self, tenant: Tenant, chance: random.Random) -> None:
        self.calendars = tenant.sim.calendars
        self._tenant = tenant
        self._chance = chance

    def change(self) -> None:
        self._chance.choice((self._add, self._add_series, self._move, self._cancel, self._delete))()

    def truth(self, mailbox: str) -> Picture:
        inside = self.calendars.inside(mailbox, WINDOW.start, WINDOW.end)
        return {(one.uid, one.start) for one in inside}

    def _add(self, days: int = 1) -> None:
        start = at(self._chance.randint(23, 27), self._chance.randint(8, 17))
        mine, yours = self._chance.sample(PEOPLE, 2)
        people = {"organizer": Invited(mine), "attendees": [Invited(yours)]}
        self._tenant.book(start=start, end=start + timedelta(minutes=30), days=days, **people)

    def _add_series(self) -> None:
        self._add(days=3)

    def _one(self) -> Appointment | None:
        standing = [one for one in self.calendars.appointments.values() if one.kind != "seriesMaster"]
        return self._chance.choice(standing) if standing else None

    def _move(self) -> None:
        one = self._one()
        if one is not None:
            self.calendars.move(one, at(self._chance.randint(21, 31), self._chance.randint(8, 17)))

    def _cancel(self) -> None:
        one = self._one()
        if one is not None:
            self.calendars.cancel(one)

    def _delete(self) -> None:
        one = self._one()
        if one is not None:
            self.calendars.remove(one, self._chance.choice(PEOPLE))


class Follower:
    """One mailbox, followed as the engine does: an expired cursor by one full listing, no more."""

    def __init__(self, tenant: Tenant, source: GraphCalendar, mailbox: str) -> None:
        self.world = GraphWorld.__new__(GraphWorld)
        self.world.source, self.world.calendar = source, mailbox
        self.tenant = tenant
        self.mailbox = mailbox
        self.mirror = Mirror()

    async def follow(self) -> bool:
        try:
            try:
                await self.mirror.follow(self.world)
            except CursorExpired:
                self.mirror.cursor = None
                await self.mirror.follow(self.world)
        except (Temporary, CursorExpired):
            return False
        return True

    def shown(self) -> Picture:
        ids = self.tenant.sim.calendars.appointments
        uids = {entry_id(uid, self.mailbox, immutable=True): uid for uid in ids}
        return {(uids[one.ref.entry_id], one.start) for one in self.mirror.entries.values()}


async def live_through(tenant: Tenant, graph: Graph, chance: random.Random, *, delta: bool) -> None:
    source, week = GraphCalendar(graph, delta=delta), Week(tenant, chance)
    tenant.sim.calendars.longest_page = 3
    for name in PEOPLE[2:]:
        tenant.sim.people.add(name, name)
    everybody = [Follower(tenant, source, mailbox) for mailbox in PEOPLE]
    for _ in range(_STEPS):
        week.change()
        before = [one.shown() for one in everybody]
        if chance.random() < 0.5:
            tenant.sim.faults.order(*chance.choice(faults(chance.choice(PEOPLE))))
        if chance.random() < 0.1:
            tenant.sim.forgets_parts = 2
        if chance.random() < 0.1:
            tenant.sim.delta.forget()
        done = await asyncio.gather(*(one.follow() for one in everybody))
        for good, one, was in zip(done, everybody, before, strict=True):
            assert one.shown() == (week.truth(one.mailbox) if good else was)
        tenant.clock.instant += timedelta(minutes=2)
    tenant.sim.faults.waiting.clear()
    tenant.clock.instant += timedelta(minutes=2)
    assert all(await asyncio.gather(*(one.follow() for one in everybody)))
    assert [one.shown() for one in everybody] == [week.truth(one.mailbox) for one in everybody]


@pytest.mark.parametrize(("seed", "delta"), [(1, False), (3, True)])
async def test_after_a_bad_week_every_mirror_is_the_truth(tenant: Tenant, seed: int, delta: bool) -> None:
    await live_through(tenant, tenant.graph(), random.Random(seed), delta=delta)


@pytest.mark.soak
async def test_after_many_bad_weeks_every_mirror_is_the_truth(
    microsoft_socket: Socket, soak_rounds: int, soak_seed: int
) -> None:
    for number in range(soak_rounds):
        tenant = make_tenant(microsoft_socket)
        chance = random.Random(soak_seed * 1_000_003 + number)
        await live_through(tenant, tenant.graph(), chance, delta=bool(number % 2))
        await tenant.close()
