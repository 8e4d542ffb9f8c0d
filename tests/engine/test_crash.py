"""A process is killed, or paused beyond its lease, at each step: no nudge is lost, and none is sent twice unasked."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.firm import BATCHED, LEASE, OURS, STEPS, Ending, Orders, lines, work
from engine.house import at
from noshowd.domain.followup import State
from noshowd.ports.channel import Recovery
from noshowd.runtime.clock import ScaledClock, SystemClock
from noshowd.store import outbox, schema, switches
from noshowd.store.database import open_database

#: A process that says nothing for so long is broken, however slow the machine, seconds.
PATIENCE = 60
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["engine.firm"])


@dataclass(slots=True)
class Running:
    """A process at work."""

    pipe: Connection
    pid: int
    url: str

    def hear(self) -> str | Ending:
        """Its next word: the step at which it waits, or how it ended."""
        assert self.pipe.poll(PATIENCE), outbox_of(self.url)
        word: str | Ending = self.pipe.recv()
        return word

    def ending(self) -> Ending:
        word = self.hear()
        assert isinstance(word, Ending)
        return word


def outbox_of(url: str) -> list[tuple[str, State, str | None, datetime | None]]:
    """What stands in the outbox: kind, state, reason, next try."""
    with open_database(url) as database:
        rows = database.run_sync(outbox.in_state)
    return [(row.followup.kind, row.state, row.reason, row.next_try_at) for row in rows]


@contextmanager
def running(orders: Orders) -> Iterator[Running]:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=work, args=(orders, theirs))
    process.start()
    theirs.close()
    assert process.pid is not None
    try:
        yield Running(ours, process.pid, orders.url)
    finally:
        process.kill()
        process.join()


@pytest.fixture
def orders(database_url: str, tmp_path: Path) -> Orders:
    """Everything a process needs; the guests have been waiting for two minutes."""
    with open_database(database_url) as database:
        first: datetime = at(-60)
        # nothing but the nudges is to be sent: the installation is old, and everybody knows that they are watched
        for name in (switches.FIRST_STARTED, *(f"enrolled:{name}@us.example" for name in OURS)):
            database.run_sync(partial(switches.settle, name=name, value=first.isoformat(), by="test", now=first))
    clock = ScaledClock.starting_now(origin=at(2), speed=1)
    return Orders(url=database_url, wire=tmp_path / "wire", clock=str(clock), recovery=Recovery.VERIFY)


def wipe(conn: sa.Connection) -> None:
    """As if nothing had happened yet."""
    for table in schema.metadata.sorted_tables:
        if table is not schema.switch:
            conn.execute(sa.delete(table))


def check(ending: Ending, orders: Orders) -> None:
    """Each intended message ended as sent once, or as a visible question to our side."""
    left = lines(orders.wire)
    assert len(ending.nudges) == len(OURS)
    for key, state in ending.nudges.items():
        if state is State.UNCERTAIN:
            assert key in ending.asked
            assert left.count(key) <= 1
        elif orders.recovery is Recovery.RESEND:
            assert left.count(key) >= 1
        else:
            assert left.count(key) == 1


def killed(orders: Orders, step: str, number: int = 1) -> Ending:
    """How the second process ends after the first was killed at that step, the `number`th time it got there."""
    with running(replace(orders, hold=(step, number))) as first:
        assert first.hear() == step
        os.kill(first.pid, signal.SIGKILL)
    with running(replace(orders, worker="second")) as second:
        return second.ending()


def paused(orders: Orders, step: str, number: int = 1) -> Ending:
    """How the first process ends after being paused beyond its lease; on PostgreSQL another one works meanwhile."""
    with running(replace(orders, hold=(step, number))) as first:
        assert first.hear() == step
        os.kill(first.pid, signal.SIGSTOP)
        if orders.url.startswith("postgresql"):
            with running(replace(orders, worker="second")) as second:
                second.ending()
        else:
            asyncio.run(SystemClock().sleep(LEASE.total_seconds()))
        os.kill(first.pid, signal.SIGCONT)
        first.pipe.send("go on")
        return first.ending()


def test_undisturbed_each_is_nudged_once(orders: Orders):
    with running(orders) as process:
        ending = process.ending()
    check(ending, orders)
    assert set(ending.nudges.values()) == {State.SENT}


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step(orders: Orders, step: str):
    ending = killed(orders, step)
    check(ending, orders)
    if orders.url.startswith("sqlite"):
        # only there is it sure that the one who was sending is dead and does not merely stand still
        assert set(ending.nudges.values()) == {State.SENT}
    # whoever comes back has something to do at once where no other worker can be alive, else when the lease ends
    assert ending.idle <= (0 if orders.url.startswith("sqlite") else LEASE.total_seconds())


@pytest.mark.parametrize("recovery", [Recovery.ASK, Recovery.RESEND])
@pytest.mark.parametrize("step", ["marked", "after the wire"])
def test_killed_where_nobody_can_look_it_up(orders: Orders, recovery: Recovery, step: str):
    orders = replace(orders, recovery=recovery)
    ending = killed(orders, step)
    check(ending, orders)
    assert (State.UNCERTAIN in ending.nudges.values()) is (recovery is Recovery.ASK)


@pytest.mark.parametrize("step", ["judging", "claimed", "marked", "before the wire", "after the wire"])
def test_paused_beyond_its_lease(orders: Orders, step: str):
    check(paused(orders, step), orders)


@pytest.mark.soak
def test_killed_and_paused_at_random(orders: Orders, soak_rounds: int, soak_seed: int, tmp_path: Path):
    chance = random.Random(soak_seed)
    for turn in range(soak_rounds):
        with open_database(orders.url) as database:
            database.run_sync(wipe)
        recovery = chance.choice(list(Recovery))
        clock = ScaledClock.starting_now(origin=at(2), speed=1)
        orders = replace(orders, wire=tmp_path / f"wire-{turn}", recovery=recovery, clock=str(clock))
        disturbed, step = chance.choice([killed, paused]), chance.choice(STEPS)
        number = 1 if step in BATCHED else chance.randint(1, len(OURS))
        check(disturbed(orders, step, number), orders)
