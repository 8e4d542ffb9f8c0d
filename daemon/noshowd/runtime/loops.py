"""The loops of a worker: each verb runs when something is due, and sleeps until then or until it is woken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from noshowd.engine.alerts import tell
from noshowd.engine.parts import Parts
from noshowd.engine.turn import VERBS, next_due
from noshowd.ports.answers import AnswerBox, AnswerSource
from noshowd.ports.errors import VendorError
from noshowd.store import health
from noshowd.store.errors import StoreError

log = structlog.get_logger()

#: No loop sleeps longer than this without a look, so that a missed wake-up costs seconds at most.
_LONGEST_SLEEP = 15.0
#: After an error of the database or of our own.
_PAUSE = 2.0
_HOUSEKEEPING = timedelta(seconds=30)


class Worker:
    """Runs the engine until cancelled. `alive` is called by every loop in every round (watchdog)."""

    def __init__(
        self,
        parts: Parts,
        *,
        owners: tuple[str, ...] = (),
        box: AnswerBox,
        sources: Sequence[AnswerSource] = (),
        version: str = "",
        alive: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._parts = parts
        self._owners = owners
        self._box = box
        self._sources = sources
        self._version = version
        self._alive = alive

    async def run(self) -> None:
        """All loops side by side; ends only by being cancelled."""
        async with asyncio.TaskGroup() as group:
            for verb in VERBS:
                group.create_task(self._loop(verb), name=verb)
            group.create_task(self._keep_house(), name="housekeeping")
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
            except StoreError as error:
                log.error("store_unavailable", action=verb, error=str(error))
                await self._parts.clock.sleep(_PAUSE)
                continue
            except Exception:
                log.exception("loop_failed", action=verb)
                await self._parts.clock.sleep(_PAUSE)
                continue
            now = self._parts.clock.now()
            wait = _LONGEST_SLEEP if due is None else min(_LONGEST_SLEEP, (due - now).total_seconds())
            if wait > 0:
                await bell.wait(self._parts.clock, wait)

    async def _keep_house(self) -> None:
        """Heartbeat, and a word to our side about whatever has gone blind or come back."""
        parts = self._parts
        started = parts.clock.now()
        while True:
            self._alive("housekeeping")
            now = parts.clock.now()
            try:
                await parts.database.run(
                    lambda conn, now=now: health.beat(
                        conn, parts.worker, version=self._version, started_at=started, now=now
                    )
                )
                told = await parts.database.run(lambda conn, now=now: tell(conn, self._owners, now=now))
                if told:
                    parts.database.wake()
            except StoreError as error:
                log.error("store_unavailable", action="housekeeping", error=str(error))
            await parts.clock.sleep(_HOUSEKEEPING.total_seconds())

    async def _listen(self, source: AnswerSource) -> None:
        """A source of answers reconnects by itself; one that gives up is tried again and told of."""
        while True:
            try:
                await source.run(self._box)
            except VendorError as error:
                log.error("answers_stopped", action="answer", source=source.name, error=error.reason)
            except Exception:
                log.exception("answers_failed", action="answer", source=source.name)
            await self._parts.clock.sleep(60)
