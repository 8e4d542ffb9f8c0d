"""A firm whose guest is offered new times: the real daemon, opened from a configuration file, over simulated vendors.

What differs from vendor to vendor is in the subclasses: who keeps the calendar, and how it stands there afterwards.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from selectolax.lexbor import LexborHTMLParser

from noshowd.config.load import load
from noshowd.config.model import Config
from noshowd.demo.vendors.mail.server import MailServer
from noshowd.engine.turn import settle
from noshowd.runtime.daemon import Daemon
from noshowd.story.clock import FakeClock

ANNA, KIM = "anna@nordlicht.example", "kim@larsen.example"
SITE = "https://termine.nordlicht.example"
#: Ten o'clock in Berlin, a Monday.
TEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

CONFIGURATION = """\
mode = "live"

[us]
domains  = ["nordlicht.example"]
language = "de"
zone     = "Europe/Berlin"
holidays = "DE-BY"

[[person]]
address = "anna@nordlicht.example"
name    = "Anna Berger"

{account}
[[channel]]
kind     = "smtp"
host     = "127.0.0.1"
port     = {smtp}
security = "none"
username = "noshowd"
password = {{ file = "mail-password" }}
sender   = "noshowd@nordlicht.example"

[store]
url = "sqlite:///{folder}/noshowd.db"

[web]
listen     = "127.0.0.1:0"
public_url = "https://termine.nordlicht.example"

[[policy]]
name = "soon"

[[policy.when_they_are_missing]]
after = "10 min"
send  = "reschedule_offer"
"""


class StandingClock(FakeClock):
    """Stands until it is moved; whoever sleeps is not woken."""

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.Event().wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """An event of Anna's calendar as it lies at the vendor."""

    id: str
    start: datetime
    text: str
    #: Where they meet.
    place: str
    invited: frozenset[str] = frozenset()


class Firm(ABC):
    """Anna's world, and the daemon in it."""

    def __init__(self, folder: Path, *, series: bool = False) -> None:
        #: The appointment is one of a series.
        self.series = series
        self.clock = StandingClock(TEN - 10 * MINUTE)
        self.mail = MailServer(self.clock.now)
        self.folder = folder

    @abstractmethod
    def opened(self, stack: ExitStack) -> str:
        """Open the vendor's house with the appointment in it; the tables of the configuration that lead there."""

    @abstractmethod
    def entered(self) -> list[Entered]:
        """Everything in Anna's calendar, the first event first."""

    @abstractmethod
    def told(self) -> int:
        """How often the vendor wrote to the guest since the invitation."""

    def keep(self, name: str, secret: str) -> None:
        (self.folder / name).write_text(secret)
        (self.folder / name).chmod(0o600)

    @contextmanager
    def open(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(self.mail)
            self.keep("mail-password", self.mail.post.password)
            path = self.folder / "noshowd.toml"
            account = self.opened(stack)
            path.write_text(CONFIGURATION.format(account=account, smtp=self.mail.smtp_port, folder=self.folder))
            config = load(path)
            assert isinstance(config, Config), config
            self.daemon = stack.enter_context(Daemon(config, folder=self.folder, clock=self.clock))
            yield

    async def close(self) -> None:
        """Close every connection."""
        stop = asyncio.Event()
        stop.set()
        await self.daemon.run(stop)

    async def until(self, minute: float) -> None:
        """Let time pass to that minute after ten; noshowd does what is due."""
        end = TEN + minute * MINUTE
        while True:
            due = await settle(self.daemon.parts, at_most=100)
            now = self.clock.now()
            if now >= end:
                return
            self.clock.set(min(end, max(due or end, now + timedelta(seconds=1))))

    def mails(self, to: str) -> list[str]:
        return [letter.text for letter in self.mail.post.sent if to in letter.to]

    async def press(self, address: str, **fields: str) -> str:
        """Read a page and press a button on it; the page that comes then."""
        transport = httpx2.ASGITransport(app=self.daemon.pages())
        async with httpx2.AsyncClient(transport=transport, base_url=SITE, follow_redirects=True) as browser:
            page = LexborHTMLParser((await browser.get(address)).text)
            [nonce] = page.css('input[name="nonce"]')
            fields["nonce"] = nonce.attributes["value"] or ""
            if (area := page.css_first("textarea")) is not None:
                fields["text"] = area.text()
            self.clock.set(self.clock.now() + timedelta(seconds=20))
            return (await browser.post(address, data=fields)).text

    async def shown(self, address: str) -> LexborHTMLParser:
        transport = httpx2.ASGITransport(app=self.daemon.pages())
        async with httpx2.AsyncClient(transport=transport, base_url=SITE) as browser:
            return LexborHTMLParser((await browser.get(address)).text)

    async def times(self, address: str) -> list[str]:
        """The values of the times on the page of an offer."""
        page = await self.shown(address)
        return [field.attributes["value"] or "" for field in page.css('input[name="time"]')]

    async def choice(self, address: str, begins: str) -> str:
        """The value of a button on an answer page."""
        values = [button.attributes["value"] or "" for button in (await self.shown(address)).css("button")]
        return next(value for value in values if value.startswith(begins))


def link(text: str, page: str) -> str:
    """The first address of that sort of page in a mail."""
    return re.findall(rf"{re.escape(SITE)}/{page}/\S+", text)[0]
