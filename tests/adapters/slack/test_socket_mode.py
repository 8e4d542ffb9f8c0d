"""Pressed buttons over a real websocket: stored before acknowledged, once each, through every loss of line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from contract.channel_clock import NINE, MemoryBox, SteppingClock
from noshowd.adapters.slack.channel import SlackChannel
from noshowd.adapters.slack.client import Connection
from noshowd.adapters.slack.socket_mode import SocketMode
from noshowd.demo.vendors.slack.server import SlackServer
from noshowd.demo.vendors.slack.workspace import Message
from noshowd.ports.channel import Carries, Choice, Parcel, Recipient
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

APP = "xapp-simulated-app"


class Desk:
    """A workspace with one question in it, and our side listening."""

    def __init__(self, server: SlackServer, clock: SteppingClock) -> None:
        self.server = server
        self.clock = clock
        self.box = MemoryBox()
        self.anna = server.workspace.add_user("anna", "anna@example.com")
        self.connection = Connection(base_url=server.url)
        self.says: dict[str, str] = {}

    def answers(self, token: str = APP) -> SocketMode:
        return SocketMode(name="slack", app_token=token, clock=self.clock, connection=self.connection, says=self.says)

    async def ask(self) -> Message:
        channel = SlackChannel(
            name="slack", bot_token="xoxb-simulated-bot", clock=self.clock, connection=self.connection
        )
        await channel.send(
            Parcel(
                key="q1",
                carries=Carries.TO_OUR_SIDE,
                recipient=Recipient(address="anna@example.com"),
                subject="A question",
                text="Did the call take place?",
                choices=(Choice(label="Yes", value="v1.yes"), Choice(label="No", value="v1.no")),
            )
        )
        return self.server.workspace.messages[-1]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.answers().run(self.box))
        await self.until("greeted", 1)
        yield task
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def press(self, message: Message, label: str, *, times: int = 1) -> str:
        return await asyncio.to_thread(self.server.press, self.anna.id, message, label, times=times)

    async def until(self, what: str, count: int) -> None:
        await asyncio.to_thread(self.server.sockets.wait_for, what, count)


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = SteppingClock()
    with SlackServer(clock.now) as server:
        yield Desk(server, clock)


async def test_a_press_is_stored_acknowledged_and_confirmed_to_the_person(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        envelope = await desk.press(message, "Yes")
        await desk.until("acknowledged", 1)
        await desk.until("told", 1)
    (answer,) = desk.box.answers.values()
    assert (answer.channel, answer.by, answer.value) == ("slack", None, "v1.yes")
    assert desk.anna.id in answer.answer_id
    assert answer.at - NINE < timedelta(seconds=10)
    assert desk.server.sockets.acknowledged == [envelope]
    assert desk.server.workspace.ephemeral == [(desk.anna.id, "noted")]
    assert desk.box.hearing == [("slack", None)]


async def test_outside_a_direct_message_the_answer_says_who_pressed(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        await desk.press(replace(message, channel="C0000001"), "No")
        await desk.until("acknowledged", 1)
    assert [answer.by for answer in desk.box.answers.values()] == [desk.anna.id]


async def test_the_person_hears_it_in_their_own_words(desk: Desk) -> None:
    message = await desk.ask()
    desk.says = {"noted": "Die Antwort ist notiert."}
    async with desk.listening():
        await desk.press(message, "Yes")
        await desk.until("told", 1)
    assert desk.server.workspace.ephemeral == [(desk.anna.id, "Die Antwort ist notiert.")]


async def test_a_repeated_envelope_is_one_answer_and_two_presses_are_two(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        await desk.press(message, "Yes", times=2)
        await desk.until("acknowledged", 2)
        assert len(desk.box.answers) == 1
        await desk.press(message, "No")
        await desk.until("acknowledged", 3)
    assert [answer.value for answer in desk.box.answers.values()] == ["v1.yes", "v1.no"]


async def test_what_could_not_be_stored_stays_unacknowledged(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        desk.box.broken = True
        await desk.press(message, "Yes")
        await desk.box.wait_for_puts(1)
        desk.box.broken = False
        second = await desk.press(message, "Yes")
        await desk.until("acknowledged", 1)
    assert desk.server.sockets.acknowledged == [second]
    assert len(desk.box.answers) == 1


async def test_an_announced_end_overlaps(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        await asyncio.to_thread(desk.server.announce_disconnect, "refresh_requested")
        await desk.until("greeted", 2)
        await desk.until("connected", 2)
        await asyncio.to_thread(desk.server.drop_connections, oldest=1)
        await desk.press(message, "Yes")
        await desk.until("acknowledged", 1)
    assert len(desk.box.answers) == 1


async def test_a_lost_line_is_opened_again(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        for round_ in range(3):
            await asyncio.to_thread(desk.server.drop_connections)
            await desk.until("greeted", round_ + 2)
        await desk.press(message, "Yes")
        await desk.until("acknowledged", 1)
    assert len(desk.box.answers) == 1


async def test_nonsense_is_passed_over(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        hollow = {"envelope_id": "e", "type": "interactive", "payload": {"type": "block_actions"}}
        foreign = {"envelope_id": "f", "type": "events_api", "payload": {"event": {"type": "message"}}}
        for raw in ("not json", "[1]", json.dumps(hollow), json.dumps(foreign)):
            await asyncio.to_thread(desk.server.say_raw, raw)
        await desk.press(message, "Yes")
        await desk.until("acknowledged", 3)
    assert desk.server.sockets.acknowledged[:2] == ["e", "f"]
    assert len(desk.box.answers) == 1


async def test_a_refused_token_ends_the_source_with_its_own_word(desk: Desk) -> None:
    with pytest.raises(CredentialsLost):
        await desk.answers("xapp-somebody-else").run(desk.box)
    with pytest.raises(Permanent):
        await desk.answers("xoxb-simulated-bot").run(desk.box)


async def test_attempts_to_connect_slow_down(desk: Desk) -> None:
    desk.connection = replace(desk.connection, base_url="http://127.0.0.1:1/api/")
    task = asyncio.create_task(desk.answers().run(desk.box))
    await desk.clock.wait_for_sleeps(9)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert desk.clock.slept[:9] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert [type(error) for _, error in desk.box.hearing[:9]] == [Temporary] * 9
