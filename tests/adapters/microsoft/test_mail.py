"""Mail through Graph, plainly and by draft, held to the channel suite."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from adapters.microsoft.tenant import ANNA, BEN, CLIENT, GUEST, Tenant
from contract.channel_suite import ChannelSuite, ChannelWorld, Delivered
from noshowd.adapters.microsoft.channel import DraftedMail, PlainMail
from noshowd.adapters.microsoft.graph import Graph
from noshowd.adapters.microsoft.mail_wire import message
from noshowd.demo.vendors.microsoft.faults import Fault, lost_answer, throttled
from noshowd.ports.channel import Carries, Choice, Parcel, Recipient
from noshowd.ports.errors import Permanent, Temporary


def readable(html: str) -> str:
    """What a mail program shows of it."""
    return unescape(re.sub(r"<[^>]+>", "", html))


class MailWorld(ChannelWorld):
    """The last request of a send is the one that matters: sendMail, or the sending of the draft."""

    retracts = False

    def __init__(self, tenant: Tenant, kind: type[PlainMail | DraftedMail], last: str) -> None:
        self.tenant = tenant
        self.mail = tenant.sim.mail
        self.last = last
        self.kind = kind
        self.channel = self.made(tenant.graph())

    def wait(self, span: timedelta) -> None:
        self.tenant.clock.instant += span

    def made(self, graph: Graph) -> PlainMail | DraftedMail:
        return self.kind(graph, self.tenant.clock, name="outlook", mailbox=ANNA)

    def parcel(self, key: str = "parcel-1") -> Parcel:
        return Parcel(
            key=key,
            carries=Carries.TO_GUESTS,
            recipient=Recipient(address=GUEST, name="Gerd Gast"),
            subject="We are in the call",
            text="Guten Tag Gerd Gast, wir sind im Gespräch.",
            sender=Recipient(address=ANNA, name="Anna Meier"),
        )

    def delivered(self) -> list[Delivered]:
        return [
            Delivered(to=frozenset(m.to), title=m.subject, body=m.body)
            if m.content["body"]["contentType"] == "text"
            else Delivered(to=frozenset(m.to), title=m.subject, body=readable(m.body), markup=m.body)
            for m in self.mail.sent
        ]

    def addressee(self, parcel: Parcel) -> str:
        assert parcel.recipient.address
        return parcel.recipient.address

    def lose_answer(self) -> None:
        self.tenant.sim.faults.order(lost_answer(self.last))

    def throttle(self, seconds: int) -> None:
        self.tenant.sim.faults.order(throttled(self.last, retry_after=seconds))

    def reject_recipient(self) -> None:
        self.tenant.sim.faults.order(Fault(path=self.last, status=400, code="ErrorInvalidRecipients"))

    def revoke(self) -> None:
        self.tenant.sim.withdraw_secret(CLIENT)

    def unplug(self) -> None:
        self.channel = self.made(self.tenant.unreachable())


@pytest.fixture
def plain(tenant: Tenant) -> MailWorld:
    return MailWorld(tenant, PlainMail, "/sendMail")


@pytest.fixture
def drafted(tenant: Tenant) -> MailWorld:
    return MailWorld(tenant, DraftedMail, "/send")


class TestPlainMail(ChannelSuite):
    @pytest.fixture
    def world(self, plain: MailWorld) -> MailWorld:
        return plain


class TestDraftedMail(ChannelSuite):
    @pytest.fixture
    def world(self, drafted: MailWorld) -> MailWorld:
        return drafted


async def test_plain_mail_needs_no_right_but_sending(plain: MailWorld) -> None:
    plain.tenant.application.roles = {"Mail.Send"}
    await plain.channel.send(plain.parcel())
    assert plain.tenant.paths() == ["POST sendMail"]


@pytest.mark.parametrize(("status", "uncertain"), [(302, True), (409, False), (502, True), (408, True)])
async def test_what_may_have_left_is_uncertain(plain: MailWorld, status: int, uncertain: bool) -> None:
    plain.tenant.sim.faults.order(Fault(path="/sendMail", status=status, text=""))
    with pytest.raises(Temporary) as caught:
        await plain.channel.send(plain.parcel())
    assert caught.value.uncertain is uncertain


async def test_a_blind_retry_would_double_the_mail(plain: MailWorld) -> None:
    """Why plain mail asks a person: Graph does not know that it is the same message."""
    await plain.channel.send(plain.parcel())
    await plain.channel.send(plain.parcel())
    assert len(plain.mail.sent) == 2


async def test_it_comes_from_the_hosts_own_mailbox(plain: MailWorld) -> None:
    await plain.channel.send(replace(plain.parcel(), sender=Recipient(address=BEN.upper())))
    assert plain.mail.sent[0].mailbox == BEN


async def test_a_sender_without_mailbox_here_gets_the_answers(plain: MailWorld) -> None:
    await plain.channel.send(replace(plain.parcel(), sender=Recipient(address="carl@other.example")))
    (sent,) = plain.mail.sent
    assert sent.mailbox == ANNA
    assert sent.content["replyTo"] == [{"emailAddress": {"address": "carl@other.example"}}]


async def test_a_draft_left_by_a_lost_answer_is_used_again(drafted: MailWorld) -> None:
    drafted.tenant.sim.faults.order(lost_answer("/messages"))
    with pytest.raises(Temporary) as caught:
        await drafted.channel.send(drafted.parcel())
    assert caught.value.uncertain
    await drafted.channel.send(drafted.parcel())
    assert len(drafted.mail.messages) == len(drafted.mail.sent) == 1


async def test_sending_what_was_sent_already_sends_nothing(drafted: MailWorld) -> None:
    first = await drafted.channel.send(drafted.parcel())
    again = await drafted.channel.send(drafted.parcel())
    assert again.ref == first.ref
    assert len(drafted.mail.sent) == 1


async def test_a_fresh_draft_may_still_be_on_its_way_out(drafted: MailWorld) -> None:
    drafted.throttle(5)
    with pytest.raises(Temporary):
        await drafted.channel.send(drafted.parcel())
    with pytest.raises(Temporary, match="still be on its way"):
        await drafted.channel.verify(drafted.parcel())
    drafted.tenant.clock.instant += timedelta(minutes=6)
    assert await drafted.channel.verify(drafted.parcel()) is None


@pytest.mark.parametrize("text", ['{"value": [{"id": "1"}]}', '{"value": [{"isDraft": false}]}', '{"value": 5}', "[]"])
async def test_nonsense_is_temporary(drafted: MailWorld, text: str) -> None:
    drafted.tenant.sim.faults.standing = Fault(path="/messages", status=200, text=text)
    with pytest.raises(Temporary):
        await drafted.channel.verify(drafted.parcel())
    assert drafted.mail.sent == ()


async def test_a_draft_is_left_for_its_sender_and_can_be_taken_back(drafted: MailWorld) -> None:
    parcel = replace(drafted.parcel(), draft=True)
    receipt = await drafted.channel.send(parcel)
    assert (len(drafted.mail.drafts), drafted.mail.sent) == (1, ())
    assert await drafted.channel.verify(parcel) is not None
    await drafted.channel.retract(receipt)
    await drafted.channel.retract(receipt)
    assert drafted.mail.drafts == ()


async def test_plain_mail_refuses_a_draft(plain: MailWorld) -> None:
    with pytest.raises(Permanent, match="draft"):
        await plain.channel.send(replace(plain.parcel(), draft=True))
    assert plain.mail.sent == ()


def test_only_headers_graph_takes_are_sent(plain: MailWorld) -> None:
    parcel = replace(plain.parcel(), headers=(("X-Noshowd", "a\r\nBcc: b"), ("Auto-Submitted", "auto-generated")))
    assert message(parcel, ANNA)["internetMessageHeaders"] == [{"name": "X-Noshowd", "value": "a Bcc: b"}]


def test_a_reply_names_what_it_replies_to(plain: MailWorld) -> None:
    properties = message(replace(plain.parcel(), in_reply_to="<1@x>"), ANNA)["singleValueExtendedProperties"]
    assert {"id": "String 0x1042", "value": "<1@x>"} in properties


def test_choices_are_links_below_the_text(plain: MailWorld) -> None:
    choices = (
        Choice(label="Yes & <b>", value="y", url="https://n.example/a?b=1&c=2"),
        Choice(label="No", value="n", url="https://n.example/a?b=1&c=2"),
    )
    text = message(replace(plain.parcel(), choices=choices), ANNA)["body"]
    assert text["contentType"] == "text"
    assert text["content"].endswith("Yes & <b> / No:\nhttps://n.example/a?b=1&c=2")
    html = message(replace(plain.parcel(), html="<p>Hello</p>", preview="A <word>", choices=choices), ANNA)["body"]
    assert html["content"] == (
        '<div style="display:none">A &lt;word&gt;</div><p>Hello</p>'
        '<p><a href="https://n.example/a?b=1&amp;c=2">Yes &amp; &lt;b&gt; / No</a></p>'
    )
