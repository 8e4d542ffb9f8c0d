"""Mail and tasks through Exchange, held to the channel suite."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from adapters.exchange.house import ANNA, BEN, GUEST, NOBODY, House
from contract.channel_suite import ChannelSuite, ChannelWorld, Delivered
from noshowd.adapters.exchange.channel import ExchangeMail
from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.tasks import ExchangeTasks
from noshowd.demo.vendors.exchange.items import Item
from noshowd.demo.vendors.exchange.simulation import Trouble
from noshowd.demo.vendors.exchange.soap import T
from noshowd.ports.channel import Carries, Channel, Parcel, Recipient
from noshowd.ports.errors import Permanent


class ExchangeWorld(ChannelWorld):
    def __init__(self, house: House) -> None:
        self.house = house
        self.channel = self.made(house.server())

    def made(self, server: ExchangeClient) -> Channel:
        raise AssertionError("a kind of channel says which")

    def addressee(self, parcel: Parcel) -> str:
        assert parcel.recipient.address
        return parcel.recipient.address

    def lose_answer(self) -> None:
        self.house.sim.troubles.append(Trouble(operation="CreateItem", status=504, after=True))

    def throttle(self, seconds: int) -> None:
        self.house.sim.troubles.append(Trouble(operation="CreateItem", back_off=seconds * 1000))

    def reject_recipient(self) -> None:
        self.house.sim.troubles.append(Trouble(operation="CreateItem", code="ErrorInvalidRecipients"))

    def revoke(self) -> None:
        self.house.sim.password = "changed"

    def unplug(self) -> None:
        self.channel = self.made(self.house.server(endpoint=NOBODY))


class MailWorld(ExchangeWorld):
    retracts = False

    def made(self, server: ExchangeClient) -> Channel:
        return ExchangeMail(server, self.house.clock, name="exchange", mailbox=ANNA)

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
        return [_read(item) for _, item in self.house.sim.operations.sent]


class TasksWorld(ExchangeWorld):
    rejects_recipients = False

    def made(self, server: ExchangeClient) -> Channel:
        return ExchangeTasks(server, self.house.clock, name="exchange_tasks")

    def parcel(self, key: str = "parcel-1") -> Parcel:
        return Parcel(
            key=key,
            carries=Carries.TASKS,
            recipient=Recipient(address=ANNA),
            subject="Ring Gerd Gast",
            text="He did not come at ten.",
            due=datetime(2026, 3, 10, 23, 30, tzinfo=UTC),
            zone="Europe/Berlin",
        )

    def tasks(self) -> list[Item]:
        return self.house.sim.store.inside(ANNA, "tasks")

    def delivered(self) -> list[Delivered]:
        return [
            Delivered(to=frozenset({ANNA}), title=task.text("item:Subject"), body=task.text("item:Body"))
            for task in self.tasks()
        ]


def _read(item: Item) -> Delivered:
    body, html = item.text("item:Body"), item.properties["item:Body"].get("BodyType") == "HTML"
    return Delivered(
        to=frozenset(one.text or "" for one in item.properties["message:ToRecipients"].iter(f"{T}EmailAddress")),
        title=item.text("item:Subject"),
        body=unescape(re.sub(r"<[^>]+>", "", body)) if html else body,
        markup=body if html else "",
    )


@pytest.fixture
def mail(house: House) -> MailWorld:
    return MailWorld(house)


@pytest.fixture
def tasks(house: House) -> TasksWorld:
    return TasksWorld(house)


class TestExchangeMail(ChannelSuite):
    @pytest.fixture
    def world(self, mail: MailWorld) -> MailWorld:
        return mail


async def test_a_list_of_its_own_is_made_once_and_found_again(house: House) -> None:
    world = TasksWorld(house)
    channel = ExchangeTasks(house.server(), house.clock, name="tasks", title="noshowd")
    receipt = await channel.send(world.parcel("a"))
    await channel.send(world.parcel("b"))
    assert house.sim.store.folders == {ANNA: ["tasks/noshowd"]}
    assert len(house.sim.store.inside(ANNA, "tasks/noshowd")) == 2
    assert world.tasks() == []
    found = await channel.verify(world.parcel("a"))
    assert found is not None
    assert found.ref == receipt.ref
    changed = await channel.edit(receipt, world.parcel("a"))
    await channel.retract(changed)
    assert len(house.sim.store.inside(ANNA, "tasks/noshowd")) == 1


class TestExchangeTasks(ChannelSuite):
    @pytest.fixture
    def world(self, tasks: TasksWorld) -> TasksWorld:
        return tasks


async def test_mail_comes_from_the_hosts_own_mailbox(mail: MailWorld) -> None:
    await mail.channel.send(replace(mail.parcel(), sender=Recipient(address=BEN)))
    assert [mailbox for mailbox, _ in mail.house.sim.operations.sent] == [BEN]


async def test_a_sender_without_mailbox_here_gets_the_answers(mail: MailWorld) -> None:
    other = Recipient(address="carl@other.example")
    await mail.channel.send(replace(mail.parcel(), sender=other, in_reply_to="<1@x.example>"))
    ((mailbox, item),) = mail.house.sim.operations.sent
    assert mailbox == ANNA
    assert [one.text for one in item.properties["message:ReplyTo"].iter(f"{T}EmailAddress")] == [other.address]
    assert item.text("item:InReplyTo") == "<1@x.example>"


async def test_a_draft_is_left_for_its_sender_and_can_be_taken_back(mail: MailWorld) -> None:
    parcel = replace(mail.parcel(), draft=True)
    receipt = await mail.channel.send(parcel)
    assert mail.delivered() == []
    assert len(mail.house.sim.store.inside(ANNA, "drafts")) == 1
    assert await mail.channel.verify(parcel) is not None
    await mail.channel.retract(receipt)
    await mail.channel.retract(receipt)
    assert mail.house.sim.store.inside(ANNA, "drafts") == []


async def test_a_task_is_due_on_the_persons_own_day(tasks: TasksWorld) -> None:
    await tasks.channel.send(tasks.parcel())
    (task,) = tasks.tasks()
    assert task.text("task:DueDate").startswith("2026-03-11")
    assert task.text("item:ReminderDueBy") == "2026-03-10T23:30:00Z"
    assert task.mark("noshowd") == "parcel-1"


async def test_somebody_without_a_mailbox_here_gets_no_task(tasks: TasksWorld) -> None:
    with pytest.raises(Permanent, match="mailboxes of this account"):
        await tasks.channel.send(replace(tasks.parcel(), recipient=Recipient(address=GUEST)))
