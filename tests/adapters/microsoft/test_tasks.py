"""Tasks in Microsoft To Do, held to the channel suite."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.microsoft.tenant import ANNA, CLIENT, GUEST, Tenant
from contract.channel_suite import ChannelSuite, ChannelWorld, Delivered
from noshowd.adapters.microsoft.graph import Graph
from noshowd.adapters.microsoft.tasks import ToDoTasks
from noshowd.demo.vendors.microsoft.faults import lost_answer, throttled
from noshowd.ports.channel import Carries, Parcel, Recipient
from noshowd.ports.errors import Permanent


class ToDoWorld(ChannelWorld):
    rejects_recipients = False

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.channel = self.made(tenant.graph())

    def wait(self, span: timedelta) -> None:
        self.tenant.clock.instant += span

    def made(self, graph: Graph) -> ToDoTasks:
        return ToDoTasks(graph, self.tenant.clock, name="to_do")

    def parcel(self, key: str = "parcel-1") -> Parcel:
        return Parcel(
            key=key,
            carries=Carries.TASKS,
            recipient=Recipient(address=ANNA, name="Anna Meier"),
            subject="Ring Gerd Gast",
            text="He did not come at ten.",
            link="https://noshowd.example/m/1",
            due=datetime(2026, 3, 10, 23, 30, tzinfo=UTC),
            zone="Europe/Berlin",
        )

    def delivered(self) -> list[Delivered]:
        return [
            Delivered(to=frozenset({ANNA}), title=task["title"], body=task["body"]["content"])
            for task in self.tenant.sim.todo.tasks(ANNA)
        ]

    def addressee(self, parcel: Parcel) -> str:
        return ANNA

    def lose_answer(self) -> None:
        self.tenant.sim.faults.order(lost_answer("/tasks"))

    def throttle(self, seconds: int) -> None:
        self.tenant.sim.faults.order(throttled("/tasks", retry_after=seconds))

    def reject_recipient(self) -> None:
        raise AssertionError("a task goes to the owner of the list")

    def revoke(self) -> None:
        self.tenant.sim.withdraw_secret(CLIENT)

    def unplug(self) -> None:
        self.channel = self.made(self.tenant.unreachable())


@pytest.fixture
def world(tenant: Tenant) -> ToDoWorld:
    return ToDoWorld(tenant)


class TestToDoTasks(ChannelSuite):
    @pytest.fixture
    def world(self, world: ToDoWorld) -> ToDoWorld:
        return world


async def test_the_reminder_is_an_instant_and_the_day_is_the_persons(world: ToDoWorld) -> None:
    await world.channel.send(world.parcel())
    (task,) = world.tenant.sim.todo.tasks(ANNA)
    assert task["dueDateTime"] == {"dateTime": "2026-03-11T00:00:00", "timeZone": "UTC"}
    assert task["reminderDateTime"] == {"dateTime": "2026-03-10T23:30:00", "timeZone": "UTC"}
    assert task["isReminderOn"]


async def test_the_linked_resource_carries_our_key(world: ToDoWorld) -> None:
    await world.channel.send(world.parcel())
    (task,) = world.tenant.sim.todo.tasks(ANNA)
    (linked,) = task["linkedResources"]
    assert (linked["externalId"], linked["webUrl"]) == ("parcel-1", "https://noshowd.example/m/1")


async def test_without_a_due_time_there_is_no_reminder(world: ToDoWorld) -> None:
    await world.channel.send(replace(world.parcel(), due=None, link=None))
    (task,) = world.tenant.sim.todo.tasks(ANNA)
    assert "reminderDateTime" not in task


async def test_our_task_is_found_behind_many_others(world: ToDoWorld) -> None:
    for number in range(120):
        await world.channel.send(world.parcel(f"other-{number}"))
    sent = await world.channel.send(world.parcel())
    found = await world.channel.verify(world.parcel())
    assert found is not None
    assert found.ref == sent.ref


async def test_the_list_is_looked_up_once(world: ToDoWorld) -> None:
    await world.channel.send(world.parcel("a"))
    await world.channel.send(world.parcel("b"))
    assert world.tenant.paths().count("GET lists") == 1


async def test_a_list_of_its_own_is_made_once_and_found_again(world: ToDoWorld) -> None:
    for key in ("a", "b"):
        channel = ToDoTasks(world.tenant.graph(), world.tenant.clock, name="to_do", title="noshowd")
        await channel.send(world.parcel(key))
    assert world.tenant.paths().count("POST lists") == 1
    assert len(world.delivered()) == 2


async def test_somebody_without_a_mailbox_here_gets_no_task(world: ToDoWorld) -> None:
    with pytest.raises(Permanent, match="mailboxes of this account"):
        await world.channel.send(replace(world.parcel(), recipient=Recipient(address=GUEST)))
