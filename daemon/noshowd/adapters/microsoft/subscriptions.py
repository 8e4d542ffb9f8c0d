"""Subscriptions to the call events of single meetings: made before the start, prolonged, made again when gone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from noshowd.adapters.microsoft.graph import Graph, instant_of, member, segment
from noshowd.adapters.microsoft.refusals import NotThere
from noshowd.adapters.microsoft.sealing import Seals
from noshowd.adapters.microsoft.wire import instant
from noshowd.ports.errors import Permanent, Temporary

#: Microsoft documents 4,320 and 4,230 minutes in one table.
_LONGEST = timedelta(minutes=4_220)
#: Not worth a call.
_NEARLY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One that Microsoft has promised. What happened before `since` was not told to us."""

    key: str
    url: str
    since: datetime
    until: datetime
    #: Microsoft wants to be told again that we may.
    reauthorize: bool = False


class Subscriptions:
    """One for each join address: Microsoft takes no second of an application."""

    def __init__(self, graph: Graph, seals: Seals, *, notify: str, state: str) -> None:
        self._graph = graph
        self._seals = seals
        self._notify = notify
        self._state = state
        self._place = f"{graph.settings.beta_url}/subscriptions"
        self._of: dict[str, Subscription] = {}

    def __contains__(self, url: str) -> bool:
        return url in self._of

    @property
    def keys(self) -> frozenset[str]:
        """The ids of those that are ours."""
        return frozenset(one.key for one in self._of.values())

    def named(self, key: str) -> Subscription | None:
        """The living one with this id."""
        return next((one for one in self._of.values() if one.key == key), None)

    async def ensure(self, url: str, *, until: datetime, now: datetime) -> Subscription | None:
        """One that was alive at this very moment and lasts until then, or as long as Microsoft allows.

        None while another worker has one: there is no second.
        """
        until = min(until, now + _LONGEST)
        found = self._of.get(url)
        if found is not None:
            found = await self._kept_up(found, until, now)
        if found is None:
            found = await self._made(url, until, now)
        if found is not None:
            self._of[url] = found
        return found

    async def remove(self, key: str) -> None:
        """End one at Microsoft, whoever made it; no error when it is gone already."""
        with suppress(NotThere):
            await self._graph.delete(f"{self._place}/{segment(key)}")

    def end(self, key: str) -> None:
        """It is gone, or what it told has a hole: what is made next knows nothing of before."""
        self._of = {url: one for url, one in self._of.items() if one.key != key}

    def mark_reauthorize(self, key: str) -> None:
        for url, one in self._of.items():
            if one.key == key:
                self._of[url] = replace(one, reauthorize=True)

    def forget(self, before: datetime) -> None:
        """Those that ended before need no place."""
        self._of = {url: one for url, one in self._of.items() if one.until >= before}

    async def _kept_up(self, found: Subscription, until: datetime, now: datetime) -> Subscription | None:
        """Proof that it lives, prolonged where it would end too soon; None when it is gone."""
        if found.until <= now:
            return None
        path = f"{self._place}/{segment(found.key)}"
        try:
            if found.reauthorize:
                await self._graph.post(f"{path}/reauthorize", None)
            if until - found.until > _NEARLY:
                told = await self._graph.patch(path, {"expirationDateTime": instant(until)})
            else:
                told = await self._graph.get(path)
        except NotThere:
            return None
        return replace(found, until=instant_of(told, "expirationDateTime"), reauthorize=False)

    async def _made(self, url: str, until: datetime, now: datetime) -> Subscription | None:
        resource = f"communications/onlineMeetings(joinWebUrl='{quote(url, safe='')}')/meetingCallEvents"
        seal = self._seals.current(now)
        body = {
            "changeType": "updated",
            "notificationUrl": self._notify,
            "lifecycleNotificationUrl": self._notify,
            "resource": resource,
            "expirationDateTime": instant(until),
            "clientState": self._state,
            "includeResourceData": True,
            "encryptionCertificate": seal.as_sent,
            "encryptionCertificateId": seal.name,
            "latestSupportedTlsVersion": "v1_2",
        }
        try:
            told = await self._graph.post(self._place, body)
        except Temporary as error:
            if " 409 " not in error.reason:
                raise
            if not await self._remove_former(resource):
                return None
            told = await self._graph.post(self._place, body)
        return Subscription(
            key=str(member(told, "id")), url=url, since=now, until=instant_of(told, "expirationDateTime")
        )

    async def _remove_former(self, resource: str) -> bool:
        """End one from before a restart: nobody knows what it told meanwhile.

        False where one is sealed for a key that is not here: another worker's, and it alone can open what comes.
        """
        former = [one async for page in self._graph.pages(self._place) for one in page if _is_for(one, resource)]
        if not former:
            raise Permanent("another program of this application is subscribed to the same meeting")
        if any(not self._seals.has(one.get("encryptionCertificateId")) for one in former):
            return False
        for one in former:
            await self.remove(str(member(one, "id")))
        return True


def _is_for(one: dict[str, Any], resource: str) -> bool:
    return str(one.get("resource", "")).strip("/").casefold() == resource.casefold()
