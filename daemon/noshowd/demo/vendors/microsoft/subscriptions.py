"""Subscriptions to meeting call events: made in the beta only, shaken hands on, one for an application and meeting."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx2

from noshowd.demo.vendors.microsoft.answers import Answer, Call, Refusal, Route, instant, paged, route
from noshowd.demo.vendors.microsoft.entra import Entra
from noshowd.demo.vendors.microsoft.teams import Teams

_RESOURCE = re.compile(r"/?communications/onlineMeetings\(joinWebUrl='([^']+)'\)/meetingCallEvents$")
_ROLES = "OnlineMeetings.Read.All OnlineMeetings.ReadWrite.All"
_LONGEST = timedelta(minutes=4_230)
#: Addresses of Key Vault secrets that tell Microsoft how to write into an Event Hub.
_HUB = re.compile(r"EventHub:https://[\w.-]+/secrets/[\w-]+\?tenantId=[\w.-]+$")
_TOKEN = "Validation: Testing client application reachability for subscription"


@dataclass(slots=True)
class Subscribed:
    """One living subscription as it was asked for."""

    key: str
    join_url: str
    asked: dict[str, Any]
    #: The application for which notifications are vouched.
    audience: str
    since: datetime
    until: datetime

    def shown(self) -> dict[str, Any]:
        """As Graph answers it: the secret is not told again."""
        hidden = {"clientState": None, "encryptionCertificate": None}
        return {"id": self.key, **self.asked, **hidden, "expirationDateTime": instant(self.until)}


@dataclass(slots=True)
class Way:
    """What becomes of notifications on their way. Each number counts down."""

    lost: int = 0
    doubled: int = 0
    #: Held back until `Subscriptions.release`, and then sent in the opposite order.
    held: list[tuple[Subscribed, dict[str, Any]]] | None = None


class Subscriptions:
    """Tells whoever subscribed before a call began what happens in it."""

    def __init__(self, teams: Teams, entra: Entra, now: Callable[[], datetime]) -> None:
        self.sender = entra.sender
        self.now = now
        self._entra = entra
        self.living: dict[str, Subscribed] = {}
        self.way = Way()
        #: Status of every answer to a notification.
        self.answered: list[int] = []
        #: Takes what is laid into the Event Hub.
        self.hub: Callable[[bytes], None] | None = None
        self._web: httpx2.Client | None = None
        self._made = 0
        teams.listeners.append(self._happened)

    def close(self) -> None:
        if self._web is not None:
            self._web.close()

    def _send(self, address: str, **what: Any) -> httpx2.Response:
        if self._web is None:
            # trusts nobody: it stays on loopback, where there is no TLS to be checked
            self._web = httpx2.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), timeout=10.0)
        return self._web.post(address, **what)

    def routes(self) -> list[Route]:
        return [
            route("POST", "/subscriptions", _ROLES, self._create),
            route("GET", "/subscriptions", _ROLES, self._list),
            route("GET", "/subscriptions/{}", _ROLES, self._get),
            route("PATCH", "/subscriptions/{}", _ROLES, self._renew),
            route("DELETE", "/subscriptions/{}", _ROLES, self._delete),
            route("POST", "/subscriptions/{}/reauthorize", _ROLES, self._reauthorize),
        ]

    def post(self, subscribed: Subscribed, items: list[dict[str, Any]], **changes: Any) -> int:
        """Deliver items as one request; the status that came back. `changes` replace members of the request."""
        body = {"value": items, "validationTokens": [self.sender.vouch(subscribed.audience, self.now())]} | changes
        place = subscribed.asked["notificationUrl"]
        if _HUB.match(place):
            # there are no validation tokens there: nobody else can write into it
            self._lay_down({"value": items})
            return 202
        told = self._send(place, json=body)
        self.answered.append(told.status_code)
        return told.status_code

    def _lay_down(self, body: dict[str, Any]) -> None:
        if self.hub is None:
            raise Refusal(400, "ValidationError", "The Key Vault secret or the Event Hub cannot be accessed.")
        self.hub(json.dumps(body).encode())

    def item(self, subscribed: Subscribed, content: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
        """One notification; without content a lifecycle notification takes its members from `changes`."""
        item = {
            "subscriptionId": subscribed.key,
            "clientState": subscribed.asked["clientState"],
            "tenantId": self.sender.tenant,
            "changeType": "updated",
            "resource": subscribed.asked["resource"],
            "subscriptionExpirationDateTime": instant(subscribed.until),
        }
        if content is not None:
            item["encryptedContent"] = self.sender.seal(
                content, subscribed.asked["encryptionCertificate"], subscribed.asked["encryptionCertificateId"]
            )
        return item | changes

    def lifecycle(self, event: str) -> None:
        """Tell every subscriber of its subscription itself; `subscriptionRemoved` ends it."""
        for one in list(self.living.values()):
            self.post(one, [self.item(one, None, lifecycleEvent=event)])
            if event == "subscriptionRemoved":
                del self.living[one.key]

    def end_all(self) -> None:
        """They are gone, and nobody is told."""
        self.living.clear()

    def release(self) -> None:
        """What was held back comes, the last first."""
        held, self.way.held = self.way.held or [], None
        for subscribed, content in reversed(held):
            self.post(subscribed, [self.item(subscribed, content)])

    def _happened(self, join_url: str, began: datetime, content: dict[str, Any]) -> None:
        """Only calls that began under a subscription are told of."""
        for one in list(self.living.values()):
            if one.join_url == join_url and one.since <= began and self.now() < one.until:
                self._deliver(one, content)

    def _deliver(self, one: Subscribed, content: dict[str, Any]) -> None:
        if self.way.lost > 0:
            self.way.lost -= 1
        elif self.way.held is not None:
            self.way.held.append((one, content))
        else:
            self.post(one, [self.item(one, content)])
            if self.way.doubled > 0:
                self.way.doubled -= 1
                self.post(one, [self.item(one, content)])

    def _create(self, call: Call) -> Answer:
        if not call.root.endswith("/beta"):
            raise Refusal(400, "BadRequest", "Resource is not supported in v1.0.")
        asked = call.body
        found = _RESOURCE.match(asked.get("resource", ""))
        if found is None or not asked.get("includeResourceData") or asked.get("changeType") != "updated":
            raise Refusal(400, "ExtensionError", "The resource is not supported.")
        url = unquote(found[1])
        if any(one.join_url == url for one in self.living.values()):
            raise Refusal(409, "Conflict", "A subscription for this meeting exists already.")
        until = self._until(asked)
        self.sender.check(asked.get("encryptionCertificate", ""))
        for place in {asked["notificationUrl"], asked["lifecycleNotificationUrl"]}:
            if _HUB.match(place):
                self._lay_down({"value": [{"changeType": "Validation: Testing client application reachability"}]})
                continue
            told = self._send(place, params={"validationToken": _TOKEN})
            if told.status_code != 200 or told.text != _TOKEN or "text/plain" not in told.headers["content-type"]:
                raise Refusal(400, "ValidationError", "Subscription validation request failed.")
        self._made += 1
        made = Subscribed(
            key=f"subscription-{self._made}",
            join_url=url,
            asked=asked,
            audience=self._entra.holder(call).application.client_id,
            since=self.now(),
            until=until,
        )
        self.living[made.key] = made
        return Answer(status=201, body=made.shown())

    def _until(self, asked: dict[str, Any]) -> datetime:
        until = datetime.fromisoformat(asked["expirationDateTime"])
        if not self.now() < until <= self.now() + _LONGEST:
            raise Refusal(400, "BadRequest", "Subscription expiration can only be 4230 minutes in the future.")
        return until

    def _find(self, key: str) -> Subscribed:
        found = self.living.get(key)
        if found is None or found.until <= self.now():
            raise Refusal(404, "ResourceNotFound", "The object was not found.")
        return found

    def _list(self, call: Call) -> Answer:
        return paged((one.shown() for one in self.living.values()), call, default=100, most=100)

    def _get(self, _call: Call, key: str) -> Answer:
        return Answer(body=self._find(key).shown())

    def _renew(self, call: Call, key: str) -> Answer:
        found = self._find(key)
        found.until = self._until(call.body)
        return Answer(body=found.shown())

    def _reauthorize(self, _call: Call, key: str) -> Answer:
        self._find(key)
        return Answer(status=204)

    def _delete(self, _call: Call, key: str) -> Answer:
        del self.living[self._find(key).key]
        return Answer(status=204)
