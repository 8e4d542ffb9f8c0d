"""A running call seen through a connection that loses, doubles, forges and breaks: no guest is told anything wrong."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from adapters.microsoft.bad_hour import Hour
from adapters.microsoft.live_world import Doorstep, LiveWorld
from adapters.microsoft.tenant import Socket, Tenant, make_tenant
from contract.presence_suite import MINUTE, START
from noshowd.domain.followup import FollowUpKind
from noshowd.domain.verdict import Outcome


async def one_hour(tenant: Tenant, door: Doorstep, folder: Path, seed: int) -> Hour:
    hour = Hour(LiveWorld(tenant, door, folder), random.Random(seed))
    await hour.live()
    return hour


@pytest.mark.parametrize("seed", range(3))
async def test_in_a_bad_hour_no_guest_is_told_anything_wrong(
    tenant: Tenant, door: Doorstep, tmp_path: Path, seals: Path, seed: int
) -> None:
    shutil.copy(seals, tmp_path)
    await one_hour(tenant, door, tmp_path, seed)


async def test_the_coming_that_was_lost_is_doubted_and_put_right_by_the_report(
    tenant: Tenant, door: Doorstep, tmp_path: Path, seals: Path
) -> None:
    shutil.copy(seals, tmp_path)
    hour = Hour(LiveWorld(tenant, door, tmp_path), random.Random(0))
    for minute in range(-10, 32):
        await hour.world.pass_to(START + minute * MINUTE)
        if minute == 0:
            await hour.come("host")
        if minute == 1:
            hour.world.told.way.lost = 1
            await hour.come("guest")
        await hour.see(hour.world.source)
    assert hour.lost
    assert hour.told[-1] is Outcome.THEY_ARE_MISSING
    await hour.end()
    assert hour.told[-1] is Outcome.HELD
    assert not hour.written


async def test_whom_the_report_misses_too_is_written_to(
    tenant: Tenant, door: Doorstep, tmp_path: Path, seals: Path
) -> None:
    shutil.copy(seals, tmp_path)
    hour = Hour(LiveWorld(tenant, door, tmp_path), random.Random(0))
    for minute in range(-10, 32):
        await hour.world.pass_to(START + minute * MINUTE)
        if minute == 0:
            await hour.come("host")
        await hour.see(hour.world.source)
    assert not hour.written
    await hour.end()
    assert [one.kind for one in hour.written] == [FollowUpKind.RESCHEDULE_OFFER]


#: Nothing is called unknown here: until the report is read the outcome waits for it.
_EACH = {Outcome.THEY_ARE_MISSING, Outcome.HELD}
_MOST_HOURS = 600


@pytest.mark.soak
async def test_in_many_bad_hours_no_guest_is_told_anything_wrong_and_some_absences_are_proved(
    microsoft_socket: Socket, door: Doorstep, tmp_path: Path, seals: Path, soak_rounds: int, soak_seed: int
) -> None:
    shutil.copy(seals, tmp_path)
    outcomes: set[Outcome] = set()
    number = 0
    # few bad hours end with a proved absence: hours are added until each outcome was there, or silence would pass
    while number < soak_rounds or (number < _MOST_HOURS and not outcomes >= _EACH):
        tenant = make_tenant(microsoft_socket)
        outcomes |= set((await one_hour(tenant, door, tmp_path, soak_seed * 1_000_003 + number)).told)
        await tenant.close()
        number += 1
    assert outcomes >= _EACH
