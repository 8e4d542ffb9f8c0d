"""One Workspace Events subscription for each person whose rooms are watched: made, adopted, renewed, mended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.settings import EventSettings
from noshowd.ports.errors import VendorError

Json = dict[str, Any]
_USER = Method(api="admin", name="users.get", scope=Scope.DIRECTORY)
_LIST = Method(api="workspaceevents", name="subscriptions.list", scope=Scope.MEET)
_CREATE = Method(api="workspaceevents", name="subscriptions.create", scope=Scope.MEET, writing=True)
_PATCH = Method(api="workspaceevents", name="subscriptions.patch", scope=Scope.MEET)
_REACTIVATE = Method(api="workspaceevents", name="subscriptions.reactivate", scope=Scope.MEET)
_DELETE = Method(api="workspaceevents", name="subscriptions.delete", scope=Scope.MEET)
_EVENTS = tuple(
    f"google.workspace.meet.{event}"
    for event in ("conference.v2.started", "conference.v2.ended", "participant.v2.joined", "participant.v2.left")
)
#: A subscription lives seven days at most and is renewed daily: an outage of days costs nothing.
_RENEW_BELOW = timedelta(days=6)


class EventSubscriptions:
    """Everything is done as the person: a subscription tells of the rooms that its owner organises."""

    def __init__(self, client: GoogleClient, settings: EventSettings) -> None:
        self._client = client
        self._settings = settings
        self._targets: dict[str, str] = {}
        self._names: dict[str, str] = {}

    async def keep(self, now: datetime) -> None:
        """See to it that each person's subscription is there and lives on.

        Raises the last vendor error once everybody was tried: one person's trouble is nobody else's.
        """
        failed: VendorError | None = None
        for person in self._settings.people:
            try:
                await self._keep(person.lower(), now)
            except VendorError as error:
                failed = error
        if failed is not None:
            raise failed

    def whose(self, source: str, subject: str) -> str | None:
        """The person behind an event's `ce-source` (a subscription) or `ce-subject` (their account)."""
        subscription = "/".join(source.rsplit("/", 2)[-2:])
        by_target = {target: person for person, target in self._targets.items()}
        return self._names.get(subscription) or by_target.get(subject)

    async def _keep(self, person: str, now: datetime) -> None:
        target = await self._target(person)
        found = await self._found(person, target)
        if found is not None and found.get("notificationEndpoint", {}).get("pubsubTopic") != self._settings.topic:
            # where it tells cannot be changed, and there is one subscription a person
            await self._client.call(_DELETE, subject=person, name=found["name"])
            found = None
        if found is None:
            await self._create(person, target)
            found = await self._found(person, target)
        if found is None:
            return  # Google takes its time; looked for again the next time
        self._names[found["name"]] = person
        await self._mend(person, found, now)

    async def _create(self, person: str, target: str) -> None:
        body = {
            "targetResource": target,
            "eventTypes": list(_EVENTS),
            "notificationEndpoint": {"pubsubTopic": self._settings.topic},
        }
        try:
            await self._client.call(_CREATE, subject=person, body=body)
        except Refused as refused:
            if refused.status != 409:  # somebody was faster: it is found the next time
                raise

    async def _mend(self, person: str, found: Json, now: datetime) -> None:
        name = found["name"]
        if found.get("state") == "SUSPENDED":
            await self._client.call(_REACTIVATE, subject=person, name=name, body={})
        if not set(_EVENTS) <= set(found.get("eventTypes", ())):
            body: Json = {"eventTypes": list(_EVENTS)}
            await self._client.call(_PATCH, subject=person, name=name, updateMask="event_types", body=body)
        if datetime.fromisoformat(found["expireTime"]) - now < _RENEW_BELOW:
            await self._client.call(_PATCH, subject=person, name=name, updateMask="ttl", body={"ttl": "0s"})

    async def _found(self, person: str, target: str) -> Json | None:
        wanted = " OR ".join(f'event_types:"{event}"' for event in _EVENTS)
        asked = f'({wanted}) AND target_resource="{target}"'
        async for page in self._client.pages(_LIST, subject=person, filter=asked, pageSize=50):
            for one in page.get("subscriptions", ()):
                if one.get("targetResource") == target:
                    return dict(one)
        return None

    async def _target(self, person: str) -> str:
        known = self._targets.get(person)
        if known is None:
            asked: Json = {"userKey": person, "viewType": "domain_public", "fields": "id"}
            user = await self._client.call(_USER, subject=person, **asked)
            known = self._targets[person] = f"//cloudidentity.googleapis.com/users/{user.get('id', '')}"
        return known
