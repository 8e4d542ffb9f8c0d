"""An installation that dies at any step of sending and comes back, in one process and without waiting."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog

from engine.house import ANNA, House
from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, State
from noshowd.engine.parts import Parts
from noshowd.engine.sending.deliver import deliver_due
from noshowd.ports.channel import Carries, Recovery
from noshowd.store import outbox, schema
from noshowd.store.database import Database, open_database
from noshowd.store.judged import NewRow
from noshowd.story.posts import KilledError, Post, ScriptedChannel

T = TypeVar("T")
#: Where it may die: before or after the nth transaction that writes, on either side of the wire, or nowhere.
POINTS = (
    *((side, number) for side in ("before", "after") for number in (1, 2, 3)),
    "before_the_wire",
    "after_the_wire",
)
SECOND = timedelta(seconds=1)


class Mortal:
    """A database whose process dies at the point it is told."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.point: object = None
        self.deaths = 0
        self._written = 0

    def live_until(self, point: object) -> None:
        self.point, self._written = point, 0

    def blow(self, where: object) -> None:
        if self.point == where:
            self.deaths += 1
            raise KilledError

    async def run(self, work: Callable[[sa.Connection], T], *, wake: bool = False) -> T:
        self._written += 1
        self.blow(("before", self._written))
        result = await self._inner.run(work, wake=wake)
        self.blow(("after", self._written))
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class AtOnce(Executor):
    """Works in the thread of whoever asks: changing threads twice costs more than the transaction."""

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - handed on to whoever waits, a death included
            done.set_exception(error)
        return done


class Fate:
    """One installation with one channel, and messages that leave by it."""

    def __init__(self, database: Database, recovery: Recovery) -> None:
        self._house = House(database)
        self.posts: list[Post] = []
        self.recovery = recovery
        self._database = database
        self._mortal = Mortal(database)
        channel = ScriptedChannel(
            "wire",
            carries=frozenset({Carries.TO_OUR_SIDE}),
            recovery=recovery,
            edits=False,
            clock=self._house.clock,
            moods=self._house.stage.moods,
            posts=self.posts,
            blow=self._mortal.blow,
        )
        mortal: Any = self._mortal
        self._parts: Parts = replace(self._house.parts, database=mortal, channels=(channel,))

    async def message(self, number: int, points: list[object]) -> None:
        """Queue one message; the process dies at each of these points in turn, and then lives on."""
        now = self._house.clock.now()
        key = FollowUpKey(meeting="", round=0, person=ANNA, kind=FollowUpKind.NOTICE, step=f"recovered:x:{number}")
        row = FollowUp(key=key, cause=Cause.UNKNOWN, not_before=now, not_after=now + timedelta(hours=1))
        queued = NewRow(followup=row, state=State.QUEUED, next_try_at=now)
        self._database.run_sync(lambda conn: outbox.add(conn, [queued], now=now))
        for point in points:
            self._mortal.live_until(point)
            with suppress(BaseExceptionGroup, KilledError):
                await self._work()
            self._database.take_over(self._house.clock.now())
        self._mortal.live_until(None)
        await self._work()
        self._check(str(key))

    async def _work(self) -> None:
        """Whatever is due, and what follows from it."""
        for _ in range(20):
            if not await deliver_due(self._parts):
                return
            self._house.clock.set(self._house.clock.now() + SECOND)
        raise AssertionError("it never comes to rest")

    def _check(self, key: str) -> None:
        rows = {row.key: row for row in self._house.rows()}
        received = sum(post.parcel.key == key for post in self.posts)
        if rows[key].state is State.UNCERTAIN:
            assert self.recovery is Recovery.ASK
            assert received <= 1
            [question] = [row for row in rows.values() if row.followup.concerns == key]
            assert question.state in (State.SENT, State.UNCERTAIN)
            return
        assert rows[key].state is State.SENT
        assert received == 1 or (self.recovery is Recovery.RESEND and received > 1)

    @property
    def deaths(self) -> int:
        return self._mortal.deaths

    def forget(self) -> None:
        """Begin anew with an empty outbox."""
        self.posts.clear()
        for table in (schema.outbox, schema.happening):
            self._house.run(partial(_empty, table))


def _empty(table: sa.Table, conn: sa.Connection) -> None:
    conn.execute(sa.delete(table))


async def die(recovery: Recovery, rounds: int, seed: int) -> None:
    """So many messages, each with a death or some; the same seed gives the same deaths."""
    chance = random.Random(seed)
    with open_database("sqlite://") as database:
        database._threads.shutdown()
        database._threads = AtOnce()
        fate = Fate(database, recovery)
        for number in range(rounds):
            await fate.message(number, chance.choices(POINTS, k=chance.choice((1, 1, 1, 2, 3))))
            fate.forget()
        assert fate.deaths > rounds // 2


def die_alone(recovery: Recovery, rounds: int, seed: int) -> None:
    """The same as a process of its own would have it."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    asyncio.run(die(recovery, rounds, seed))
