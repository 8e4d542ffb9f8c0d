"""Replies read over IMAP: whose answer, which choice, once each, and nothing from machines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from email.message import EmailMessage

import pytest

from contract.channel_clock import NINE, MemoryBox, SteppingClock
from noshowd.adapters.mail.channel import SmtpChannel
from noshowd.adapters.mail.mailbox import Mailbox
from noshowd.adapters.mail.message_ids import MessageIds
from noshowd.adapters.mail.replies import MailReplies
from noshowd.adapters.mail.servers import Security, Server
from noshowd.adapters.mail.wire import Letterhead
from noshowd.demo.vendors.mail.post import Letter
from noshowd.demo.vendors.mail.server import MailServer
from noshowd.ports.answers import BOUNCED
from noshowd.ports.channel import Carries, Parcel, Recipient
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

IDS = MessageIds(domain="ours.example", secret=b"a secret of this installation")
WORDS = {"ja": "Ja", "ja war da": "Ja", "yes": "Ja", "nein": "Nein", "no": "Nein", "erledigt": "Erledigt"}


class Desk:
    """A mail house with one question on its way, and our side reading the inbox."""

    def __init__(self, house: MailServer) -> None:
        self.house = house
        self.post = house.post
        self.box = MemoryBox()
        self.clock = SteppingClock()
        self.asked = 0

    def server(self, port: int) -> Server:
        return Server(
            host="127.0.0.1",
            port=port,
            security=Security.NONE,
            username=self.post.user,
            password=self.post.password,
        )

    async def ask(self, key: str = "q-1") -> Letter:
        letterhead = Letterhead(address="noshowd@ours.example", ids=IDS)
        server = self.server(self.house.smtp_port)
        channel = SmtpChannel(name="mail", server=server, letterhead=letterhead, clock=self.clock)
        await channel.send(
            Parcel(
                key=key,
                carries=Carries.TO_OUR_SIDE,
                recipient=Recipient(address="anna@ours.example"),
                subject="Eine Frage",
                text="Hat das Gespräch stattgefunden? Antworten Sie mit JA oder NEIN.",
            )
        )
        return self.post.sent[-1]

    def replies(self, folder: str = "INBOX") -> MailReplies:
        mailbox = Mailbox(server=self.server(self.house.imap_port), folder=folder)
        return MailReplies(name="mail", mailbox=mailbox, ids=IDS, words=WORDS, clock=self.clock)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.replies().run(self.box))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def read(self) -> list[tuple[str | None, str]]:
        """Everything that lies in the inbox now, as (parcel, value)."""
        async with self.reading():
            await self.clock.wait_for_sleeps(len(self.clock.slept) + 2)
        return [(answer.about, answer.value) for answer in self.box.answers.values()]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with MailServer(lambda: NINE) as house:
        yield Desk(house)


async def test_a_reply_word_answers_the_question_it_replies_to(desk: Desk) -> None:
    first, second = await desk.ask("q-1"), await desk.ask("Q:2/anna")
    desk.post.reply(second, "Nein.")
    desk.post.reply(first, "JA, war pünktlich da!\n\nGruß\nAnna")
    assert await desk.read() == [("Q:2/anna", "Nein"), ("q-1", "Ja")]
    answer = list(desk.box.answers.values())[1]
    assert (answer.by, answer.channel, answer.at) == ("anna@ours.example", "mail", NINE)
    assert answer.text == "JA, war pünktlich da!\n\nGruß\nAnna"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("ja", "Ja"),
        ("Hallo,\n\nYes", "Ja"),
        ("Guten Tag Frau Meier,\nerledigt", "Erledigt"),
        ("Ja war da", "Ja"),
        ("Nein, leider", "Nein"),
        ("Ja, nein, doch nicht", "Ja, nein, doch nicht"),
        ("Ja, er war nicht da", "Ja, er war nicht da"),
        ("Montag 9 Uhr", "Montag 9 Uhr"),
        ("Jawohl", "Jawohl"),
        ("", ""),
        ("On Monday she wrote: yes", ""),
    ],
)
async def test_only_what_is_clear_is_a_choice(desk: Desk, written: str, value: str) -> None:
    desk.post.reply(await desk.ask(), written)
    assert await desk.read() == [("q-1", value)]


async def test_a_plus_address_alone_is_enough(desk: Desk) -> None:
    letter = await desk.ask()
    to = f"answers+{IDS.token('q-1')}@ours.example"
    desk.post.reply(letter, "ja", headers={"In-Reply-To": "<lost@gateway.example>", "To": to})
    assert await desk.read() == [("q-1", "Ja")]


async def test_html_only_is_read_without_its_quote(desk: Desk) -> None:
    letter = await desk.ask()
    mail = EmailMessage()
    mail["From"] = "Anna <ANNA@ours.example>"
    mail["Message-ID"] = "<html@ours.example>"
    mail["References"] = str(letter.message["Message-ID"])
    mail.set_content("<div>Nein</div><blockquote>JA oder NEIN</blockquote>", subtype="html")
    desk.post.arrive(mail)
    assert await desk.read() == [("q-1", "Nein")]
    (answer,) = desk.box.answers.values()
    assert answer.by == "anna@ours.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated (holiday)"},
        {"Precedence": "bulk"},
        {"X-Auto-Response-Suppress": "All"},
        {"X-Autoreply": "yes"},
        {"List-Id": "<team.ours.example>"},
        {"In-Reply-To": "<somebody-elses@theirs.example>"},
        {"In-Reply-To": "<nsd.q-1.aaaaaaaaaaaaaaaa@ours.example>"},
        {"Message-ID": ""},
        {"Message-ID": IDS.message_id("q-9")},
    ],
)
async def test_machines_loops_and_strangers_answer_nothing(desk: Desk, headers: dict[str, str]) -> None:
    desk.post.reply(await desk.ask(), "ja", headers=headers)
    assert await desk.read() == []


async def test_auto_submitted_no_is_a_person(desk: Desk) -> None:
    desk.post.reply(await desk.ask(), "ja", headers={"Auto-Submitted": "no"})
    assert await desk.read() == [("q-1", "Ja")]


async def test_a_bounce_is_told_and_a_delay_is_not(desk: Desk) -> None:
    letter = await desk.ask()
    desk.post.bounce(letter, action="delayed", status="4.4.1")
    assert await desk.read() == []
    desk.post.bounce(letter)
    assert await desk.read() == [("q-1", BOUNCED)]
    (answer,) = desk.box.answers.values()
    assert (answer.by, answer.text) == (None, "5.1.1")


async def test_each_mail_is_read_once_while_running_and_harmlessly_again_after_a_restart(desk: Desk) -> None:
    letter = await desk.ask()
    desk.post.reply(letter, "ja")
    async with desk.reading():
        await desk.clock.wait_for_sleeps(3)
        assert desk.box.puts == 1
        desk.post.reply(letter, "nein")
        await desk.box.wait_for_puts(2)
    assert await desk.read() == [("q-1", "Ja"), ("q-1", "Nein")]
    assert desk.box.puts == 4


async def test_a_mailbox_built_anew_is_read_anew(desk: Desk) -> None:
    letter = await desk.ask()
    desk.post.reply(letter, "ja")
    async with desk.reading():
        await desk.box.wait_for_puts(1)
        desk.post.uid_validity += 1
        await desk.box.wait_for_puts(2)
    assert len(desk.box.answers) == 1


async def test_what_could_not_be_stored_is_read_again(desk: Desk) -> None:
    desk.post.reply(await desk.ask(), "ja")
    desk.box.broken = True
    async with desk.reading():
        await desk.box.wait_for_puts(2)
        desk.box.broken = False
        await desk.box.wait_for_puts(3)
    assert len(desk.box.answers) == 1


async def test_a_crowded_mailbox_is_read_in_batches(desk: Desk) -> None:
    newsletter = EmailMessage()
    newsletter["Message-ID"] = "<news@example.org>"
    newsletter.set_content("ja " * 10)
    for _ in range(450):
        desk.post.arrive(newsletter)
    desk.post.reply(await desk.ask(), "ja")
    assert await desk.read() == [("q-1", "Ja")]


async def test_garbage_stops_nothing(desk: Desk) -> None:
    letter = await desk.ask()
    answer_id = str(letter.message["Message-ID"])
    for raw in (
        f"In-Reply-To: {answer_id}\nFrom: \x00\xff<<>\nMessage-ID: <a@b>\n\n\xff\xfe",
        f"References: {answer_id}\nMessage-ID: <c@d>\nContent-Type: multipart/mixed\n\n--\n--",
        f"References: {answer_id}\nMessage-ID: <e@f>\nContent-Type: text/plain; charset=nonsense\n\nhm",
        "\n",
    ):
        desk.post.folders["INBOX"].append(replace(letter, raw=raw.encode("latin-1")))
    desk.post.reply(letter, "ja")
    assert ("q-1", "Ja") in await desk.read()


async def test_whether_the_mailbox_is_heard_is_told_at_each_visit(desk: Desk) -> None:
    await desk.read()
    assert desk.box.hearing[-1] == ("mail", None)
    desk.house.imap_port = 1  # nobody listens there
    await desk.read()
    source, error = desk.box.hearing[-1]
    assert (source, type(error)) == ("mail", Temporary)


async def test_a_lost_sign_in_or_a_missing_folder_ends_the_source(desk: Desk) -> None:
    with pytest.raises(Permanent, match="Answers"):
        await desk.replies(folder="Answers").run(desk.box)
    desk.post.revoked = True
    with pytest.raises(CredentialsLost):
        await desk.replies().run(desk.box)
