"""A guest takes an offer: missed, offered, chosen on the page, moved in the calendar with the keyword inside.

The real daemon with its real adapters, opened from a configuration file; Google and the mail house are simulated on
loopback, and the pages are the daemon's own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser

from noshowd.adapters.google.scopes import Scope
from noshowd.config.load import load
from noshowd.config.model import Config
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.google.meetings import Visitor
from noshowd.demo.vendors.mail.post import Letter
from noshowd.demo.vendors.mail.server import MailServer
from noshowd.engine.turn import settle
from noshowd.runtime.daemon import Daemon
from noshowd.store import offers
from noshowd.story.clock import FakeClock
from paths.test_smallest_path import CLARA, GUEST, Practice, practice

__all__ = ["practice"]

ANNA, KIM = "anna@nordlicht.example", "kim@larsen.example"
SITE = "https://termine.nordlicht.example"
#: Ten o'clock in Berlin, a Monday.
TEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")

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

[[account]]
kind          = "google"
calendars     = ["anna@nordlicht.example"]
key           = {{ file = "google.json" }}
writes        = true
calendar_url  = "{google}/calendar/v3"
meet_url      = "{google}"
tasks_url     = "{google}"
gmail_url     = "{google}"
directory_url = "{google}"

[[presence]]
kind = "google_meet"

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


class Firm:
    """Anna's world, and the daemon in it."""

    def __init__(self, folder: Path) -> None:
        self.clock = StandingClock(TEN - 10 * MINUTE)
        self.google = SimulatedGoogle(self.clock.now)
        self.mail = MailServer(self.clock.now)
        self._folder = folder

    @contextmanager
    def open(self) -> Iterator[None]:
        with self.google, self.mail:
            self.google.add_person(ANNA, "Anna Berger")
            self.event = self.google.agenda.add_event(
                ANNA,
                "Angebot",
                TEN,
                TEN + 30 * MINUTE,
                attendees=[
                    {"email": ANNA, "displayName": "Anna Berger", "organizer": True, "responseStatus": "accepted"},
                    {"email": KIM, "displayName": "Kim Larsen", "responseStatus": "accepted"},
                ],
            )
            with Daemon(self._configured(), folder=self._folder, clock=self.clock) as daemon:
                self.daemon = daemon
                yield

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

    def written(self) -> dict[str, Any]:
        calendar = self.google.calendars.get(ANNA)
        assert calendar is not None
        found = calendar.find(self.event["id"])
        assert found is not None
        return found

    def _configured(self) -> Config:
        scopes = {scope.value for scope in Scope}
        secrets = {
            "google.json": self.google.access.authorized_user(ANNA, scopes),
            "mail-password": self.mail.post.password,
        }
        for name, secret in secrets.items():
            (self._folder / name).write_text(secret)
            (self._folder / name).chmod(0o600)
        path = self._folder / "noshowd.toml"
        path.write_text(CONFIGURATION.format(google=self.google.url, smtp=self.mail.smtp_port, folder=self._folder))
        config = load(path)
        assert isinstance(config, Config), config
        return config


@pytest.fixture
async def firm(tmp_path: Path) -> AsyncIterator[Firm]:
    world = Firm(tmp_path)
    with world.open():
        yield world
        stop = asyncio.Event()
        stop.set()
        await world.daemon.run(stop)  # which closes every connection


def link(text: str, page: str) -> str:
    """The first address of that sort of page in a mail."""
    return re.findall(rf"{re.escape(SITE)}/{page}/\S+", text)[0]


async def test_from_the_miss_to_the_moved_event(firm: Firm) -> None:
    await firm.until(-1)
    firm.google.enter(firm.event["conferenceData"]["conferenceId"], Visitor(name="Anna Berger", address=ANNA))
    await firm.until(13)
    [question] = firm.mails(ANNA)
    assert firm.mails(KIM) == []

    assert "Danke" in await firm.press(link(question, "a"), choice=await firm.choice(link(question, "a"), "approve."))
    await firm.until(14)
    [offer] = firm.mails(KIM)
    page = link(offer, "o")
    times = await firm.times(page)
    assert len(times) == 3
    held = await firm.daemon.parts.database.read(lambda conn: offers.held(conn, [ANNA], now=firm.clock.now()))
    assert len(held) == 3

    said = await firm.press(page, action="take", time=times[1], medium="video", keyword="Zahlen des Quartals")
    assert "Danke, das passt" in said
    await firm.until(16)

    event = firm.written()
    start = datetime.fromtimestamp(int(times[1]), UTC)
    assert datetime.fromisoformat(event["start"]["dateTime"]).astimezone(UTC) == start
    assert "Stichwort: Zahlen des Quartals" in event["description"]
    assert event["conferenceData"]["conferenceId"] == firm.event["conferenceData"]["conferenceId"]
    assert len(firm.mails(KIM)) == 1, "the calendar's invitation is the one notice"
    assert any("steht nun im Kalender" in mail for mail in firm.mails(ANNA))
    held = await firm.daemon.parts.database.read(lambda conn: offers.held(conn, [ANNA], now=firm.clock.now()))
    assert held == [], "the calendar itself holds the time now"


async def test_by_mail_alone_a_reply_names_the_time_and_a_word_of_ours_enters_it(practice: Practice) -> None:
    await practice.until(90)
    practice.answer(practice.to(CLARA)[0], "Niemand erreicht")
    await practice.until(100)
    practice.answer(practice.to(CLARA)[1], "Ja")
    await practice.until(110)
    [offer] = practice.to(GUEST)
    times = await practice.parts.database.read(lambda conn: offers.held(conn, [CLARA], now=practice.clock.now()))
    local = times[0].start.astimezone(ZoneInfo("Europe/Berlin"))
    letter = Letter(sender="", to=(GUEST,), raw=offer.message.as_bytes(), at=offer.at)
    practice.post.reply(letter, f"{_DAYS[local.weekday()]} {local:%H:%M} Uhr passt gut, danke!")
    await practice.until(120)
    told = practice.to(CLARA)[2]
    assert "EINTRAGEN" in told.text
    practice.answer(told, "Eintragen")
    await practice.until(130)
    assert "noshowd kann sie hier nicht eintragen" in practice.to(CLARA)[3].text
