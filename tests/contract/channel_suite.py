"""What every channel promises, run by each vendor against its simulated counterpart.

A vendor subclasses `ChannelSuite` as `Test...` and gives a `world` fixture: a `ChannelWorld` that holds the
real channel and can make the simulated vendor misbehave.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from noshowd.ports.channel import Channel, Choice, Parcel, Receipt, Recipient, Recovery
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

EVIL = "Meier\r\nBcc: victim@example.com\r\n\r\n<!channel> <https://evil.example|x> <script>alert(1)</script> & co"
HUGE = "Guten Tag. " + "x" * 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One thing that lies at the vendor now, as its receiver would find it."""

    #: Everybody who gets it (envelope, To, Cc and Bcc alike; the owner of a task list).
    to: frozenset[str]
    #: Subject or title, decoded.
    title: str
    #: Readable text, decoded.
    body: str
    #: The raw parts that a client interprets (HTML, Slack's mrkdwn); "" where there are none.
    markup: str = ""


class ChannelWorld(ABC):
    """The channel under test and levers on its simulated vendor. Levers act on the next call of `send`."""

    channel: Channel
    #: What is below says what the vendor can do; the suite holds the channel to it.
    tells_retry_after: bool = True
    retracts: bool = True
    #: False where no sender or addressee can be unknown to the vendor (one's own task list).
    rejects_recipients: bool = True

    @abstractmethod
    def parcel(self, key: str = "parcel-1") -> Parcel:
        """A parcel that the vendor accepts, with the key given and one plain text."""

    def wait(self, span: timedelta) -> None:  # noqa: B027 - nothing to do for most
        """`span` passes; override it where the channel keeps what it was asked to wait for."""

    @abstractmethod
    def delivered(self) -> list[Delivered]:
        """What lies at the vendor now, oldest first; nothing that was retracted."""

    @abstractmethod
    def addressee(self, parcel: Parcel) -> str:
        """How `Delivered.to` names the recipient of this parcel."""

    @abstractmethod
    def lose_answer(self) -> None:
        """The next send takes effect, and its answer never arrives."""

    @abstractmethod
    def throttle(self, seconds: int) -> None:
        """The next send is put off without effect: 429 or its like, with `Retry-After` where there is one."""

    @abstractmethod
    def reject_recipient(self) -> None:
        """The next send is refused for good: nobody of that name here."""

    @abstractmethod
    def revoke(self) -> None:
        """The credentials are no longer accepted, from now on."""

    @abstractmethod
    def unplug(self) -> None:
        """Nobody listens at the vendor's address any more."""


