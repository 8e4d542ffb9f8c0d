"""The SMTP channel against the simulated mail house: the contract of channels, and what is mail's own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from contract.channel_clock import NINE, SteppingClock
from contract.channel_suite import ChannelSuite, ChannelWorld, Delivered
from noshowd.adapters.mail.channel import SmtpChannel
from noshowd.adapters.mail.mailbox import Mailbox
from noshowd.adapters.mail.message_ids import MessageIds
from noshowd.adapters.mail.servers import Security, Server
from noshowd.adapters.mail.wire import Letterhead
from noshowd.demo.vendors.mail.post import Letter
from noshowd.demo.vendors.mail.server import MailServer
from noshowd.ports.channel import Carries, Choice, Parcel, Recipient, Recovery
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

IDS = MessageIds(domain="ours.example", secret=b"a secret of this installation")
LETTERHEAD = Letterhead(address="noshowd@ours.example", ids=IDS, replies_to="answers@ours.example")


class MailWorld(ChannelWorld):
    tells_retry_after = False
    retracts = False

    def __init__(self, house: MailServer, *, sent_folder: str | None = None) -> None:
        self.house = house
        self.post = house.post
        self.post.keeps_sent_in = sent_folder
        self.sent_folder = sent_folder
        self.channel = self.connect()

    def connect(self, port: int | None = None, letterhead: Letterhead = LETTERHEAD) -> SmtpChannel:
        sent = Mailbox(server=self.server(self.house.imap_port), folder=self.sent_folder or "")
        return SmtpChannel(
            name="mail",
            server=self.server(port or self.house.smtp_port),
            letterhead=letterhead,
            clock=SteppingClock(),
            sent=sent if self.sent_folder else None,
        )

    def server(self, port: int) -> Server:
        return Server(
            host="127.0.0.1",
            port=port,
            security=Security.NONE,
            username=self.post.user,
            password=self.post.password,
        )

    def parcel(self, key: str = "parcel-1") -> Parcel:
        return Parcel(
            key=key,
            carries=Carries.TO_GUESTS,
            recipient=Recipient(address="guest@theirs.example", name="Andrea Meier"),
            sender=Recipient(address="anna@ours.example", name="Anna Größer"),
            subject="Our appointment",
            text="We are in the call, here is the link.",
        )

    def delivered(self) -> list[Delivered]:
        return [_shown(letter) for letter in self.post.sent]

    def addressee(self, parcel: Parcel) -> str:
        return "guest@theirs.example"

    def lose_answer(self) -> None:
        self.post.levers.lose_answer = True

    def throttle(self, seconds: int) -> None:
        self.post.levers.refuse = "451 4.7.1 Greylisted, please come back later"

    def reject_recipient(self) -> None:
        self.post.levers.refuse = "550 5.1.1 <guest@theirs.example>: no such user here"

    def revoke(self) -> None:
        self.post.revoked = True

    def unplug(self) -> None:
        self.channel = self.connect(port=1)


def _shown(letter: Letter) -> Delivered:
    mail = letter.message
    named = {
        address.addr_spec
        for header in ("to", "cc", "bcc")
        for line in mail.get_all(header, [])
        for address in line.addresses
    }
    text = letter.text.replace("\r\n", "\n")
    return Delivered(to=frozenset(letter.to) | named, title=str(mail["subject"]), body=text, markup=letter.html)


@pytest.fixture
def house() -> Iterator[MailServer]:
    with MailServer(lambda: NINE) as house:
        yield house


class TestSmtpChannel(ChannelSuite):
    @pytest.fixture
    def world(self, house: MailServer) -> MailWorld:
        return MailWorld(house)


class TestSmtpChannelOfAProviderThatKeepsWhatIsSent(ChannelSuite):
    @pytest.fixture
    def world(self, house: MailServer) -> MailWorld:
        return MailWorld(house, sent_folder="Sent Items")


async def _sent(house: MailServer, parcel: Parcel, letterhead: Letterhead = LETTERHEAD) -> Letter:
    await MailWorld(house).connect(letterhead=letterhead).send(parcel)
    return house.post.sent[-1]


async def test_a_mail_says_what_it_is_and_who_it_comes_from(house: MailServer) -> None:
    world = MailWorld(house)
    letter = await _sent(house, replace(world.parcel(), headers=(("X-Noshowd-Kind", "courtesy"),)))
    mail = letter.message
    assert letter.sender == "noshowd@ours.example"
    assert str(mail["From"]) == "Anna Größer <noshowd@ours.example>"
    assert str(mail["To"]) == "Andrea Meier <guest@theirs.example>"
    assert str(mail["Reply-To"]) == "anna@ours.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Noshowd-Kind"] == "courtesy"
    assert mail["Date"].datetime == NINE
    assert mail["Content-Language"] == "en"
    assert not mail.is_multipart()


async def test_a_mail_may_come_from_the_host_where_the_server_lets_us(house: MailServer) -> None:
    letter = await _sent(house, MailWorld(house).parcel(), replace(LETTERHEAD, as_sender=True))
    assert str(letter.message["From"]) == "Anna Größer <anna@ours.example>"
    assert letter.sender == "noshowd@ours.example"


async def test_the_same_parcel_has_the_same_message_id_and_the_key_comes_back_out(house: MailServer) -> None:
    first = (await _sent(house, MailWorld(house).parcel("k-1"))).message["Message-ID"]
    again = (await _sent(house, MailWorld(house).parcel("k-1"))).message["Message-ID"]
    assert first == again
    assert IDS.key_in([str(first)]) == "k-1"


async def test_a_question_is_answered_to_the_mailbox_that_is_read(house: MailServer) -> None:
    parcel = replace(MailWorld(house).parcel("k-1"), sender=None)
    letter = await _sent(house, parcel)
    reply_to = str(letter.message["Reply-To"])
    assert reply_to.startswith("answers+nsd.k-1.")
    assert IDS.key_in([reply_to]) == "k-1"
    letter = await _sent(house, replace(parcel, key="k" * 40))
    assert letter.message["Reply-To"] == "answers@ours.example"


async def test_a_reply_stays_in_the_thread_however_long_its_id(house: MailServer) -> None:
    invitation = "<" + "AM0PR08MB" * 20 + "@eurprd08.prod.outlook.com>"
    letter = await _sent(house, replace(MailWorld(house).parcel(), in_reply_to=invitation))
    assert f"In-Reply-To: {invitation}".encode() in letter.raw
    assert f"References: {invitation}".encode() in letter.raw


async def test_an_id_that_is_none_leaves_the_thread_alone(house: MailServer) -> None:
    letter = await _sent(house, replace(MailWorld(house).parcel(), in_reply_to="<a@b>\r\nBcc: c@d.example"))
    assert letter.message["In-Reply-To"] is None


async def test_choices_become_links_in_both_parts_and_share_a_line_when_they_share_a_page(
    house: MailServer,
) -> None:
    page = "https://noshowd.example/a/t?x=1&y=2"
    choices = (Choice(label="Yes", value="a", url=page), Choice(label="<No>", value="b", url=page))
    parcel = replace(MailWorld(house).parcel(), choices=choices, html="<p>Was it held?</p>", preview="A & B")
    letter = await _sent(house, parcel)
    assert f"Yes / <No>:\n{page}" in letter.text.replace("\r\n", "\n")
    link = '<a href="https://noshowd.example/a/t?x=1&amp;y=2">Yes / &lt;No&gt;</a>'
    hidden = '<div style="display:none">A &amp; B</div>'
    assert letter.html.strip() == f"{hidden}<p>Was it held?</p><p>{link}</p>"


@pytest.mark.parametrize(
    "address",
    [
        "no-reply@theirs.example",
        "noreply+abc@theirs.example",
        "DoNotReply@theirs.example",
        "mailer-daemon@theirs.example",
        "team-request@lists.example",
        "a@b.example, c@d.example",
        "a@b.example\nBcc: c@d.example",
        "no address",
        "",
    ],
)
async def test_nothing_goes_to_machines_lists_or_nonsense(house: MailServer, address: str) -> None:
    world = MailWorld(house)
    with pytest.raises(Permanent):
        await world.channel.send(replace(world.parcel(), recipient=Recipient(address=address)))
    assert house.post.sent == []


@pytest.mark.parametrize("name", ["Bcc", "To", "X-A\r\nBcc", "Message-ID"])
async def test_extra_headers_cannot_become_others(house: MailServer, name: str) -> None:
    world = MailWorld(house)
    with pytest.raises(Permanent):
        await world.channel.send(replace(world.parcel(), headers=((name, "x@example.com"),)))


async def test_a_draft_is_refused(house: MailServer) -> None:
    world = MailWorld(house)
    with pytest.raises(Permanent, match="draft"):
        await world.channel.send(replace(world.parcel(), draft=True))


def test_recovery_says_whether_a_mail_can_be_looked_up(house: MailServer) -> None:
    assert MailWorld(house).channel.recovery is Recovery.ASK
    assert MailWorld(house, sent_folder="Sent").channel.recovery is Recovery.VERIFY


async def test_a_sent_folder_that_is_not_there_is_permanent(house: MailServer) -> None:
    world = MailWorld(house, sent_folder="Sent")
    with pytest.raises(Permanent, match="Sent"):
        await world.channel.verify(world.parcel())


@pytest.mark.parametrize("implicit", [False, True])
async def test_the_line_is_protected_and_the_certificate_checked(tmp_path: Path, implicit: bool) -> None:
    authority = trustme.CA()
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    with MailServer(lambda: NINE, tls=context, implicit=implicit) as house:
        world = MailWorld(house, sent_folder="Sent")
        security = Security.TLS if implicit else Security.STARTTLS
        smtp = replace(world.server(house.smtp_port), host="localhost", security=security)
        imap = replace(world.server(house.imap_port), host="localhost", security=Security.TLS)
        trusting = SmtpChannel(
            name="mail",
            server=replace(smtp, ca_file=str(ca_file)),
            letterhead=LETTERHEAD,
            clock=SteppingClock(),
            sent=Mailbox(server=replace(imap, ca_file=str(ca_file)), folder="Sent"),
        )
        receipt = await trusting.send(world.parcel())
        assert await trusting.verify(world.parcel()) == receipt
        doubting = SmtpChannel(name="mail", server=smtp, letterhead=LETTERHEAD, clock=SteppingClock())
        with pytest.raises(Temporary) as caught:
            await doubting.send(world.parcel())
        assert not caught.value.uncertain
        assert f"the certificate of localhost:{house.smtp_port}" in caught.value.reason
        assert "certificates of this system (unable to get local issuer certificate)" in caught.value.reason
        with pytest.raises(Temporary, match=f"the certificate of localhost:{house.imap_port}"):
            await Mailbox(server=imap, folder="Sent").arrival_of("x")
        assert len(house.post.sent) == 1


async def test_a_mailbox_that_refuses_us_is_lost_credentials(house: MailServer) -> None:
    world = MailWorld(house, sent_folder="Sent")
    await world.channel.send(world.parcel())
    house.post.revoked = True
    with pytest.raises(CredentialsLost):
        await world.channel.verify(world.parcel())
