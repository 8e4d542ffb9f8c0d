"""What a part says of itself, kept where `status`, metrics and the alerts find it. Nobody may end without a word."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from noshowd.engine.failure import report_bad, report_good
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent, Temporary, VendorError
from noshowd.ports.heard import Heard
from noshowd.runtime.listening import NotListening
from noshowd.store.database import Database
from noshowd.store.errors import StoreError

log = structlog.get_logger()

#: What works is written down again this often, so that its last success is no older.
_STILL = timedelta(minutes=5)
#: What gave up is begun again after this, seconds; what runs so long after a failure works again.
_TRY_AGAIN = 60.0


class Conditions:
    """Writes down what changes, and now and then that nothing did."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        #: By part: what was last written, and when.
        self._written: dict[str, tuple[str | None, datetime]] = {}

    async def note(self, part: str, error: VendorError | None) -> None:
        """Keep how this part is; `error` None: it works. Never fails: the loops tell of the database."""
        now, word = self._clock.now(), error.reason if error is not None else None
        before = self._written.get(part)
        if before is not None and before[0] == word and now - before[1] < _STILL * self._clock.speed:
            return
        with suppress(StoreError):
            await self._database.run(
                lambda conn: (
                    report_good(conn, part, now=now) if error is None else report_bad(conn, part, error, now=now)
                )
            )
            self._written[part] = word, now

    def of(self, part: str) -> Heard:
        """Note what this part says."""

        async def heard(error: VendorError | None) -> None:
            await self.note(part, error)

        return heard

    async def keep_up(self, part: str, run: Callable[[], Awaitable[object]]) -> None:
        """Run what is to run as long as the worker, until cancelled. Should it end all the same, that is noted and it
        is begun again. Raises `NotListening`.
        """
        ended = False
        while True:
            recovery = asyncio.create_task(self._recovered(part)) if ended else None
            try:
                await run()
                error: VendorError = Permanent("it ended by itself")
            except NotListening:
                raise
            except VendorError as given_up:
                error = given_up
            except StoreError as lost:
                error = Temporary(str(lost))
            except Exception as unforeseen:
                log.exception("part_failed", action="run", source=part)
                error = foreseen_by_nobody(unforeseen)
            finally:
                if recovery is not None:
                    recovery.cancel()
            ended = True
            log.error("part_ended", action="run", source=part, error=error.reason)
            await self.note(part, error)
            await self._clock.sleep(_TRY_AGAIN)

    async def _recovered(self, part: str) -> None:
        await self._clock.sleep(_TRY_AGAIN)
        await self.note(part, None)


def foreseen_by_nobody(error: Exception) -> Temporary:
    """An error of our own, for people: what it is called; the journal has the rest."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return Temporary(f"an error in noshowd itself ({type(error).__name__}, see journalctl -u noshowd)")
