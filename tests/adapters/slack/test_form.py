"""A text is changed in a modal before it is approved: opened, sent off, refused, repeated; over a real websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from contract.channel_clock import NINE, MemoryBox, SteppingClock
from noshowd.adapters.slack.channel import SlackChannel
from noshowd.adapters.slack.client import Connection
from noshowd.adapters.slack.socket_mode import EMPTY, NOT_OPENED, SocketMode
from noshowd.demo.vendors.slack.server import SlackServer
from noshowd.demo.vendors.slack.views import Modal
from noshowd.demo.vendors.slack.workspace import Message
from noshowd.ports.answers import Answer, Draft
from noshowd.ports.channel import Carries, Choice, Edit, Parcel, Recipient

FINAL = "Dear Gus,\n\nthe room is open: https://meet.example/a?b=1&c=2 <see you>"
DRAFT = Draft(title="Edit", about="Gus <gus@them.example>: Our call at 10:00", text=FINAL, send="Send")
ASKED = Parcel(
    key="q1",
    carries=Carries.TO_OUR_SIDE,
    recipient=Recipient(address="anna@example.com"),
    subject="Approval",
    text=FINAL,
    choices=(
        Choice(label="Send", value="approve.k", style="primary", edit=Edit(label="Edit", text=FINAL)),
        Choice(label="Do not send", value="refuse.k", style="danger"),
    ),
)


class Desk:
    """A workspace with a message for approval in it, and our side listening."""

    def __init__(self, server: SlackServer, clock: SteppingClock) -> None:
        self.server, self.clock, self.workspace = server, clock, server.workspace
        self.box = MemoryBox()
        self.box.shows = DRAFT
        self.anna = server.workspace.add_user("anna", "anna@example.com")
        self.connection = Connection(base_url=server.url)

    async def ask(self, parcel: Parcel = ASKED) -> Message:
        token = self.workspace.bot_token
        channel = SlackChannel(name="slack", bot_token=token, clock=self.clock, connection=self.connection)
        await channel.send(parcel)
        return self.workspace.messages[-1]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        mode = SocketMode(
            name="slack",
            app_token=self.workspace.app_token,
            bot_token=self.workspace.bot_token,
            clock=self.clock,
            connection=self.connection,
        )
        task = asyncio.create_task(mode.run(self.box))
        await self.until("greeted", 1)
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def open(self, message: Message, *, channel: str | None = None) -> Modal:
        """Press "Edit"; what the person has before them then."""
        shown = message if channel is None else replace(message, channel=channel)
        await asyncio.to_thread(self.server.press, self.anna.id, shown, "Edit")
        await self.until("opened", 1)
        return self.workspace.modals.opened[-1]

    async def submit(self, modal: Modal, text: str, *, times: int = 1) -> object:
        """Send it off; what the form is told to do: None for closing it."""
        before = len(self.server.sockets.acknowledged)
        envelope = await asyncio.to_thread(self.server.submit, modal, text, times=times)
        await self.until("acknowledged", before + times)
        return self.server.sockets.replies[envelope]

    async def refused(self) -> str:
        """Press "Edit" where nothing opens; what only this person is told."""
        await asyncio.to_thread(self.server.press, self.anna.id, self.workspace.messages[-1], "Edit")
        await self.until("told", 1)
        assert not self.workspace.modals.opened
        [(user, word)] = self.workspace.ephemeral
        assert user == self.anna.id
        return word

    async def until(self, what: str, count: int) -> None:
        await asyncio.to_thread(self.server.sockets.wait_for, what, count)


def errors(word: str) -> object:
    return {"response_action": "errors", "errors": {"text": word}}


def labels(message: Message) -> list[str]:
    return [button["text"]["text"] for block in message.blocks for button in block.get("elements", ())]


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = SteppingClock()
    with SlackServer(clock.now) as server:
        yield Desk(server, clock)


async def test_edit_opens_the_very_text_and_decides_nothing(desk: Desk) -> None:
    message = await desk.ask()
    assert labels(message) == ["Send", "Do not send", "Edit"]
    async with desk.listening():
        modal = await desk.open(message)
    assert modal.user_id == desk.anna.id
    assert modal.field["initial_value"] == FINAL
    assert modal.field["multiline"] is True
    assert modal.view["title"]["text"] == "Edit"
    assert modal.view["submit"]["text"] == "Send"
    assert modal.view["blocks"][0]["label"]["text"] == DRAFT.about
    assert not desk.box.answers
    assert [(asked.value, asked.by) for asked in desk.box.wanted] == [("approve.k", None)]


async def test_the_changed_text_is_handed_in_with_the_approval(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        assert await desk.submit(await desk.open(message), "Dear Gus,\r\nshall we?\n ") is None
    [answer] = desk.box.answers.values()
    assert (answer.value, answer.text, answer.by, answer.about) == ("approve.k", "Dear Gus,\nshall we?", None, None)
    assert desk.anna.id in answer.answer_id
    assert answer.at >= NINE


async def test_outside_a_direct_message_it_says_who_sent_it_off(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        await desk.submit(await desk.open(message, channel="C0000001"), "Changed")
    assert [answer.by for answer in desk.box.answers.values()] == [desk.anna.id]


async def test_sent_off_twice_is_one_answer_and_another_text_is_another(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        modal = await desk.open(message)
        assert await desk.submit(modal, "Changed", times=2) is None
        assert len(desk.box.answers) == 1
        desk.box.says = "already decided"
        assert await desk.submit(modal, "Changed again") == errors("already decided")
    assert len(desk.box.answers) == 2


async def test_too_late_stays_open_and_says_why(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        modal = await desk.open(message)
        desk.box.says = "too late"
        assert await desk.submit(modal, "Changed") == errors("too late")


async def test_blanks_are_no_text_and_approve_nothing(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        modal = await desk.open(message)
        assert await desk.submit(modal, " \n ") == errors(EMPTY)
    assert not desk.box.answers


async def test_what_could_not_be_stored_stays_unacknowledged(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        modal = await desk.open(message)
        desk.box.broken = True
        await asyncio.to_thread(desk.server.submit, modal, "Changed")
        await desk.box.wait_for_puts(1)
        desk.box.broken = False
        assert await desk.submit(modal, "Changed") is None
    assert len(desk.server.sockets.acknowledged) == 2, "the press and the second attempt"


async def test_where_nothing_can_be_decided_nothing_opens(desk: Desk) -> None:
    await desk.ask()
    desk.box.shows = "already decided"
    async with desk.listening():
        assert await desk.refused() == "already decided"


async def test_slack_that_no_longer_opens_anything_is_told_of(desk: Desk) -> None:
    await desk.ask()

    class Slow(MemoryBox):
        async def draft(self, answer: Answer) -> Draft | str:
            desk.clock.advance(4)
            return DRAFT

    desk.box = Slow()
    async with desk.listening():
        assert await desk.refused() == NOT_OPENED


async def test_a_failure_of_ours_leaves_the_line_open(desk: Desk) -> None:
    message = await desk.ask()

    class Broken(MemoryBox):
        async def draft(self, answer: Answer) -> Draft | str:
            raise OSError("the disk is full")

    desk.box = Broken()
    async with desk.listening():
        assert await desk.refused() == NOT_OPENED
        await asyncio.to_thread(desk.server.press, desk.anna.id, message, "Send")
        await desk.until("acknowledged", 2)
    assert [answer.value for answer in desk.box.answers.values()] == ["approve.k"]


@pytest.mark.parametrize(("text", "offered"), [("a" * 3000, True), ("a" * 3001, False), ("😀" * 1501, False)])
async def test_a_text_that_no_field_holds_is_not_offered(desk: Desk, text: str, offered: bool) -> None:
    send, refuse = ASKED.choices
    choices = (replace(send, edit=Edit(label="Edit", text=text)), refuse)
    assert ("Edit" in labels(await desk.ask(replace(ASKED, text=text, choices=choices)))) is offered


async def test_a_form_of_somebody_else_is_passed_over(desk: Desk) -> None:
    message = await desk.ask()
    async with desk.listening():
        modal = await desk.open(message)
        foreign = replace(modal, view=modal.view | {"callback_id": "another"})
        await desk.submit(foreign, "Changed")
    assert not desk.box.answers
