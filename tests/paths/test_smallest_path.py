"""The smallest installation there is: one Google account, one telephone line, e-mail, and no address on the web.

The real daemon with its real adapters, opened from a configuration file; Google, sipgate and the IMAP server are
simulated on loopback. Whoever works alone answers every question and approves every message by a word in a reply.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noshowd.config.load import load
from noshowd.config.model import Config
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.google.mail import Mail
from noshowd.demo.vendors.mail.imap import ImapServer
from noshowd.demo.vendors.mail.post import Letter, Post
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.demo.vendors.sipgate.exchange import Exchange, Way
from noshowd.demo.vendors.sipgate.rest import Api
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.turn import settle
from noshowd.runtime.daemon import Daemon
from noshowd.story.clock import FakeClock

CLARA = "clara.weber@gmail.com"
GUEST = "andrea.adam@adam-bau.example"
LINE, NUMBER = "+498923714480", "+493090182347"
#: Ten o'clock in Berlin.
TEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

CONFIGURATION = """\
mode = "live"

[us]
addresses = ["clara.weber@gmail.com"]
language  = "de"
zone      = "Europe/Berlin"

[[person]]
address = "clara.weber@gmail.com"
name    = "Clara Weber"
lines   = ["+498923714480"]

[[account]]
kind          = "google"
calendars     = ["clara.weber@gmail.com"]
key           = {{ file = "google.json" }}
calendar_url  = "{google}/calendar/v3"
tasks_url     = "{google}"
gmail_url     = "{google}"

[[presence]]
kind     = "sipgate"
token_id = "token-DEMO"
token    = {{ file = "sipgate-token" }}
lines    = ["+498923714480"]
url      = "{sipgate}"

[[channel]]
kind = "gmail"

[channel.replies]
host     = "127.0.0.1"
port     = {imap}
security = "none"
username = "clara.weber@gmail.com"
password = {{ file = "mail-password" }}
every    = "3 min"

[[tasks]]
kind    = "google_tasks"
account = "google"

[store]
url = "sqlite:///{folder}/noshowd.db"
"""


class StandingClock(FakeClock):
    """Stands until it is moved; whoever sleeps (one at a time) sleeps until then."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._moved = asyncio.Condition()
        self._until: datetime | None = None

    async def sleep(self, seconds: float) -> None:
        async with self._moved:
            until = self._until = self.now() + timedelta(seconds=seconds)
            self._moved.notify_all()
            await self._moved.wait_for(lambda: self.now() >= until)

    async def wake(self) -> None:
        """Let the sleeper do what it slept for, and return once it sleeps again."""
        async with asyncio.timeout(20), self._moved:
            self._moved.notify_all()
            await self._moved.wait_for(lambda: self._until is not None and self._until > self.now())


