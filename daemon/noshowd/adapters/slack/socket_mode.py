"""Answers over Socket Mode: no open port, every envelope stored before it is acknowledged.

slack_sdk's own Socket Mode client closes the old connection before it opens the new one; here the new one
stands before the old one goes, and what was not stored stays unacknowledged.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from noshowd.adapters.slack.client import Connection, call
from noshowd.adapters.slack.form import Sort, objection, read, view
from noshowd.ports.answers import TAKEN, Answer, AnswerBox
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent, Temporary, VendorError

#: A connection on which nothing, not even a ping, is answered for so many seconds is dead.
HEARTBEAT = 30.0
#: Shortest and longest wait between two attempts to connect, in seconds.
FASTEST, SLOWEST = 1.0, 60.0
#: Slack's envelopes are a few kilobytes; more than this closes the connection.
LARGEST = 1_000_000
#: So many seconds after a press Slack still opens something for it.
TRIGGER_LIVES = 3.0
#: Words for who wanted to change a text, beside those of the answer box.
EMPTY, NOT_OPENED = "there is no text", "the text could not be opened: please press again"

log = structlog.get_logger(__name__)


class SocketMode:
    """Brings pressed buttons. Needs an app-level token with connections:write.

    With the bot's token it also opens a text to be changed before it is approved.
    `says` has sentences for the words of the answer box; a word without one is shown as it is.
    """

    def __init__(
        self,
        *,
        name: str,
        app_token: str,
        clock: Clock,
        connection: Connection | None = None,
        says: Mapping[str, str] | None = None,
        bot_token: str = "",
    ) -> None:
        self.name = name
        self._connection = connection or Connection()
        self._clock = clock
        self._client = self._connection.client(app_token)
        self._token = app_token
        self._bot = self._connection.client(bot_token)
        self._says = says or {}

    async def run(self, box: AnswerBox) -> None:
        """See `AnswerSource.run`."""
        served: set[asyncio.Task[None]] = set()
        async with aiohttp.ClientSession() as http:
            try:
                while True:
                    socket = await self._connect(http, box)
                    leaving = asyncio.Event()
                    task = asyncio.create_task(self._serve(socket, box, leaving))
                    served.add(task)
                    task.add_done_callback(served.discard)
                    # Slack announces an end: the next connection is opened while this one still brings.
                    await leaving.wait()
                    await self._clock.sleep(FASTEST)
            finally:
                for task in served:
                    task.cancel()
                await asyncio.gather(*served, return_exceptions=True)

    async def _connect(self, http: aiohttp.ClientSession, box: AnswerBox) -> aiohttp.ClientWebSocketResponse:
        """A greeted connection, however long it takes. Raises `Permanent` or `CredentialsLost`."""
        pause = FASTEST
        while True:
            try:
                socket = await self._open(http)
            except Temporary as failed:
                await box.heard(self.name, failed)
                wish = failed.retry_after.total_seconds() if failed.retry_after else 0.0
                log.warning("slack answers: not connected", source=self.name, reason=failed.reason)
                await self._clock.sleep(max(pause, wish))
                pause = min(pause * 2, SLOWEST)
            else:
                await box.heard(self.name)
                return socket

    async def _open(self, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        opened = await call(self._client.apps_connections_open(app_token=self._token))
        try:
            async with asyncio.timeout(self._connection.timeout):
                socket = await http.ws_connect(
                    opened["url"],
                    heartbeat=HEARTBEAT,
                    max_msg_size=LARGEST,
                    proxy=self._connection.proxy,
                    ssl=self._connection.tls() or True,
                )
                greeting = _envelope(await socket.receive())
        except (aiohttp.ClientError, TimeoutError) as failed:
            raise Temporary(f"Socket Mode did not open ({type(failed).__name__})") from None
        if greeting.get("type") != "hello":
            await socket.close()
            if greeting.get("reason") == "link_disabled":
                raise Permanent("Socket Mode is switched off for the Slack app: switch it on again")
            raise Temporary("Socket Mode opened without its greeting")
        return socket

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse, box: AnswerBox, leaving: asyncio.Event) -> None:
        """Everything one connection brings, until it closes; `leaving` is set when a new one is due."""
        try:
            async for frame in socket:
                envelope = _envelope(frame)
                if envelope.get("type") == "disconnect":
                    leaving.set()
                elif "envelope_id" in envelope:
                    await self._take(socket, envelope, box)
        except ConnectionError:
            log.info("slack answers: connection lost", source=self.name)
        finally:
            leaving.set()
            await socket.close()

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, envelope: dict[str, Any], box: AnswerBox) -> None:
        """Store, then acknowledge, then tell the person. What could not be stored stays with Slack."""
        payload: Any = envelope.get("payload")
        came = self._understood(payload) if envelope.get("type") == "interactive" else None
        sort, given = came or (None, None)
        word = EMPTY if given is not None and sort is Sort.SENT and not given.text else ""
        if given is not None and sort is not Sort.OPENS and not word:
            try:
                word = await box.put(given)
            except Exception:
                log.exception("slack answers: not stored, left unacknowledged", source=self.name)
                return
        refused = objection(self._says.get(word, word)) if sort is Sort.SENT and word != TAKEN else {}
        await socket.send_json({"envelope_id": envelope["envelope_id"], **refused})
        if given is not None and sort is Sort.OPENS:
            word = await self._show(str(payload.get("trigger_id")), given, box)
        url = payload.get("response_url") if isinstance(payload, dict) else None
        if word and url:
            await self._tell(url, self._says.get(word, word))

    async def _show(self, trigger: str, asking: Answer, box: AnswerBox) -> str:
        """Open the text to be changed; "" when the person has it before them, else a word why not."""
        try:
            draft = await box.draft(asking)
            if isinstance(draft, str):
                return draft
            async with asyncio.timeout(TRIGGER_LIVES):
                await call(self._bot.views_open(trigger_id=trigger, view=view(draft, asking)))
        except (VendorError, TimeoutError) as failed:
            log.warning("slack answers: text not opened", source=self.name, reason=str(failed))
            return NOT_OPENED
        except Exception:
            # the answers after this one must still be heard; nothing was decided by it
            log.exception("slack answers: text not opened", source=self.name)
            return NOT_OPENED
        return ""

    def _understood(self, payload: Any) -> tuple[Sort, Answer] | None:
        try:
            return read(payload, self.name, self._clock.now())
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as nonsense:
            log.warning("slack answers: not understood", source=self.name, reason=type(nonsense).__name__)
            return None

    async def _tell(self, url: str, word: str) -> None:
        """A line that only this person sees. The answer stands whether or not it arrives."""
        webhook = AsyncWebhookClient(
            url, timeout=self._connection.timeout, ssl=self._connection.tls(), retry_handlers=[]
        )
        webhook.proxy = self._connection.proxy
        with suppress(aiohttp.ClientError, TimeoutError):
            await webhook.send(text=word, response_type="ephemeral", replace_original=False)


def _envelope(frame: aiohttp.WSMessage) -> dict[str, Any]:
    """The JSON object in a frame; empty for anything else."""
    if frame.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        said = json.loads(frame.data)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
