"""The loops of a worker: each verb runs when something is due, and sleeps until then or until it is woken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from noshowd.engine import enrolment
from noshowd.engine.alerts import bury, miss_posts, tell
from noshowd.engine.calendars.watching import tell_of_silence
from noshowd.engine.cards import digest
from noshowd.engine.erasure import clear
from noshowd.engine.parts import Parts
from noshowd.engine.turn import VERBS, next_due
from noshowd.ports.answers import AnswerBox, AnswerSource
from noshowd.runtime.conditions import Conditions, foreseen_by_nobody
from noshowd.runtime.side_by_side import SideBySide
from noshowd.runtime.unwritten import Unwritten
from noshowd.store import health, outages
from noshowd.store.errors import StoreError

log = structlog.get_logger()

#: No loop sleeps longer than this in real time without a look, so that a missed wake-up costs seconds at most.
_LONGEST_SLEEP = 15.0
#: Between two tries for what is due and cannot be had.
_BREATH = 0.05
#: Rounds of a verb that go on at once while vendors do not answer.
_ROUNDS = 32
#: These wait for nobody outside.
_NOBODY_OUTSIDE = frozenset({"judge"})
#: After an error of the database or of our own.
_PAUSE = 2.0
_HOUSEKEEPING = timedelta(seconds=30)
#: What is older than it may be is deleted this often, in portions at each housekeeping until nothing is left.
_CLEARING = timedelta(hours=1)
#: A worker that has not been heard of for this long has ended.
SILENT = timedelta(minutes=3)


class Worker:
    """Runs the engine until cancelled. `alive` is called by every loop in every round (watchdog)."""

    def __init__(
        self,
        parts: Parts,
        *,
        owners: tuple[str, ...] = (),
        box: AnswerBox,
        sources: Sequence[AnswerSource] = (),
        conditions: Conditions | None = None,
        streams: Mapping[str, Callable[[], Awaitable[object]]] | None = None,
        version: str = "",
        alive: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._parts = parts
        self._owners = owners
        self._box = box
        self._sources = sources
        self._streams = streams or {}
        self._version = version
        self._alive = alive
        self._evening = digest.Evening()
        self._unwritten = Unwritten()
        self._conditions = conditions or Conditions(parts.database, parts.clock)

    def use(self, parts: Parts, owners: tuple[str, ...]) -> None:
        """Work with these from the next round of each loop on."""
        self._parts = parts
        self._owners = owners

    @property
    def can_write(self) -> bool:
        """The last housekeeping could write into the database, or there was none yet."""
        return not self._unwritten.lasts

    async def run(self) -> None:
        """All loops side by side; ends only by being cancelled."""
        async with asyncio.TaskGroup() as group:
            for verb in VERBS:
                group.create_task(self._loop(verb), name=verb)
            group.create_task(self._keep_house(), name="housekeeping")
            for part, stream in self._streams.items():
                group.create_task(self._conditions.keep_up(part, stream), name=part)
            for source in self._sources:
                part = f"{health.ANSWERS}{source.name}"
                group.create_task(self._conditions.keep_up(part, partial(source.run, self._box)), name=part)

    async def _loop(self, verb: str) -> None:
        bell, part = self._parts.database.bell(), f"{health.LOOP}{verb}"
        async with asyncio.TaskGroup() as group:
            alone = verb in _NOBODY_OUTSIDE
            rounds = SideBySide(
                group, self._parts.clock, at_most=1 if alone else _ROUNDS, no_later_than=self._parts.lease / 2
            )
            while True:
                self._alive(verb)
                try:
                    if await rounds.another(partial(VERBS[verb], self._parts)):
                        continue
                    due = await next_due(self._parts, verb)
                except Exception as error:
                    lost = _of_the_store(error)
                    if lost is None:
                        log.exception("loop_failed", action=verb)
                        await self._conditions.note(part, foreseen_by_nobody(error))
                    else:
                        log.error("store_unavailable", action=verb, error=str(lost))
                    await self._parts.clock.sleep(_PAUSE)
                    continue
                await self._conditions.note(part, None)
                now = self._parts.clock.now()
                longest = _LONGEST_SLEEP * self._parts.clock.speed
                wait = longest if due is None else min(longest, (due - now).total_seconds())
                # what is due and yet could not be claimed is in another worker's hands
                await bell.wait(self._parts.clock, max(wait, _BREATH))

    async def _keep_house(self) -> None:
        """Heartbeat, and a word to our side about whatever has gone blind or come back."""
        started = self._parts.clock.now()
        clearing, part = started, f"{health.LOOP}housekeeping"
        while True:
            self._alive("housekeeping")
            try:
                # first of all: whatever the rest of it meets, this is told
                told = await self._parts.database.run(lambda conn: self._live(conn, started))
                self._unwritten.settled()
                told += await self._parts.database.run(self._tidy)
                if self._parts.clock.now() >= clearing and not await clear(self._parts):
                    clearing = self._parts.clock.now() + _CLEARING
                if told:
                    self._parts.database.wake()
            except StoreError as error:
                log.error("store_unavailable", action="housekeeping", error=str(error))
                await self._unwritten.failed(self._parts, self._owners, error)
            except Exception as error:
                log.exception("loop_failed", action="housekeeping")
                await self._conditions.note(part, foreseen_by_nobody(error))
            else:
                await self._conditions.note(part, None)
            await self._parts.clock.sleep(_HOUSEKEEPING.total_seconds())

    def _live(self, conn: sa.Connection, started: datetime) -> int:
        """This worker is there; others that are no more, and what does not work, is told."""
        now = self._parts.clock.now()
        self._unwritten.settle(conn, now)
        health.beat(conn, self._parts.worker, version=self._version, started_at=started, now=now)
        miss_posts(conn, self._parts.directory, self._owners, now=now)
        tell_of_silence(conn, self._parts, now=now)
        return self._bury(conn, now) + tell(conn, self._owners, now=now)

    def _bury(self, conn: sa.Connection, now: datetime) -> int:
        """Whoever ends in the ordinary way takes leave; of an SQLite file there is one worker only."""
        alone = not self._parts.database.shared
        others = [one for one in health.workers(conn) if one.name != self._parts.worker]
        gone = [one for one in others if alone or now - one.heartbeat > SILENT]
        if gone and alone:
            outages.note(conn, outages.ITSELF, began=max(one.heartbeat for one in gone), ended=now)
        return bury(conn, self._owners, gone, now=now)

    def _tidy(self, conn: sa.Connection) -> int:
        now = self._parts.clock.now()
        told = enrolment.welcome(conn, self._parts, now=now) if self._parts.observes else 0
        return told + digest.queue(conn, self._parts, self._evening, self._owners, now=now)


def _of_the_store(error: Exception) -> StoreError | None:
    """The database's own error, also where several rows that were worked on side by side met it; else None."""
    while isinstance(error, ExceptionGroup) and error.split(StoreError)[1] is None:
        error = error.exceptions[0]
    return error if isinstance(error, StoreError) else None
