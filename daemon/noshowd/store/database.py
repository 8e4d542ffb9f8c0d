"""One database, used from a thread of its own, one transaction at a time.

Everything in this package that takes a `Connection` is called inside the `work` handed to `Database.run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

import sqlalchemy as sa

from noshowd.ports.clock import Clock
from noshowd.store import leases, migration
from noshowd.store.backend import Backend, backend_for

T = TypeVar("T")


class Bell:
    """Wakes one waiting loop. A ring while nobody waits is kept for the next wait."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, clock: Clock, seconds: float) -> bool:
        """Return when rung (True) or after `seconds` of that clock (False)."""
        rung = asyncio.ensure_future(self._rung.wait())
        slept = asyncio.ensure_future(clock.sleep(seconds))
        try:
            await asyncio.wait({rung, slept}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (rung, slept):
                task.cancel()
            # not suppress(CancelledError) around each: whoever cancels this wait at that moment means this one
            await asyncio.gather(rung, slept, return_exceptions=True)
        woken = self._rung.is_set()
        self._rung.clear()
        return woken


class Database:
    """An open database of the present schema. Made by `open_database`, closed by `close` or `with`."""

    def __init__(self, backend: Backend, engine: sa.Engine) -> None:
        self._backend = backend
        self._engine = engine
        self._threads: Executor = ThreadPoolExecutor(backend.threads, thread_name_prefix="store")
        self._bells: list[tuple[asyncio.AbstractEventLoop, Bell]] = []

    @property
    def shared(self) -> bool:
        """Whether several workers may use it at once (PostgreSQL)."""
        return self._backend.shared

    async def run(self, work: Callable[[sa.Connection], T], *, wake: bool = False) -> T:
        """Run `work` in one transaction in the store's thread: committed when it returns, else rolled back.

        `wake` rings every worker's bells once committed. Cancelling the wait does not undo the transaction.
        Raises `StoreUnavailable` when the database does not do its part, and whatever `work` raises.
        """
        return await asyncio.wrap_future(self._submit(work, wake=wake))

    def run_sync(self, work: Callable[[sa.Connection], T], *, wake: bool = False) -> T:
        """As `run`, for callers without an event loop. Never called from inside `work`."""
        return self._submit(work, wake=wake).result()

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """As `run`, for work that only reads: it waits for no writer of another process."""
        return await asyncio.wrap_future(self._submit(work, read_only=True))

    def read_sync(self, work: Callable[[sa.Connection], T]) -> T:
        return self._submit(work, read_only=True).result()

    def bell(self) -> Bell:
        """A bell for one loop of the running event loop; a transaction of any worker that wakes rings it."""
        bell = Bell()
        self._bells.append((asyncio.get_running_loop(), bell))
        return bell

    def wake(self) -> None:
        """Ring every bell of this process."""
        self._ring()

    def take_over(self, now: datetime) -> None:
        """For a daemon at its start. On SQLite it is the only one from now on, and every lease is a dead one's and
        ends; on PostgreSQL other workers live, and leases end by themselves.

        Raises `StoreUnavailable` when another daemon runs on the file.
        """
        self._backend.hold_alone()
        if not self.shared:
            self.run_sync(lambda conn: leases.release_all(conn, now=now))

    def close(self) -> None:
        """Wait for running transactions and let the database go."""
        self._backend.close()
        self._threads.submit(self._engine.dispose).result()
        self._threads.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _submit(self, work: Callable[[sa.Connection], T], *, wake: bool = False, read_only: bool = False) -> Future[T]:
        return self._threads.submit(self._transact, work, wake=wake, read_only=read_only)

    def _transact(self, work: Callable[[sa.Connection], T], *, wake: bool, read_only: bool) -> T:
        if self._bells:
            # Before looking at what is due: whatever comes later is heard.
            self._backend.listen(self._bells[0][0], self._ring)
        options = self._backend.reading() if read_only else {}
        with self._backend.errors(), self._engine.connect().execution_options(**options) as conn, conn.begin():
            result = work(conn)
            if wake:
                self._backend.announce(conn)
        if wake:
            self._ring()
        return result

    def _ring(self) -> None:
        for loop, bell in self._bells:
            with suppress(RuntimeError):  # that loop has ended
                loop.call_soon_threadsafe(bell.ring)


def open_database(url: str) -> Database:
    """Open, create or migrate the database at `url` (`sqlite:///path` or `postgresql://...`).

    Before an SQLite file is migrated, a copy of it is laid beside it. Raises `StoreUnavailable` or `SchemaTooNew`.
    """
    backend = backend_for(url)
    with backend.errors():
        engine = backend.engine()
        try:
            migration.bring_up_to_date(engine, backend)
            with engine.connect().execution_options(**backend.reading()) as conn, conn.begin():
                backend.lay_out(conn)
        except BaseException:
            engine.dispose()
            raise
    return Database(backend, engine)
