"""Who somebody is in Slack: user ids and direct messages, remembered for a while, misses too."""

from __future__ import annotations

import re

from slack_sdk.web.async_client import AsyncWebClient

from noshowd.adapters.slack.client import Refused, call
from noshowd.ports.channel import Recipient
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Unreachable

_USER_ID = re.compile(r"[UW][A-Z0-9]{6,}")
#: Seconds for which a hit and a miss are believed.
HIT, MISS = 86_400.0, 900.0


class Directory:
    """Finds direct messages. `Recipient.slack` (id, address or handle) overrides the address."""

    def __init__(self, client: AsyncWebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._users: dict[str, tuple[float, str | None]] = {}
        self._dms: dict[str, str] = {}

    async def dm(self, recipient: Recipient) -> str:
        """The id of the conversation. Raises `Unreachable` when Slack does not know the person."""
        user = await self.user(recipient)
        if user not in self._dms:
            opened = await call(self._client.conversations_open(users=user))
            self._dms[user] = opened["channel"]["id"]
        return self._dms[user]

    async def user(self, recipient: Recipient) -> str:
        """The person's id. Raises `Unreachable` when Slack does not know them."""
        named = recipient.slack or recipient.address
        if not named:
            raise Unreachable("the recipient has neither a Slack name nor an address")
        return await self._user(named)

    async def _user(self, named: str) -> str:
        if _USER_ID.fullmatch(named):
            return named
        until, user = self._users.get(named, (0.0, None))
        if self._clock.monotonic() >= until:
            user = await (self._by_address(named) if "@" in named[1:] else self._by_handle(named))
            self._users[named] = (self._clock.monotonic() + (HIT if user else MISS), user)
        if user is None:
            raise Unreachable("Slack knows nobody of that address or name")
        return user

    async def _by_address(self, address: str) -> str | None:
        try:
            found = await call(self._client.users_lookupByEmail(email=address))
        except Refused as refused:
            if refused.code != "users_not_found":
                raise
            return None
        return str(found["user"]["id"])

    async def _by_handle(self, handle: str) -> str | None:
        """Through the whole member list, once: Slack has no look-up by handle."""
        cursor = None
        while cursor != "":
            page = await call(self._client.users_list(limit=200, cursor=cursor))
            for member in page["members"]:
                if member["name"] == handle.removeprefix("@") and not member.get("deleted"):
                    return str(member["id"])
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
        return None
