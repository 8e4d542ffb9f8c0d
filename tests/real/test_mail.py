"""Mail through a real postfix and a real dovecot: sent, refused, bounced, looked up, answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest

from adapters.mail.test_invitations import UID, invitation
from contract.channel_clock import MemoryBox, SteppingClock
from noshowd.adapters.mail.check import check_imap, check_smtp
from noshowd.adapters.mail.invitations import MailInvitations
from noshowd.adapters.mail.replies import MailReplies
from noshowd.ports.answers import BOUNCED
from noshowd.ports.channel import Carries, Parcel, Recipient
from noshowd.ports.check import Grade
from noshowd.ports.errors import Permanent
from noshowd.runtime.clock import SystemClock
from noshowd.runtime.reply_words import REPLY_WORDS
from real.post_house import GUEST, IDS, NOSHOWD, PostHouse, here, post_house

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def house() -> Iterator[PostHouse]:
    with post_house(here) as opened:
        yield opened


def parcel(key: str, *, to: str = GUEST) -> Parcel:
    return Parcel(
        key=key,
        carries=Carries.TO_GUESTS,
        recipient=Recipient(address=to, name="Andrea Meier"),
        sender=Recipient(address="anna@ours.example", name="Anna Größer"),
        subject="Unser Gespräch um 10:00 Uhr",
        text="Guten Tag Andrea Meier,\n\nhier ist der Link.",
        html="<p>Guten Tag</p>",
    )


async def brought(house: PostHouse, count: int) -> dict[str, str | None]:
    """What a mailbox brings, by the key that is answered: the value of the answer."""
    box = MemoryBox()
    source = MailReplies(
        name="replies", mailbox=house.mailbox("noshowd"), ids=IDS, words=REPLY_WORDS, clock=SystemClock(), every=0.2
    )
    reading = asyncio.create_task(source.run(box))
    await box.wait_for_puts(count)
    reading.cancel()
    return {answer.about or "": answer.value for answer in box.answers.values()}


async def test_both_servers_take_us(house: PostHouse):
    findings = [*await check_smtp(house.channel(SteppingClock())), *await check_imap(house.mailbox("noshowd"))]
    assert {finding.grade for finding in findings} == {Grade.GOOD}


async def test_a_mail_arrives_as_it_was_written_and_is_found_again(house: PostHouse):
    channel = house.channel(SteppingClock())
    written = parcel("aa" * 16)
    assert await channel.verify(written) is None
    receipt = await channel.send(written)
    mail = house.wait_for_mail("guest", receipt.ref)
    assert mail["Subject"] == written.subject
    assert str(mail["From"]) == "Anna Größer <noshowd@ours.example>"
    assert str(mail["Reply-To"]) == "anna@ours.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == written.text
    house.wait_for_mail("sent", receipt.ref)
    found = await channel.verify(written)
    assert found is not None
    assert found.ref == receipt.ref
    assert await channel.verify(parcel("bb" * 16)) is None


async def test_a_recipient_whom_the_server_does_not_know_is_refused_at_once(house: PostHouse):
    with pytest.raises(Permanent, match="550"):
        await house.channel(SteppingClock()).send(parcel("cc" * 16, to="nobody@theirs.example"))


async def test_nothing_leaves_the_machine(house: PostHouse):
    with pytest.raises(Permanent, match="550"):
        await house.channel(SteppingClock()).send(parcel("ff" * 16, to="guest@far.example"))


async def test_a_mail_that_comes_back_and_an_answer_in_words_find_their_message(house: PostHouse):
    channel = house.channel(SteppingClock())
    await channel.send(parcel("dd" * 16, to="gone@theirs.example"))
    asked = Parcel(
        key="ee" * 16,
        carries=Carries.TO_OUR_SIDE,
        recipient=Recipient(address=GUEST),
        subject="Kurze Frage",
        text="Hat das Gespräch stattgefunden?",
    )
    receipt = await channel.send(asked)
    question = house.wait_for_mail("guest", receipt.ref)
    reply = EmailMessage()
    reply["From"], reply["To"] = GUEST, str(question["Reply-To"])
    reply["Subject"], reply["Message-ID"] = "Re: Kurze Frage", "<reply-1@theirs.example>"
    reply["In-Reply-To"] = str(question["Message-ID"])
    reply.set_content("Niemand erreicht\n\nAm Montag schrieb noshowd:\n> Hat das Gespräch stattgefunden?\n")
    assert NOSHOWD.partition("@")[0] in str(reply["To"])
    assert "+" in str(reply["To"])
    house.post(reply)
    house.wait_for("noshowd", 2)
    assert await brought(house, 2) == {"dd" * 16: BOUNCED, "ee" * 16: "nobody_answered"}


async def test_an_invitation_in_a_real_mailbox_is_found_and_answered_in_its_thread(house: PostHouse):
    sent = invitation("<invited-1@ours.example>", sender="anna@ours.example", to=GUEST)
    for mail in (invitation("<other@ours.example>", uid="another-event@ours.example", to=GUEST), sent):
        mail.replace_header("To", f"{mail['To']}, {NOSHOWD}")  # the copy that lies in the mailbox we may read
        house.post(mail)
    house.wait_for_mail("noshowd", "<invited-1@ours.example>")
    shelf = MailInvitations(house.mailbox("noshowd"), ("Nowhere", "INBOX"), SystemClock(), name="post")
    found = await shelf.message_id(UID, GUEST)
    assert found == "<invited-1@ours.example>"
    assert await shelf.message_id("no-such-event@ours.example", GUEST) is None
    answer = replace(parcel("ab" * 16), in_reply_to=found)
    receipt = await house.channel(SteppingClock()).send(answer)
    mail = house.wait_for_mail("guest", receipt.ref)
    assert (mail["In-Reply-To"], mail["References"]) == (found, found)
