"""Judging on all cores, for the worker of an SQLite file: when very much is due at once, other processes decide while
this one reads and saves. Nothing is started before, and all of it ends when the crowd is through.
"""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog

from noshowd.engine.judging.deciding import Brief, Decided, House

log = structlog.get_logger()

_COMMAND = (sys.executable, "-P", "-m", "noshowd.runtime.judging")


class _Judge:
    """One other process. Asked from one thread at a time."""

    def __init__(self) -> None:
        # a session of its own: whoever interrupts the daemon at the terminal does not interrupt this
        self._process = subprocess.Popen(  # noqa: S603 - nothing of the command comes from outside
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._house: House | None = None

    def decide(self, house: House, briefs: Sequence[Brief], now: datetime) -> list[Decided | str]:
        """Raises `OSError`, `EOFError` or `pickle.PickleError` when the process is no more or cannot be told."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        changed = None if house == self._house else house
        pickle.dump((changed, briefs, now), self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()
        self._house = house
        decided: list[Decided | str] = pickle.load(self._process.stdout)  # noqa: S301 - from our own process
        return decided

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """Whoever waits for its answer gets none."""
        self._process.kill()

    def bury(self) -> None:
        """Once killed, and once nobody waits for it any more."""
        self._process.communicate()


class OtherCores:
    """The engine's `Judges`: as many processes as there are cores, while there is a crowd."""

    def __init__(self, count: int) -> None:
        self._count = count
        #: One batch in each process, one on its way there, one on its way back.
        self.side_by_side = count + 2
        self._threads: ThreadPoolExecutor | None = None
        self._judges: list[_Judge] = []
        self._free: asyncio.Queue[_Judge] = asyncio.Queue()
        #: One of them failed; until the crowd is through nobody else is asked.
        self._broken = False

    @property
    def pids(self) -> list[int]:
        """The processes that there are just now."""
        return [judge.pid for judge in self._judges]

    async def decide(self, house: House, briefs: Sequence[Brief], now: datetime) -> list[Decided | str] | None:
        if self._threads is None and not self._broken:
            self._start()
        if self._broken:
            return None
        judge = await self._free.get()
        try:
            work = asyncio.get_running_loop().run_in_executor(self._threads, judge.decide, house, briefs, now)
            decided = await work
        except (OSError, EOFError, pickle.PickleError, TypeError, AttributeError) as error:
            log.warning("judges_lost", action="judge", error=str(error) or type(error).__name__)
            self._broken = True
            return None
        except asyncio.CancelledError:
            # its thread is still at it: nobody may ask this process meanwhile
            self._broken = True
            raise
        finally:
            self._free.put_nowait(judge)
        return decided

    async def rest(self) -> None:
        self._broken = False
        self.close()

    def close(self) -> None:
        """End every process."""
        for judge in self._judges:
            judge.kill()
        if self._threads is not None:
            self._threads.shutdown()
        for judge in self._judges:
            judge.bury()
        self._threads, self._judges, self._free = None, [], asyncio.Queue()

    def _start(self) -> None:
        log.info("judges_started", action="judge", count=self._count)
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="judges")
        try:
            for _ in range(self._count):
                self._judges.append(_Judge())
        except OSError as error:
            log.warning("judges_lost", action="judge", error=str(error))
            self._broken = True
        for judge in self._judges:
            self._free.put_nowait(judge)
