"""A house whose chat is Slack: the real client, against the simulated workspace on loopback."""

from __future__ import annotations

from typing import Any

from engine.house import ANNA, BEN, House
from noshowd.adapters.slack.channel import SlackChannel
from noshowd.adapters.slack.client import Connection
from noshowd.demo.vendors.slack.server import SlackServer
from noshowd.demo.vendors.slack.workspace import Message
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.ports.answers import Answer, Draft
from noshowd.store.database import Database


class Office(House):
    """A house whose chat is Slack."""

    def __init__(self, database: Database, **story: Any) -> None:
        super().__init__(database, mode="live", **story)
        self.server = SlackServer(self.clock.now)
        self.workspace = self.server.workspace
        for name, address in (("anna", ANNA), ("ben", BEN)):
            self.workspace.add_user(name, address)
        connection = Connection(base_url=self.server.url)
        token = self.workspace.bot_token
        slack = SlackChannel(name="slack", bot_token=token, clock=self.clock, connection=connection)
        self.in_place_of = {"chat": slack}
        self.parts = self.open("first")

    @property
    def card(self) -> Message:
        [card] = [message for message in self.workspace.messages if message.thread_ts is None]
        return card

    @property
    def thread(self) -> list[Message]:
        return [message for message in self.workspace.messages if message.thread_ts is not None]

    async def tap(self, label: str, *, on: Message | None = None) -> str:
        """Press a button; what the person is told."""
        found = {button["text"]["text"]: button["value"] for button in buttons(on or self.card)}
        return await self.put(found[label])

    async def put(self, value: str) -> str:
        return await AnswerDesk(self.parts).put(self._answer(value, ANNA))

    async def draft(self, value: str, *, by: str = ANNA) -> Draft | str:
        return await AnswerDesk(self.parts).draft(self._answer(value, by))

    def _answer(self, value: str, by: str) -> Answer:
        now = self.clock.now()
        return Answer(answer_id=f"{value}@{now.isoformat()}", channel="slack", by=by, value=value, at=now)


def buttons(message: Message) -> list[dict[str, Any]]:
    return [button for block in message.blocks if block["type"] == "actions" for button in block["elements"]]


def labels(message: Message) -> list[str]:
    return [button["text"]["text"] for button in buttons(message)]


def words(message: Message) -> str:
    return "\n".join(block["text"]["text"] for block in message.blocks if block["type"] == "section")


async def wait_for_gus(office: Office, minute: float = 6) -> None:
    await office.until(-1)
    office.happen(join=ANNA)
    await office.until(minute)
