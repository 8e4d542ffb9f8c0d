"""The manager interface as a live presence source: it covers the time in which it was signed in, and no other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from noshowd.adapters.asterisk.book import CallBook
from noshowd.adapters.asterisk.settings import AsteriskSettings
from noshowd.adapters.asterisk.wire import BANNER, LARGEST, Collector, Message, UnreadableMessageError, login
from noshowd.domain.evidence import Coverage, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.domain.uptime import Uptime
from noshowd.ports.clock import Clock
from noshowd.ports.errors import CredentialsLost, Temporary, VendorError
from noshowd.ports.heard import Heard, unheard
from noshowd.ports.listening import keep_alive, listen_for_ever

#: Answering a sign-in takes no longer, seconds.
_PATIENCE = 10.0


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
        """What was heard since then. Raises `CredentialsLost` or `Temporary` while nobody is signed in."""
        if self._up.since is None:
            raise self._why()
        calls = tuple(call for call in self._book.calls(since) if concerns(call, meeting))
        return Observation(calls=calls, coverages=self._coverages(since, now))

    async def run(self, heard: Heard = unheard) -> None:
        """Keep a connection until cancelled; whatever ends it, the next one is tried."""
        await listen_for_ever(self._listen, self._clock, heard=heard, why=self._why)

    def _why(self) -> VendorError:
        """Why nobody is signed in."""
        return CredentialsLost("login_refused") if self._refused else Temporary("not_connected")

    async def _listen(self, heard: Heard) -> bool:
        """One connection from its beginning to its end; whether the sign-in was accepted."""
        try:
            reader, writer = await asyncio.open_connection(self._settings.host, self._settings.port, limit=LARGEST)
        except OSError:
            return False
        keep_alive(writer)
        try:
            async with asyncio.timeout(_PATIENCE):
                messages = await self._sign_in(reader, writer)
            self._come_up(self._clock.now())
            await heard(None)
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
        self._up = self._up.begun(now)
        self._wake()

    def _go_down(self, now: datetime) -> bool:
        """The connection is gone; whether it was up."""
        if self._up.since is None:
            return False
        self._up = self._up.ended(now)
        self._book.interrupt(now)
        self._wake()
        return True

    def _coverages(self, since: datetime, now: datetime) -> tuple[Coverage, ...]:
        heard = self._up.complete(since, now, deaf=self._settings.unseen_calls)
        return tuple(Coverage(source=self.traits.name, span=span, lines=self._settings.lines) for span in heard)


async def _messages(reader: asyncio.StreamReader) -> AsyncIterator[Message]:
    """Message by message until the connection ends; one cut off in the middle is dropped."""
    collector = Collector()
    while (line := await reader.readline()).endswith(b"\n"):
        message = collector.take(line.decode("utf-8", errors="replace"))
        if message is not None:
            yield message
