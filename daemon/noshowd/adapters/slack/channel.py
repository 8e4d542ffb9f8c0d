"""Direct messages of the bot to our own side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from noshowd.adapters.slack.client import Connection, Refused, call
from noshowd.adapters.slack.directory import Directory
from noshowd.adapters.slack.wire import EVENT_TYPE, instant, message
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent

#: How far back `verify` looks, and over how many messages, before a person has to.
LOOK_BACK = timedelta(days=7)
PAGE, PAGES = 200, 10


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
        posted = await call(
            self._client.chat_postMessage(channel=channel, **message(parcel), **_in_thread(parcel, channel)), acts=True
        )
        return self._receipt(channel, posted["ts"])

    async def verify(self, parcel: Parcel) -> Receipt | None:
        channel = await self._directory.dm(parcel.recipient)
        oldest = str((self._clock.now() - LOOK_BACK).timestamp())
        cursor = None
        for _ in range(PAGES):
            page = await call(
                self._client.conversations_history(
                    channel=channel, oldest=oldest, limit=PAGE, cursor=cursor, include_all_metadata=True
                )
            )
            for sent in page["messages"]:
                if _is_ours(sent, parcel.key):
                    return self._receipt(channel, sent["ts"])
            cursor = page.get("response_metadata", {}).get("next_cursor")
            if not cursor:
                return None
        raise Permanent("too many messages to look through: somebody has to look whether it arrived")

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
    """Below the first message of the meeting, and shown in the conversation too: somebody waits for an answer."""
    where, _, ts = (parcel.thread or "").partition(":")
    return {"thread_ts": ts, "reply_broadcast": True} if ts and where == channel else {}


def _is_ours(sent: dict[str, Any], key: str) -> bool:
    metadata = sent.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return False
    return bool(metadata.get("event_payload", {}).get("outbox_id") == key)