class Practice:
    """Clara's whole world, and the daemon in it."""

    def __init__(self, folder: Path) -> None:
        self.clock = StandingClock(TEN - 30 * MINUTE)
        self.google = SimulatedGoogle(self.clock.now)
        self.telephone = Exchange(self.clock.now, frozenset({LINE}))
        self._sipgate = Api(exchange=self.telephone)
        self._sipgate_server = LoopbackServer(self._sipgate.app())
        self.post = Post(now=self.clock.now, user=CLARA)
        self._imap = ImapServer(self.post)
        self._folder = folder
        self._reading: asyncio.Task[None]

    @contextmanager
    def open(self) -> Iterator[None]:
        with self.google, self._sipgate_server, self._imap:
            self.google.add_person(CLARA, "Clara Weber")
            self._one_call_last_week()
            self._invite()
            with Daemon(self._configured(), folder=self._folder, clock=self.clock) as daemon:
                self._daemon, self.parts = daemon, daemon.parts
                [self._replies] = daemon.answer_sources
                yield

    async def live(self) -> None:
        """Begin to read answers."""
        self._reading = asyncio.create_task(self._replies.run(AnswerDesk(self.parts)))
        await self.until(-30)

    async def go_home(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        stop = asyncio.Event()
        stop.set()
        await self._daemon.run(stop)  # which closes every connection

    async def until(self, minute: float) -> None:
        """Let time pass to that minute after ten; noshowd does what is due, and reads its mail."""
        end = TEN + minute * MINUTE
        while True:
            due = await settle(self.parts, at_most=100)
            now = self.clock.now()
            if now >= end:
                return
            self.clock.set(min(end, now + 3 * MINUTE, max(due or end, now + timedelta(seconds=1))))
            await self.clock.wake()

    def _invite(self) -> None:
        self.google.agenda.add_event(
            CLARA,
            "Telefontermin Adam",
            TEN,
            TEN + 20 * MINUTE,
            meet=False,
            location=NUMBER,
            description="Ich rufe Sie an.",
            attendees=[
                {"email": CLARA, "displayName": "Clara Weber", "organizer": True, "responseStatus": "accepted"},
                {"email": GUEST, "displayName": "Andrea Adam", "responseStatus": "accepted"},
            ],
        )

    def answer(self, mail: Mail, words: str) -> None:
        """Clara replies to a mail she got, as her mail program writes it."""
        letter = Letter(sender="", to=(CLARA,), raw=mail.message.as_bytes(), at=mail.at)
        self.post.reply(letter, words)

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.google.sent_mails if address in str(mail.message["To"])]

    def _configured(self) -> Config:
        scopes = {
            f"https://www.googleapis.com/auth/{s}"
            for s in ("calendar.events.readonly", "calendar.freebusy", "gmail.send", "tasks")
        }
        secrets = {
            "google.json": self.google.access.authorized_user(CLARA, scopes),
            "sipgate-token": self._sipgate.token,
            "mail-password": self.post.password,
        }
        for name, secret in secrets.items():
            (self._folder / name).write_text(secret)
            (self._folder / name).chmod(0o600)
        path = self._folder / "noshowd.toml"
        path.write_text(
            CONFIGURATION.format(
                google=self.google.url,
                sipgate=f"{self._sipgate_server.url}/v2",
                imap=self._imap.port,
                folder=self._folder,
            )
        )
        config = load(path)
        assert isinstance(config, Config), config
        return config

    def _one_call_last_week(self) -> None:
        """A line counts as seen by sipgate once a call of it stood in the history."""
        call = self.telephone.ring(Way.OUT, LINE, NUMBER)
        call.began -= timedelta(days=7)
        self.telephone.hang_up(call)
        call.ended = call.began + MINUTE


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    world = Practice(tmp_path)
    with world.open():
        await world.live()
        yield world
        await world.go_home()


async def test_a_question_a_task_and_an_offer_by_words_in_replies(practice: Practice) -> None:
    await practice.until(90)
    [question] = practice.to(CLARA)
    assert "NIEMAND ERREICHT" in question.text
    assert "http" not in question.text
    assert practice.to(GUEST) == []

    practice.answer(question, "Niemand erreicht")
    await practice.until(100)
    [task] = practice.google.tasks.of(CLARA)
    assert NUMBER in task["notes"]
    _, approval = practice.to(CLARA)
    assert practice.to(GUEST) == [], "nobody has approved it yet"

    practice.answer(approval, "Ja, bitte senden.")
    await practice.until(110)
    [offer] = practice.to(GUEST)
    assert offer.message["From"].addresses[0].addr_spec == CLARA
    assert offer.text.strip() in approval.text, "exactly what was approved is sent"
    assert [mail.message["Subject"] for mail in practice.to(CLARA)[2:]] == []


async def test_a_talk_reported_by_reply_ends_it(practice: Practice) -> None:
    await practice.until(90)
    [question] = practice.to(CLARA)
    practice.answer(question, "Gesprochen, danke")
    await practice.until(150)
    assert practice.to(CLARA) == [question]
    assert practice.to(GUEST) == []
    assert practice.google.tasks.of(CLARA) == []
