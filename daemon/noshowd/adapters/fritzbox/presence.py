"""The call monitor as a live presence source: it covers the time in which its connection was up, and no other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from noshowd.adapters.fritzbox.book import CallBook
from noshowd.adapters.fritzbox.settings import FritzboxSettings
from noshowd.adapters.fritzbox.wire import UnreadableLineError, instant, read_line
from noshowd.domain.evidence import Coverage, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.domain.uptime import Uptime
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Temporary
from noshowd.ports.heard import Heard, unheard
from noshowd.ports.listening import keep_alive, listen_for_ever

#: A box whose clock is further off than this (NTP not reached yet) is not believed.
_TOLERANCE = timedelta(minutes=2)
#: No line of the monitor is longer.
_LONGEST_LINE = 1024


class FritzboxMonitor:
    """Listens for ever once `run` was called. `wake` is called whenever a look may bring something new."""

    def __init__(
        self,
        settings: FritzboxSettings,
        clock: Clock,
        normalise: Callable[[str], str | None],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._wake = wake
        self._zone = ZoneInfo(settings.zone)
        self._book = CallBook(settings, normalise)
        self._up = Uptime(lag=settings.lag)
        self.traits = SourceTraits(
            name=settings.name,
            telephone=True,
            keeps_history=True,
            lag=settings.lag,
            settles_after=timedelta(minutes=1),
        )

    def sees(self, meeting: Meeting) -> bool:
        return can_know_of(self._settings.lines, meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        """What was heard since then. Raises `Temporary` while there is no connection."""
        if self._up.since is None:
            raise Temporary("not_connected")
        calls = tuple(call for call in self._book.calls(since) if concerns(call, meeting))
        return Observation(calls=calls, coverages=self._coverages(since, now))

    async def run(self, heard: Heard = unheard) -> None:
        """Keep a connection until cancelled; whatever ends it, the next one is tried."""
        await listen_for_ever(self._listen, self._clock, heard=heard, why=lambda: Temporary("not_connected"))

    async def _listen(self, heard: Heard) -> bool:
        """One connection from its beginning to its end; whether it came up at all."""
        try:
            reader, writer = await asyncio.open_connection(
                self._settings.host, self._settings.port, limit=_LONGEST_LINE
            )
        except OSError:
            return False
        keep_alive(writer)
        self._come_up(self._clock.now())
        await heard(None)
        try:
            while line := await reader.readline():
                if not line.endswith(b"\n"):
                    break
                self._take(line.decode("ascii", errors="replace"), self._clock.now())
        except (OSError, ValueError):
            # a line that does not end, or a connection that does
            pass
        finally:
            self._go_down(self._clock.now())
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        return True

    def _take(self, text: str, now: datetime) -> None:
        if not text.strip():
            return
        try:
            line = read_line(text)
        except UnreadableLineError:
            # something happened that we did not understand: nothing before it is complete
            self._start_anew(now)
            return
        at, or_later_by = instant(line.stamp, self._zone, now, _TOLERANCE)
        if abs(now - at) > _TOLERANCE:
            self._start_anew(now)
        self._book.enter(line, at, or_later_by)
        self._wake()

    def _come_up(self, now: datetime) -> None:
        self._up = self._up.begun(now)
        self._wake()

    def _go_down(self, now: datetime) -> None:
        self._up = self._up.ended(now)
        self._book.interrupt(now)
        self._wake()

    def _start_anew(self, now: datetime) -> None:
        """What was covered stays covered; from here on it is as after a new connection."""
        self._up = self._up.ended(now).begun(now)
        self._wake()

    def _coverages(self, since: datetime, now: datetime) -> tuple[Coverage, ...]:
        heard = self._up.complete(since, now, deaf=self._settings.unseen_calls)
        return tuple(Coverage(source=self.traits.name, span=span, lines=self._settings.lines) for span in heard)
