"""Google tells us that a calendar has changed: channels (`events.watch`) and the requests that come by them.

A notification has no content (facts, 1.6): it means "read this calendar now" and is believed no further than that.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.scopes import Scope
from noshowd.ports.calendar import Promise
from noshowd.ports.errors import Temporary
from noshowd.ports.webhook import Signal, WebhookReply, WebhookResult

_WATCH = Method(api="calendar", name="events.watch", scope=Scope.READ_EVENTS, writing=True)
_STOP = Method(api="calendar", name="channels.stop", scope=Scope.READ_EVENTS, answers=False)
#: `X-Goog-Resource-State`: the first word of a channel, and those that tell of a change.
_BEGUN, _CHANGED = "sync", frozenset({"exists", "not_exists"})
_REFUSED = WebhookResult(reply=WebhookReply(status=403))
_UNREADABLE = WebhookResult(reply=WebhookReply(status=400))


class GoogleWatcher:
    """Opens channels and receives what comes by them. `address` is this machine's public one, https, with `path`.

    Every channel has a token that only whoever holds `key` can make: a request without it has no effect.
    """

    def __init__(self, client: GoogleClient, *, address: str, path: str, key: bytes) -> None:
        self.account = self.name = client.account.name
        self.path = path
        self._client = client
        self.address = address
        self._key = key

    async def watch(self, calendar: str, *, channel: str, until: datetime) -> Promise:
        """Google may promise less than is asked for, a week at most."""
        body = {
            "id": channel,
            "type": "web_hook",
            "address": self.address,
            "token": self._token(channel),
            "expiration": str(int(until.timestamp() * 1000)),
        }
        subject = self._client.sign_ins.subject(calendar)
        answer = await self._client.call(_WATCH, subject=subject, calendarId=calendar, body=body)
        return _promise(answer)

    async def unwatch(self, calendar: str, *, channel: str, ref: str) -> None:
        subject = self._client.sign_ins.subject(calendar)
        try:
            await self._client.call(_STOP, subject=subject, body={"id": channel, "resourceId": ref})
        except Refused as refused:
            if refused.status != 404:
                raise

    def trial_headers(self, channel: str) -> dict[str, str]:
        """Of a request as Google sends it when that channel begins; of an unknown channel it has no effect."""
        return {
            "X-Goog-Channel-ID": channel,
            "X-Goog-Channel-Token": self._token(channel),
            "X-Goog-Resource-State": _BEGUN,
        }

    def handle(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookResult:
        """Judge one request by its headers alone."""
        del body, now  # there is none, and a request that comes twice is one more look
        channel, token = headers.get("x-goog-channel-id", ""), headers.get("x-goog-channel-token", "")
        if not hmac.compare_digest(token.encode(), self._token(channel).encode()):
            return _REFUSED
        state = headers.get("x-goog-resource-state")
        if state != _BEGUN and state not in _CHANGED:
            return _UNREADABLE
        return WebhookResult(reply=WebhookReply(status=204), signal=Signal(channel=channel, changed=state in _CHANGED))

    def _token(self, channel: str) -> str:
        return hmac.new(self._key, f"google watch\0{self.account}\0{channel}".encode(), "sha256").hexdigest()


def _promise(answer: dict[str, Any]) -> Promise:
    """Raises `Temporary` for an answer without what is needed to rely on the channel or to end it."""
    try:
        until = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
        return Promise(until=until, ref=str(answer["resourceId"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Temporary("watch_without_promise") from None
