"""Calendar v3, push: events.watch and channels.stop, and the notifications that follow from them.

Notifications wait until they are delivered (`deliver`), so that whoever tells the day decides when and whether.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2

from noshowd.demo.vendors.google.calendars import Calendar, Calendars
from noshowd.demo.vendors.google.call import Call, Handler
from noshowd.demo.vendors.google.refusals import Refusal, invalid, not_found

Json = dict[str, Any]
_CHANNEL_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")
_LONGEST_TOKEN = 256
#: Also what is given where nothing was asked for.
_LONGEST_LIFE = timedelta(days=7)


@dataclass(slots=True, kw_only=True)
class _Channel:
    id: str
    calendar: str
    user: str
    address: str
    token: str | None
    resource: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A POST without a body, still to be delivered."""

    address: str
    headers: dict[str, str]


class Channels:
    """Open channels, and what waits to be told by them. Google's machines reach `reach[public root]` instead."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        self._open: dict[str, _Channel] = {}
        self._used: set[str] = set()
        self._numbers = itertools.count(1)
        self.waiting: list[Notification] = []
        #: Where the public addresses of this simulation really are.
        self.reach: dict[str, str] = {}
        #: Google gives no channel a longer life than this.
        self.longest_life = _LONGEST_LIFE
        #: Answers without saying until when.
        self.promises_nothing = False
        calendars.when_changed(self._changed)

    def handlers(self) -> dict[str, Handler]:
        return {"calendar.events.watch": self.watch, "calendar.channels.stop": self.stop}

    def watch(self, call: Call) -> Json:
        calendar, _ = self._calendars.open(call.path["calendarId"], call.user)
        body = call.body
        _check(body)
        if body["id"] in self._used:
            raise Refusal(400, "channelIdNotUnique", f"Channel id {body['id']} not unique")
        self._used.add(body["id"])
        asked = datetime.fromtimestamp(int(body["expiration"]) / 1000, UTC) if "expiration" in body else None
        longest = call.now + self.longest_life
        channel = _Channel(
            id=body["id"],
            calendar=calendar.id,
            user=call.user,
            address=body["address"],
            token=body.get("token"),
            resource=f"resource-{calendar.id.encode().hex()}",
            until=min(asked or longest, longest),
        )
        if channel.until <= call.now:
            raise invalid("The channel would have ended already.", location="expiration")
        self._open[channel.id] = channel
        self._tell(channel, "sync")
        until = {} if self.promises_nothing else {"expiration": str(int(channel.until.timestamp() * 1000))}
        return {
            "kind": "api#channel",
            "id": channel.id,
            "resourceId": channel.resource,
            "resourceUri": _uri(channel),
            "token": channel.token,
            **until,
        }

    def stop(self, call: Call) -> None:
        channel = self._open.get(call.body.get("id", ""))
        if channel is None or (channel.resource, channel.user) != (call.body.get("resourceId"), call.user):
            raise not_found("Channel not found for project")
        del self._open[channel.id]

    def deliver(self) -> list[int]:
        """Send what waits, in order; the status that each was answered with."""
        waiting, self.waiting = self.waiting, []
        with httpx2.Client(timeout=5) as client:
            return [client.post(self._reached(one.address), headers=one.headers).status_code for one in waiting]

    def alive(self, now: datetime) -> list[str]:
        """The calendars of the channels that are open now."""
        return [channel.calendar for channel in self._open.values() if channel.until > now]

    def _changed(self, calendar: Calendar, now: datetime) -> None:
        for channel in self._open.values():
            if channel.calendar == calendar.id and channel.until > now:
                self._tell(channel, "exists")

    def _tell(self, channel: _Channel, state: str) -> None:
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Channel-Expiration": format_datetime(channel.until, usegmt=True),
            "X-Goog-Resource-ID": channel.resource,
            "X-Goog-Resource-URI": _uri(channel),
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(next(self._numbers)),
        }
        if channel.token is not None:
            headers["X-Goog-Channel-Token"] = channel.token
        self.waiting.append(Notification(address=channel.address, headers=headers))

    def _reached(self, address: str) -> str:
        for public, real in self.reach.items():
            if address.startswith(public):
                return address.replace(public, real, 1)
        return address


def _check(body: Json) -> None:
    if not _CHANNEL_ID.fullmatch(body.get("id", "")):
        raise invalid("Invalid channel id.", location="id")
    if body.get("type") not in ("web_hook", "webhook"):
        raise invalid("Unknown channel type.", location="type")
    if not body.get("address", "").startswith("https://"):
        raise Refusal(400, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS")
    if len(body.get("token", "")) > _LONGEST_TOKEN:
        raise invalid("The channel token is too long.", location="token")


def _uri(channel: _Channel) -> str:
    return f"https://www.googleapis.com/calendar/v3/calendars/{channel.calendar}/events?alt=json"
