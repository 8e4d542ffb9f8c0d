"""The loops of a worker: each verb runs when something is due, and sleeps until then or until it is woken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.engine import digest, enrolment
from noshowd.engine.alerts import tell
from noshowd.engine.erasure import clear
from noshowd.engine.parts import Parts
from noshowd.engine.turn import VERBS, next_due
from noshowd.ports.answers import AnswerBox, AnswerSource
from noshowd.ports.errors import VendorError
from noshowd.store import health
from noshowd.store.errors import StoreError

log = structlog.get_logger()

#: No loop sleeps longer than this in real time without a look, so that a missed wake-up costs seconds at most.
_LONGEST_SLEEP = 15.0
#: Between two tries for what is due and cannot be had.
_BREATH = 0.05
#: After an error of the database or of our own.
_PAUSE = 2.0
_HOUSEKEEPING = timedelta(seconds=30)
#: What is older than it may be is deleted this often, in portions at each housekeeping until nothing is left.
_CLEARING = timedelta(hours=1)
#: A source of answers or a stream that gave up is tried again after this, seconds.
_TRY_AGAIN = 60.0


class Worker:
    """Runs the engine until cancelled. `alive` is called by every loop in every round (watchdog)."""

    def __init__(
        self,
        parts: Parts,
        *,
        owners: tuple[str, ...] = (),
        box: AnswerBox,
        sources: Sequence[AnswerSource] = (),
        streams: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
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

    def use(self, parts: Parts, owners: tuple[str, ...]) -> None:
        """Work with these from the next round of each loop on."""
        self._parts = parts
        self._owners = owners

    async def run(self) -> None:
        """All loops side by side; ends only by being cancelled."""
        async with asyncio.TaskGroup() as group:
            for verb in VERBS:
                group.create_task(self._loop(verb), name=verb)
            group.create_task(self._keep_house(), name="housekeeping")
            for name, stream in self._streams.items():
                group.create_task(self._keep_up(name, stream), name=name)
            for source in self._sources:
                group.create_task(self._listen(source), name=source.name)

    async def _loop(self, verb: str) -> None:
        bell = self._parts.database.bell()
        while True:
            self._alive(verb)
            try:
                if await VERBS[verb](self._parts):
                    continue
                due = await next_due(self._parts, verb)
            except Exception as error:
                lost = _of_the_store(error)
                if lost is None:
                    log.exception("loop_failed", action=verb)
                else:
                    log.error("store_unavailable", action=verb, error=str(lost))
                await self._parts.clock.sleep(_PAUSE)
                continue
            now = self._parts.clock.now()
            longest = _LONGEST_SLEEP * self._parts.clock.speed
            wait = longest if due is None else min(longest, (due - now).total_seconds())
            # what is due and yet could not be claimed is in another worker's hands
            await bell.wait(self._parts.clock, max(wait, _BREATH))

    async def _keep_house(self) -> None:
        """Heartbeat, and a word to our side about whatever has gone blind or come back."""
        started = self._parts.clock.now()
        clearing = started
        while True:
            self._alive("housekeeping")
            try:
                if self._parts.clock.now() >= clearing and not await clear(self._parts):
                    clearing = self._parts.clock.now() + _CLEARING
                if await self._parts.database.run(lambda conn: self._tidy(conn, started)):
                    self._parts.database.wake()
            except StoreError as error:
                log.error("store_unavailable", action="housekeeping", error=str(error))
            await self._parts.clock.sleep(_HOUSEKEEPING.total_seconds())

    def _tidy(self, conn: sa.Connection, started: datetime) -> int:
        now = self._parts.clock.now()
        health.beat(conn, self._parts.worker, version=self._version, started_at=started, now=now)
        told = tell(conn, self._owners, now=now)
        if self._parts.observes:
            told += enrolment.welcome(conn, self._parts, now=now)
        return told + digest.queue(conn, self._parts, self._evening, self._owners, now=now)

    async def _listen(self, source: AnswerSource) -> None:
        """A source of answers reconnects by itself; one that gives up is told of and tried again."""
        while True:
            try:
                await source.run(self._box)
            except VendorError as error:
                log.error("answers_stopped", action="answer", source=source.name, error=error.reason)
                await self._box.heard(source.name, error)
            except Exception:
                log.exception("answers_failed", action="answer", source=source.name)
            await self._parts.clock.sleep(_TRY_AGAIN)

    async def _keep_up(self, name: str, stream: Callable[[], Awaitable[None]]) -> None:
        """A stream reconnects by itself; should it end all the same, it is begun again."""
        while True:
            try:
                await stream()
            except Exception:
                log.exception("stream_failed", action="observe", source=name)
            await self._parts.clock.sleep(_TRY_AGAIN)


def _of_the_store(error: Exception) -> StoreError | None:
    """The database's own error, also where several rows that were worked on side by side met it; else None."""
    while isinstance(error, ExceptionGroup) and error.split(StoreError)[1] is None:
        error = error.exceptions[0]
    return error if isinstance(error, StoreError) else None
