"""The call monitor as a live presence source: it covers the time in which its connection was up, and no other."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from noshowd.adapters.fritzbox.book import CallBook
from noshowd.adapters.fritzbox.settings import FritzboxSettings
from noshowd.adapters.fritzbox.wire import UnreadableLineError, instant, read_line
from noshowd.domain.evidence import Coverage, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Temporary

#: Waiting before the next try to connect, seconds; the last one for ever.
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
#: A box whose clock is further off than this (NTP not reached yet) is not believed.
_TOLERANCE = timedelta(minutes=2)
#: No line of the monitor is longer.
_LONGEST_LINE = 1024
_KEPT = timedelta(hours=24)


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
        self._up_since: datetime | None = None
        self._was_up: list[Span] = []
        self.traits = SourceTraits(
            name=settings.name, keeps_history=True, lag=settings.lag, settles_after=timedelta(minutes=1)
        )

    def sees(self, meeting: Meeting) -> bool:
        return can_know_of(self._settings.lines, meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        """What was heard since then. Raises `Temporary` while there is no connection."""
        if self._up_since is None:
            raise Temporary("not_connected")
        calls = tuple(call for call in self._book.calls(since) if concerns(call, meeting))
        return Observation(calls=calls, coverages=self._coverages(since, now))

    async def run(self) -> None:
        """Keep a connection until cancelled; whatever ends it, the next one is tried."""
        failures = 0
        while True:
            heard = await self._listen()
            failures = 0 if heard else failures + 1
            await self._clock.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])

    async def _listen(self) -> bool:
        """One connection from its beginning to its end; whether it came up at all."""
        try:
            reader, writer = await asyncio.open_connection(
                self._settings.host, self._settings.port, limit=_LONGEST_LINE
            )
        except OSError:
            return False
        _keep_alive(writer)
        self._come_up(self._clock.now())
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
        self._up_since = now
        self._wake()

    def _go_down(self, now: datetime) -> None:
        self._close_stretch(now)
        self._up_since = None
        self._book.interrupt(now)
        self._wake()

    def _start_anew(self, now: datetime) -> None:
        """What was covered stays covered; from here on it is as after a new connection."""
        self._close_stretch(now)
        self._up_since = now
        self._wake()

    def _close_stretch(self, now: datetime) -> None:
        """A stretch ends where the last silence may have been that of a dead connection."""
        if self._up_since is not None and self._up_since < now - self._settings.lag:
            self._was_up.append(Span(start=self._up_since, end=now - self._settings.lag))
        self._was_up = [span for span in self._was_up if span.end > now - _KEPT]

    def _coverages(self, since: datetime, now: datetime) -> tuple[Coverage, ...]:
        stretches = [*self._was_up]
        known_to = now - self._settings.lag
        if self._up_since is not None and self._up_since < known_to:
            stretches.append(Span(start=self._up_since, end=known_to))
        complete = [(max(since, s.start + self._settings.unseen_calls), s.end) for s in stretches]
        return tuple(
            Coverage(source=self.traits.name, span=Span(start=start, end=end), lines=self._settings.lines)
            for start, end in complete
            if start < end
        )


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """A box that vanishes says nothing; the kernel finds out within 25 seconds."""
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
