"""The manager interface as a live presence source: it covers the time in which it was signed in, and no other."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from noshowd.adapters.asterisk.book import CallBook
from noshowd.adapters.asterisk.settings import AsteriskSettings
from noshowd.adapters.asterisk.wire import BANNER, LARGEST, Collector, Message, UnreadableMessageError, login
from noshowd.domain.evidence import Coverage, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span
from noshowd.ports.clock import Clock
from noshowd.ports.errors import CredentialsLost, Temporary

#: Waiting before the next try to connect, seconds; the last one for ever.
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
#: Answering a sign-in takes no longer, seconds.
_PATIENCE = 10.0
_KEPT = timedelta(hours=24)


class AsteriskEvents:
    """Listens for ever once `run` was called. `wake` is called whenever a look may bring something new."""

    def __init__(
        self,
        settings: AsteriskSettings,
        clock: Clock,
        normalise: Callable[[str], str | None],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._wake = wake
        self._book = CallBook(settings, normalise)
        self._refused = False
        self._up_since: datetime | None = None
        self._was_up: list[Span] = []
        self.traits = SourceTraits(
            name=settings.name, keeps_history=True, lag=settings.lag, settles_after=timedelta(minutes=1)
        )

    def sees(self, meeting: Meeting) -> bool:
        return can_know_of(self._settings.lines, meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        """What was heard since then. Raises `CredentialsLost` or `Temporary` while nobody is signed in."""
        if self._refused:
            raise CredentialsLost("login_refused")
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
        """One connection from its beginning to its end; whether the sign-in was accepted."""
        try:
            reader, writer = await asyncio.open_connection(self._settings.host, self._settings.port, limit=LARGEST)
        except OSError:
            return False
        _keep_alive(writer)
        try:
            async with asyncio.timeout(_PATIENCE):
                messages = await self._sign_in(reader, writer)
            self._come_up(self._clock.now())
            async for message in messages:
                self._book.enter(message, self._clock.now())
                self._wake()
        except (OSError, ValueError):
            # no sign-in, a message that nobody can read, or a connection that ends
            pass
        finally:
            signed_in = self._go_down(self._clock.now())
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        return signed_in

    async def _sign_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[Message]:
        """The messages after a good answer. Raises `UnreadableMessageError` where there is none, or a bad one."""
        banner = await reader.readline()
        if not banner.startswith(BANNER.encode()):
            raise UnreadableMessageError("banner")
        writer.write(login(self._settings.username, self._settings.secret))
        messages = _messages(reader)
        async for message in messages:
            if answer := message.get("response"):
                self._refused = answer == "Error"
                if answer != "Success":
                    break
                return messages
        self._wake()
        raise UnreadableMessageError("login")

    def _come_up(self, now: datetime) -> None:
        self._up_since = now
        self._wake()

    def _go_down(self, now: datetime) -> bool:
        """The connection is gone; whether it was up. A last silence may have been that of a dead connection."""
        if self._up_since is None:
            return False
        if self._up_since < now - self._settings.lag:
            self._was_up.append(Span(start=self._up_since, end=now - self._settings.lag))
        self._was_up = [span for span in self._was_up if span.end > now - _KEPT]
        self._up_since = None
        self._book.interrupt(now)
        self._wake()
        return True

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


async def _messages(reader: asyncio.StreamReader) -> AsyncIterator[Message]:
    """Message by message until the connection ends; one cut off in the middle is dropped."""
    collector = Collector()
    while (line := await reader.readline()).endswith(b"\n"):
        message = collector.take(line.decode("utf-8", errors="replace"))
        if message is not None:
            yield message


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """A system that vanishes says nothing; the kernel finds out within 25 seconds."""
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
