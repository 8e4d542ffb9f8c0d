"""Our Slack client against two imitations of Slack that are not ours: `emulate` (wide), `backlot` (strict on tokens).

Each has gaps, and a server before it fills them in; nothing of that is in our code:
- emulate takes reading methods by POST only, while slack_sdk reads by GET as Slack's documentation says;
- backlot has no users.lookupByEmail and no conversations.open, and keeps neither blocks nor metadata.
Neither has Socket Mode.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from noshowd.adapters.slack.channel import SlackChannel
from noshowd.adapters.slack.client import Connection, Refused
from noshowd.ports.channel import Carries, Choice, Parcel, Passage, Recipient
from noshowd.ports.errors import CredentialsLost, Unreachable
from noshowd.runtime.clock import SystemClock
from real.emulation import emulation, free_port, running
from real.environments import python_of

pytestmark = pytest.mark.real
SEED = """
slack:
  users:
    - name: anna
      real_name: Anna Meier
      email: anna@firm.example
  tokens:
    - token: xoxb-test
      user: admin
      scopes: [chat:write, im:write, im:history, users:read, users:read.email]
"""
YES = Choice(label="They are here", value="they_are_here.k", style="primary")
PARCEL = Parcel(
    key="k",
    carries=Carries.TO_OUR_SIDE,
    recipient=Recipient(address="anna@firm.example"),
    subject="About the appointment at 10:00",
    preview="About the appointment",
    text="Nobody & nothing <here>. https://meet.example/a?b=1&c=2",
    choices=(YES,),
)


class Front:
    """Stands before a server: hands on what is asked of it, and answers for itself what that one lacks."""

    def __init__(self, target: str, *, post_only: bool = False, fills: Mapping[str, Any] | None = None) -> None:
        self._target, self._post_only, self._fills = target, post_only, fills or {}

    async def answer(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        if name in self._fills:
            return web.json_response({"ok": True, **self._fills[name]})
        headers = {"Authorization": request.headers["Authorization"]}
        body: Any = await request.read()
        if body:
            headers["Content-Type"] = request.headers["Content-Type"]
        elif self._post_only:
            body = dict(request.query)
        how = "POST" if self._post_only else request.method
        async with aiohttp.ClientSession() as http:
            asked = http.request(how, f"{self._target}{name}", params=request.query, data=body or None, headers=headers)
            async with asked as answered:
                text = await answered.text()
                return web.Response(text=text, status=answered.status, content_type="application/json")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield f"http://127.0.0.1:{port}/api/"
        finally:
            await runner.cleanup()


def channel(url: str, token: str) -> SlackChannel:
    return SlackChannel(name="slack", bot_token=token, clock=SystemClock(), connection=Connection(base_url=url))


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with emulation(tmp_path_factory.mktemp("emulate"), "slack", SEED) as port:
        yield port


@pytest_asyncio.fixture
async def wide(emulated: int) -> AsyncIterator[SlackChannel]:
    async with Front(f"http://127.0.0.1:{emulated}/api/", post_only=True).open() as url:
        yield channel(url, "xoxb-test")


async def test_emulate_a_message_its_thread_and_its_edits(wide: SlackChannel) -> None:
    card = await wide.send(PARCEL)
    assert await wide.verify(PARCEL) == card
    assert await wide.verify(replace(PARCEL, key="never sent")) is None
    aside = replace(PARCEL, key="aside", thread=card.ref, aside=True)
    said = await wide.send(aside)
    assert await wide.verify(aside) == said
    shown = replace(PARCEL, text="Settled.", choices=(), more=(Passage(text="10:06: sent", choices=(YES,)),))
    await wide.edit(card, shown)
    assert await wide.verify(PARCEL) == card, "an edit keeps our key"


async def test_emulate_what_is_gone_and_who_is_unknown(wide: SlackChannel) -> None:
    parcel = replace(PARCEL, key="gone")
    card = await wide.send(parcel)
    await wide.retract(card)
    await wide.retract(card)
    with pytest.raises(Refused) as refused:
        await wide.edit(card, parcel)
    assert refused.value.code == "message_not_found"
    with pytest.raises(Unreachable):
        await wide.send(replace(parcel, recipient=Recipient(address="nobody@firm.example")))
    by_handle = await wide.send(replace(parcel, key="handle", recipient=Recipient(slack="anna")))
    assert by_handle.ref.partition(":")[0] == card.ref.partition(":")[0]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of backlot's Web API, and a token of somebody in its bundled corpus."""
    import subprocess

    folder = tmp_path_factory.mktemp("backlot")
    program = python_of("backlot", "backlot==0.1.0").with_name("backlot")
    quiet = {
        "BACKLOT_TELEMETRY": "0",
        "DO_NOT_TRACK": "1",
        "BACKLOT_DATA_DIR": str(folder / "data"),
        "HOME": str(folder),
    }
    subprocess.run([str(program), "import", "--bundled"], env=quiet, check=True, capture_output=True)
    written = (folder / "data" / "tokens.yaml").read_text(encoding="utf-8")
    token = next(line.split()[-1] for line in written.splitlines() if line.strip().startswith("token:"))
    port = free_port()
    url = f"http://127.0.0.1:{port}/slack/api/"
    with running([str(program), "serve", "--port", str(port), "--disable-telemetry"], folder, url, **quiet):
        yield url, token


@asynccontextmanager
async def strict(corpus: tuple[str, str], token: str) -> AsyncIterator[tuple[SlackChannel, str]]:
    url, good = corpus
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {good}"}) as http:
        listed = await (await http.get(f"{url}conversations.list")).json()
    place = listed["channels"][0]["id"]
    fills = {"users.lookupByEmail": {"user": {"id": "U0000001"}}, "conversations.open": {"channel": {"id": place}}}
    async with Front(url, fills=fills).open() as front:
        yield channel(front, token), place


async def test_backlot_a_message_its_thread_and_its_edits(corpus: tuple[str, str]) -> None:
    async with strict(corpus, corpus[1]) as (slack, place):
        card = await slack.send(PARCEL)
        assert card.ref.partition(":")[0] == place
        await slack.edit(card, replace(PARCEL, text="Settled.", choices=()))
        reply = await slack.send(replace(PARCEL, key="reply", thread=card.ref))
        assert reply.ref != card.ref
        assert await slack.verify(PARCEL) is None, "it keeps no metadata; should it ever, it is found"
        await slack.retract(card)
        with pytest.raises(Refused, match="message_not_found"):
            await slack.edit(card, PARCEL)


async def test_backlot_a_thread_that_is_not_there_makes_a_message_of_its_own(corpus: tuple[str, str]) -> None:
    async with strict(corpus, corpus[1]) as (slack, place):
        alone = await slack.send(replace(PARCEL, thread=f"{place}:1.000001"))
        assert alone.ref.startswith(place)


async def test_backlot_a_token_that_nobody_has_is_lost(corpus: tuple[str, str]) -> None:
    async with strict(corpus, "xoxb-nobody") as (slack, _):
        with pytest.raises(CredentialsLost):
            await slack.send(PARCEL)
