"""Google Pub/Sub by pull: messages are fetched, so that no port of this machine is open to anybody."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.scopes import Scope
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

Json = dict[str, Any]
#: Google holds an empty pull open for a while, so that a message comes the moment it is there.
_PATIENCE = 100.0
_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message; it comes again, some time, until it is acknowledged."""

    ack: str
    attributes: Mapping[str, str]


class Queue:
    """One Pub/Sub subscription (`projects/{project}/subscriptions/{name}`), read as the account itself."""

    def __init__(self, client: GoogleClient, subscription: str) -> None:
        account = client.account
        self._client = client
        self._root = f"{account.endpoints.pubsub}v1/{subscription}"
        trusted = ssl.create_default_context(cafile=account.ca_file)
        patience = httpx2.Timeout(account.timeout, read=_PATIENCE)
        self._http = httpx2.AsyncClient(timeout=patience, verify=trusted, proxy=account.proxy)

    async def pull(self) -> list[Received]:
        """What is there, or comes within a while; nothing is fine. Raises vendor errors."""
        answer = await self._post("pull", {"maxMessages": _AT_ONCE})
        try:
            return [
                Received(ack=one["ackId"], attributes=one.get("message", {}).get("attributes", {}))
                for one in answer.get("receivedMessages", ())
            ]
        except (KeyError, TypeError, AttributeError):
            raise Temporary("messages_malformed") from None

    async def acknowledge(self, received: list[Received]) -> None:
        """These were dealt with."""
        if received:
            await self._post("acknowledge", {"ackIds": [one.ack for one in received]})

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    async def _post(self, verb: str, body: Json) -> Json:
        token = await self._client.sign_in(None, Scope.PUBSUB)
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = await self._http.post(f"{self._root}:{verb}", json=body, headers=headers)
        except httpx2.ReadTimeout:
            return {}
        except httpx2.HTTPError:
            raise Temporary("unreachable") from None
        if answer.status_code == 200:
            return _object(answer)
        raise _refused(answer)


def _object(answer: httpx2.Response) -> Json:
    try:
        found = answer.json()
    except ValueError:
        raise Temporary("unreadable_answer") from None
    if not isinstance(found, dict):
        raise Temporary("unreadable_answer")
    return found


def _refused(answer: httpx2.Response) -> Temporary | Permanent | CredentialsLost:
    try:
        reason = str(answer.json()["error"]["status"])
    except (ValueError, KeyError, TypeError):
        reason = f"http_{answer.status_code}"
    if answer.status_code == 401:
        return CredentialsLost(reason)
    if answer.status_code == 429 or answer.status_code >= 500:
        return Temporary(reason)
    return Permanent(reason)
