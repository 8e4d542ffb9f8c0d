"""From the configuration to the line that only whoever pressed can see: in the house's language, for every word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.slack.test_form import Desk
from contract.channel_clock import MemoryBox, SteppingClock
from noshowd.adapters.slack.socket_mode import SocketMode
from noshowd.config.model import Config
from noshowd.demo.vendors.slack.server import SlackServer
from noshowd.engine.answers.choices import Noted
from noshowd.ports.answers import Answer, Draft
from noshowd.runtime.bench import Bench
from noshowd.runtime.catalogue import build
from noshowd.web.texts import texts_for

GERMAN = {
    Noted.NOTED: "Die Antwort ist notiert.",
    Noted.ALREADY: "Das war bereits entschieden.",
    Noted.TOO_LATE: "Für diese Antwort ist es zu spät.",
    Noted.NOT_YOURS: "Diese Frage war für jemand anderen.",
    Noted.UNKNOWN: "Das ließ sich keiner Frage zuordnen.",
}


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = SteppingClock()
    with SlackServer(clock.now) as server:
        yield Desk(server, clock)


def listener(desk: Desk, folder: Path, language: str) -> SocketMode:
    """What the daemon would listen with."""
    for name, token in (("bot", desk.workspace.bot_token), ("app", desk.workspace.app_token)):
        (folder / name).write_text(token)
        (folder / name).chmod(0o600)
    slack = {"kind": "slack", "bot": {"file": "bot"}, "app": {"file": "app"}, "url": desk.server.url}
    config = Config.model_validate({"us": {"domains": ["firm.example"], "language": language}, "channel": [slack]})
    made = build(Bench(config, folder=folder, state=folder, clock=desk.clock, signing_key=b"key"))
    [found] = made.answers
    assert isinstance(found, SocketMode)
    return found


@pytest.mark.parametrize("language", ["de", "en"])
async def test_whoever_presses_reads_a_sentence(desk: Desk, tmp_path: Path, language: str) -> None:
    message = await desk.ask()
    running = asyncio.create_task(listener(desk, tmp_path, language).run(desk.box))
    await desk.until("greeted", 1)
    for number, word in enumerate(Noted, 1):
        desk.box.says = word
        await asyncio.to_thread(desk.server.press, desk.anna.id, message, "Send")
        await desk.until("told", number)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    told = [said for _, said in desk.workspace.ephemeral]
    assert told == [texts_for(language).results[word] for word in Noted]
    assert language == "en" or told == [GERMAN[word] for word in Noted]
    assert all(said.endswith(".") for said in told), "a sentence, not a word of the code"


class Broken(MemoryBox):
    async def draft(self, answer: Answer) -> Draft | str:
        if not self.broken:
            return await super().draft(answer)
        raise OSError("the disk is full")

    broken = False


@pytest.mark.parametrize("language", ["de", "en"])
async def test_an_empty_text_and_one_that_does_not_open_are_told_of(desk: Desk, tmp_path: Path, language: str) -> None:
    message, texts = await desk.ask(), texts_for(language)
    box = Broken()
    box.shows = desk.box.shows
    running = asyncio.create_task(listener(desk, tmp_path, language).run(box))
    await desk.until("greeted", 1)
    refused = {"response_action": "errors", "errors": {"text": texts.empty_message}}
    assert await desk.submit(await desk.open(message), " ") == refused
    box.broken = True
    await asyncio.to_thread(desk.server.press, desk.anna.id, message, "Edit")
    await desk.until("told", 1)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert [said for _, said in desk.workspace.ephemeral] == [texts.broken]
