"""What the builders of adapters work with and what they make."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from noshowd.config.model import Config
from noshowd.config.secrets import SecretMissing, SecretRef, resolve
from noshowd.ports.answers import AnswerSource
from noshowd.ports.calendar import CalendarSource, CalendarWatcher, CalendarWriter, FreeBusySource
from noshowd.ports.channel import Channel
from noshowd.ports.check import Check
from noshowd.ports.clock import Clock
from noshowd.ports.heard import Heard
from noshowd.ports.hints import HintSource
from noshowd.ports.invitations import Invitations
from noshowd.ports.marks import MarkKeeper
from noshowd.ports.presence import PresenceSource, StirSource
from noshowd.ports.webhook import Webhook


@dataclass(slots=True)
class Adapters:
    """Everything that was built, by what it can do."""

    calendars: dict[str, CalendarSource] = field(default_factory=dict)
    #: (account, calendar) to be mirrored.
    watched: list[tuple[str, str]] = field(default_factory=list)
    free_busy: dict[str, FreeBusySource] = field(default_factory=dict)
    watchers: dict[str, CalendarWatcher] = field(default_factory=dict)
    writers: dict[str, CalendarWriter] = field(default_factory=dict)
    marks: dict[str, MarkKeeper] = field(default_factory=dict)
    presences: dict[str, PresenceSource] = field(default_factory=dict)
    hints: list[HintSource] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    answers: list[AnswerSource] = field(default_factory=list)
    invitations: list[Invitations] = field(default_factory=list)
    #: Answers by mail are read somewhere.
    reads_replies: bool = False
    #: Address to which an answer to the message with this key is sent, where its Message-ID alone would not tell.
    reply_address: Callable[[str], str | None] | None = None
    webhooks: list[Webhook] = field(default_factory=list)
    #: Streams that run as long as the worker, by the part whose health they tell.
    streams: dict[str, Callable[[Heard], Awaitable[None]]] = field(default_factory=dict)
    #: What tells that a look is worth while, as long as the worker runs.
    stirs: list[StirSource] = field(default_factory=list)
    #: Those of them through which a vendor posts to us, by their names: their silence is noticed like that of posts.
    posted: set[str] = field(default_factory=set)
    #: Trials for `noshowd doctor`, by the table of the configuration.
    checks: dict[str, Check] = field(default_factory=dict)


class Bench:
    """The configuration, its secrets, the clock, and clients that several adapters share."""

    def __init__(self, config: Config, *, folder: Path, state: Path, clock: Clock, signing_key: bytes) -> None:
        self.config = config
        self.clock = clock
        self.signing_key = signing_key
        #: Where tokens that vendors hand out are kept.
        self.state = state
        self._folder = folder
        self._clients: dict[str, Any] = {}

    def secret(self, ref: SecretRef | None) -> str | None:
        """The secret behind a reference. Raises `SecretMissing`."""
        return None if ref is None else resolve(ref, folder=self._folder).reveal()

    def account(self, name: str) -> Any:
        """The section of an account. The configuration was checked, so it is there."""
        return next(section for section in self.config.account if section.name == name)

    def shared(self, name: str, build: Callable[[], Any]) -> Any:
        """One client for each account, however many adapters use it."""
        if name not in self._clients:
            self._clients[name] = build()
        return self._clients[name]

    async def close(self) -> None:
        """Let every shared client's connections and threads go."""
        for client in self._clients.values():
            # some wait for what a thread of theirs has asked, and the loop must not
            closing = await asyncio.to_thread(client.close)
            if inspect.isawaitable(closing):
                await closing

    def ca_file(self, section: Any) -> str | None:
        given = section.ca_file or self.config.network.ca_file
        return None if given is None else str(given)

    def proxy(self, section: Any) -> str | None:
        given = section.proxy or self.config.network.proxy
        return None if given is None else str(given)

    @property
    def timeout(self) -> float:
        """Longest time for one call, seconds."""
        return self.config.network.timeout.total_seconds()


Builder = Callable[[Bench, Any, Adapters], None]


def needs(library: str, *, extra: str) -> None:
    """Raises `SecretMissing` where the library of an extra is not installed, with what to install."""
    try:
        found = find_spec(library) is not None
    except ModuleNotFoundError:  # not even the package around it
        found = False
    if not found:
        raise SecretMissing(f"{library} is not installed", do=f"Install noshowd[{extra}].")