class ChannelSuite:
    """Subclass it, give a fixture `world`."""

    async def test_send_gives_a_receipt_and_delivers_once(self, world: ChannelWorld) -> None:
        parcel = world.parcel()
        receipt = await world.channel.send(parcel)
        assert receipt.channel == world.channel.name
        assert receipt.ref
        assert receipt.at.tzinfo is not None
        (found,) = world.delivered()
        assert found.to == {world.addressee(parcel)}
        assert parcel.text in found.body

    async def test_the_same_parcel_again_does_what_recovery_says(self, world: ChannelWorld) -> None:
        parcel = world.parcel()
        first = await world.channel.send(parcel)
        match world.channel.recovery:
            case Recovery.VERIFY:
                again = await world.channel.verify(parcel)
                assert again is not None
                assert again.ref == first.ref
            case Recovery.RESEND:
                await world.channel.send(parcel)
            case Recovery.ASK:
                return
        assert len({found.title + found.body for found in world.delivered()}) == 1

    async def test_verify_finds_nothing_that_never_left(self, world: ChannelWorld) -> None:
        await world.channel.send(world.parcel("parcel-1"))
        if world.channel.recovery is Recovery.VERIFY:
            assert await world.channel.verify(world.parcel("parcel-2")) is None

    async def test_an_answer_that_never_comes_is_uncertain(self, world: ChannelWorld) -> None:
        world.lose_answer()
        parcel = world.parcel()
        with pytest.raises(Temporary) as caught:
            await world.channel.send(parcel)
        assert caught.value.uncertain
        assert len(world.delivered()) == 1
        if world.channel.recovery is Recovery.VERIFY:
            assert await world.channel.verify(parcel) is not None

    async def test_nobody_listening_is_certain(self, world: ChannelWorld) -> None:
        world.unplug()
        with pytest.raises(Temporary) as caught:
            await world.channel.send(world.parcel())
        assert not caught.value.uncertain

    async def test_put_off_is_temporary_with_the_vendors_own_wish(self, world: ChannelWorld) -> None:
        world.throttle(37)
        with pytest.raises(Temporary) as caught:
            await world.channel.send(world.parcel())
        assert not caught.value.uncertain
        if world.tells_retry_after:
            assert caught.value.retry_after == timedelta(seconds=37)
        assert world.delivered() == []
        world.wait(timedelta(seconds=37))
        await world.channel.send(world.parcel())
        assert len(world.delivered()) == 1

    async def test_an_unknown_recipient_is_permanent(self, world: ChannelWorld) -> None:
        if not world.rejects_recipients:
            return
        world.reject_recipient()
        parcel = world.parcel()
        with pytest.raises(Permanent) as caught:
            await world.channel.send(parcel)
        assert_discreet(caught.value.reason, parcel)
        assert world.delivered() == []

    async def test_a_recipient_without_the_field_needed_is_permanent(self, world: ChannelWorld) -> None:
        parcel = replace(world.parcel(), recipient=Recipient(name="Somebody"))
        with pytest.raises(Permanent):
            await world.channel.send(parcel)
        assert world.delivered() == []

    async def test_lost_credentials_have_their_own_word(self, world: ChannelWorld) -> None:
        world.revoke()
        parcel = world.parcel()
        with pytest.raises(CredentialsLost) as caught:
            await world.channel.send(parcel)
        assert_discreet(caught.value.reason, parcel)
        assert world.delivered() == []

    async def test_edit_replaces_or_is_refused(self, world: ChannelWorld) -> None:
        parcel = world.parcel()
        receipt = await world.channel.send(parcel)
        newer = replace(parcel, text="They are here after all.")
        if not world.channel.edits:
            with pytest.raises(Permanent):
                await world.channel.edit(receipt, newer)
            return
        edited = await world.channel.edit(receipt, newer)
        assert isinstance(edited, Receipt)
        (found,) = world.delivered()
        assert newer.text in found.body
        assert parcel.text not in found.body

    async def test_retract_takes_back_once_and_again_or_is_refused(self, world: ChannelWorld) -> None:
        receipt = await world.channel.send(world.parcel())
        if not world.retracts:
            with pytest.raises(Permanent):
                await world.channel.retract(receipt)
            return
        await world.channel.retract(receipt)
        assert world.delivered() == []
        await world.channel.retract(receipt)

    async def test_injected_markup_and_headers_stay_words(self, world: ChannelWorld) -> None:
        parcel = world.parcel()
        evil = replace(
            parcel,
            recipient=replace(parcel.recipient, name=EVIL),
            sender=replace(parcel.sender, name=EVIL) if parcel.sender else None,
            subject=f"Call with {EVIL}",
            text=f"Call with {EVIL}",
            preview=EVIL,
            html="<p>Call</p>",
            choices=(Choice(label=EVIL, value="v1.opaque", url="https://noshowd.example/a/token"),),
        )
        await world.channel.send(evil)
        (found,) = world.delivered()
        assert found.to == {world.addressee(parcel)}
        assert "\n" not in found.title
        assert "\r" not in found.title
        assert "<script>alert(1)</script> & co" in found.body
        for live in ("<!channel>", "<https://evil.example|x>", "<script"):
            assert live not in found.markup

    async def test_a_huge_text_is_refused_or_cut_visibly(self, world: ChannelWorld) -> None:
        parcel = replace(world.parcel(), text=HUGE)
        try:
            await world.channel.send(parcel)
        except Permanent as refused:
            assert_discreet(refused.reason, parcel)
            assert world.delivered() == []
            return
        (found,) = world.delivered()
        assert found.body.startswith("Guten Tag. ")
        assert HUGE in found.body or "…" in found.body


def assert_discreet(reason: str, parcel: Parcel) -> None:
    """A reason goes into logs: short, no person, no content."""
    assert len(reason) <= 300
    for private in (parcel.recipient.address, parcel.recipient.slack, parcel.text[:40], parcel.subject):
        assert not private or private not in reason
