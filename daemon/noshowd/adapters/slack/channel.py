"""Direct messages of the bot to our own side."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from noshowd.adapters.slack.client import Connection, Refused, call
from noshowd.adapters.slack.directory import Directory
from noshowd.adapters.slack.wire import EVENT_TYPE, instant, message
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent

#: How far back `verify` looks, and over how many messages, before a person has to.
LOOK_BACK = timedelta(days=7)
PAGE, PAGES = 200, 10
#: The message whose thread it was to join is not there, or has none. The documentation names no word for
#: `chat.postMessage`; these are the words of other methods and of servers that imitate Slack.
_NO_THREAD = frozenset({"thread_not_found", "invalid_thread_ts", "cannot_reply_to_message"})


class SlackChannel:
    """Needs the scopes chat:write, im:write, im:history, users:read and users:read.email."""

    carries = frozenset({Carries.TO_OUR_SIDE})
    recovery = Recovery.VERIFY
    edits = True

    def __init__(self, *, name: str, bot_token: str, clock: Clock, connection: Connection | None = None) -> None:
        connection = connection or Connection()
        self.name = name
        # Looking the person up and opening the conversation come before the message itself.
        self.timeout = connection.timeout * 3.0
        self._clock = clock
        self._client = connection.client(bot_token)
        self._directory = Directory(self._client, clock)

    async def send(self, parcel: Parcel) -> Receipt:
        channel = await self._directory.dm(parcel.recipient)
        try:
            posted = await self._post(channel, parcel)
        except Refused as refused:
            if refused.code not in _NO_THREAD:
                raise
            posted = await self._post(channel, replace(parcel, thread=None))
        return self._receipt(channel, posted["ts"])

    async def _post(self, channel: str, parcel: Parcel) -> dict[str, Any]:
        where = _in_thread(parcel, channel)
        if not where:
            parcel = replace(parcel, thread=None)
        return await call(self._client.chat_postMessage(channel=channel, **message(parcel), **where), acts=True)

    async def verify(self, parcel: Parcel) -> Receipt | None:
        channel = await self._directory.dm(parcel.recipient)
        thread = _in_thread(parcel, channel).get("thread_ts")
        if thread is not None and (found := await self._found(channel, parcel.key, thread)) is not None:
            return found
        return await self._found(channel, parcel.key, None)

    async def _found(self, channel: str, key: str, thread: str | None) -> Receipt | None:
        """Where our message of this key lies, in the thread or in the conversation itself."""
        where = {"channel": channel, "oldest": str((self._clock.now() - LOOK_BACK).timestamp()), "limit": PAGE}
        cursor = None
        for _ in range(PAGES):
            try:
                page = await call(self._page(thread, where, cursor))
            except Refused as refused:
                if refused.code in _NO_THREAD:
                    return None
                raise
            for sent in page["messages"]:
                if _is_ours(sent, key):
                    return self._receipt(channel, sent["ts"])
            cursor = page.get("response_metadata", {}).get("next_cursor")
            if not cursor:
                return None
        raise Permanent("too many messages to look through: somebody has to look whether it arrived")

    def _page(self, thread: str | None, where: dict[str, Any], cursor: str | None) -> Awaitable[AsyncSlackResponse]:
        if thread is None:
            return self._client.conversations_history(**where, cursor=cursor, include_all_metadata=True)
        return self._client.conversations_replies(ts=thread, **where, cursor=cursor, include_all_metadata=True)

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        channel, ts = _place(receipt)
        await call(self._client.chat_update(channel=channel, ts=ts, **message(parcel)))
        return replace(receipt, at=self._clock.now())

    async def retract(self, receipt: Receipt) -> None:
        channel, ts = _place(receipt)
        try:
            await call(self._client.chat_delete(channel=channel, ts=ts))
        except Refused as refused:
            if refused.code != "message_not_found":
                raise

    def _receipt(self, channel: str, ts: str) -> Receipt:
        return Receipt(channel=self.name, ref=f"{channel}:{ts}", at=instant(ts))


def _place(receipt: Receipt) -> tuple[str, str]:
    channel, _, ts = receipt.ref.partition(":")
    return channel, ts


def _in_thread(parcel: Parcel, channel: str) -> dict[str, Any]:
    """Below the first message of the meeting, and shown in the conversation too where somebody has to notice it."""
    where, _, ts = (parcel.thread or "").partition(":")
    return {"thread_ts": ts, "reply_broadcast": not parcel.aside} if ts and where == channel else {}


def _is_ours(sent: dict[str, Any], key: str) -> bool:
    metadata = sent.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return False
    return bool(metadata.get("event_payload", {}).get("outbox_id") == key)
