"""Workspace Events v1 and Pub/Sub v1 (pull), as far as Meet needs them: subscriptions that end, events that repeat.

One topic, one queue. Events of a person's rooms are laid into the queue when somebody comes or leaves, with the
attributes that CloudEvents have over Pub/Sub.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from noshowd.demo.vendors.google.access import account_id
from noshowd.demo.vendors.google.call import Call, Handler, stamp
from noshowd.demo.vendors.google.refusals import Refusal, not_found

Json = dict[str, Any]
_LIFE = timedelta(days=7)
_TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")
_TYPES = frozenset(
    f"google.workspace.meet.{name}"
    for name in (
        "conference.v2.started",
        "conference.v2.ended",
        "participant.v2.joined",
        "participant.v2.left",
        "recording.v2.fileGenerated",
        "transcript.v2.fileGenerated",
    )
)
_MASKS = frozenset({"ttl", "expire_time", "event_types", "expireTime", "eventTypes"})
_TARGET = re.compile(r'target_resource\s*=\s*"([^"]+)"')
_FILTERED = re.compile(r'event_types:"([^"]+)"')


@dataclass(slots=True, kw_only=True)
class _Subscription:
    name: str
    user: str
    target: str
    topic: str
    events: list[str]
    until: datetime
    state: str = "ACTIVE"

    def told(self) -> Json:
        return {
            "name": self.name,
            "targetResource": self.target,
            "eventTypes": self.events,
            "notificationEndpoint": {"pubsubTopic": self.topic},
            "state": self.state,
            "expireTime": stamp(self.until),
            "authority": f"users/{account_id(self.user)}",
        }


@dataclass(slots=True)
class WorkspaceEvents:
    """Subscriptions, and the queue that they fill."""

    now: Callable[[], datetime]
    #: The grant that everybody forgets: without it subscriptions are accepted and nothing ever comes.
    may_publish: bool = True
    #: Messages are handed out until they are acknowledged, and now and then once more after that.
    repeats: bool = False
    queue: dict[str, Json] = field(default_factory=dict)
    _open: dict[str, _Subscription] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def handlers(self) -> dict[str, Handler]:
        return {
            "workspaceevents.subscriptions.create": self.create,
            "workspaceevents.subscriptions.list": self.listing,
            "workspaceevents.subscriptions.patch": self.patch,
            "workspaceevents.subscriptions.reactivate": self.reactivate,
            "workspaceevents.subscriptions.delete": self.delete,
            "pubsub.projects.subscriptions.pull": self.pull,
            "pubsub.projects.subscriptions.acknowledge": self.acknowledge,
        }

    def create(self, call: Call) -> Json:
        body, target = call.body, call.body.get("targetResource", "")
        _check_events(body.get("eventTypes", ()))
        topic = body.get("notificationEndpoint", {}).get("pubsubTopic", "")
        if not _TOPIC.fullmatch(topic):
            raise Refusal(400, "INVALID_ARGUMENT", "Invalid Pub/Sub topic.")
        if target != f"//cloudidentity.googleapis.com/users/{account_id(call.user)}":
            raise Refusal(403, "PERMISSION_DENIED", "The caller does not own this target.")
        if any((one.user, one.target) == (call.user, target) for one in self._living()):
            raise Refusal(409, "ALREADY_EXISTS", "There is a subscription for this target already.")
        name = f"subscriptions/meet-{next(self._numbers)}"
        made = _Subscription(
            name=name,
            user=call.user,
            target=target,
            topic=topic,
            events=list(body["eventTypes"]),
            until=call.now + _LIFE,
        )
        self._open[name] = made
        return _done(made)

    def listing(self, call: Call) -> Json:
        wanted = _FILTERED.findall(call.query.get("filter", ""))
        if not wanted:
            raise Refusal(400, "INVALID_ARGUMENT", "At least one event type is required.")
        target = _TARGET.search(call.query["filter"])
        found = [
            one.told()
            for one in self._living()
            if one.user == call.user and set(wanted) & set(one.events) and (not target or target[1] == one.target)
        ]
        return {"subscriptions": found} if found else {}

    def patch(self, call: Call) -> Json:
        one = self._mine(call)
        masks = set(filter(None, call.query.get("updateMask", "").split(",")))
        if not masks or masks - _MASKS:
            raise Refusal(400, "INVALID_ARGUMENT", "Invalid update mask.")
        if masks & {"event_types", "eventTypes"}:
            _check_events(call.body.get("eventTypes", ()))
            one.events = list(call.body["eventTypes"])
        if "ttl" in masks:
            asked = timedelta(seconds=float(call.body.get("ttl", "0s").removesuffix("s")))
            one.until = call.now + min(asked or _LIFE, _LIFE)
        return _done(one)

    def reactivate(self, call: Call) -> Json:
        one = self._mine(call)
        one.state = "ACTIVE"
        return _done(one)

    def delete(self, call: Call) -> Json:
        one = self._mine(call)
        del self._open[one.name]
        return {"name": "operations/gone", "done": True}

    def pull(self, call: Call) -> Json:
        most = call.body.get("maxMessages", 0)
        if most < 1:
            raise Refusal(400, "INVALID_ARGUMENT", "maxMessages must be positive.")
        there = list(self.queue.items())[:most]
        if not there:
            return {}
        return {"receivedMessages": [{"ackId": ack, "message": message} for ack, message in there]}

    def acknowledge(self, call: Call) -> Json:
        for ack in call.body["ackIds"]:
            message = self.queue.pop(ack, None)
            if message is not None and self.repeats:
                self.queue[f"ack-{next(self._numbers)}"] = message
                self.repeats = False
        return {}

    def suspend(self, user: str) -> None:
        """Google stops telling, and says so."""
        for one in self._living():
            if one.user == user:
                self._lay(one, "google.workspace.events.subscription.v1.suspended", one.target, {})
                one.state = "SUSPENDED"

    def living(self) -> dict[str, datetime]:
        """Until when each person's subscription lives."""
        return {one.user: one.until for one in self._living()}

    def stirred(self, owner: str, what: str, participant: str) -> None:
        """Somebody came (`joined`) or went (`left`) in a room of this person."""
        for one in self._living():
            event = f"google.workspace.meet.participant.v2.{what}"
            if one.user == owner and one.state == "ACTIVE" and event in one.events:
                self._lay(one, event, one.target, {"participantSession": {"name": participant}})

    def _lay(self, one: _Subscription, event: str, subject: str, data: Json) -> None:
        if not self.may_publish:
            return
        number = next(self._numbers)
        self.queue[f"ack-{number}"] = {
            "messageId": str(number),
            "publishTime": stamp(self.now()),
            "data": base64.b64encode(json.dumps(data).encode()).decode(),
            "attributes": {
                "ce-id": f"event-{number}",
                "ce-type": event,
                "ce-source": f"//workspaceevents.googleapis.com/{one.name}",
                "ce-subject": subject,
                "ce-specversion": "1.0",
                "ce-time": stamp(self.now()),
            },
        }

    def _living(self) -> list[_Subscription]:
        return [one for one in self._open.values() if one.until > self.now()]

    def _mine(self, call: Call) -> _Subscription:
        found = next((one for one in self._living() if one.name == call.path["name"]), None)
        if found is None or found.user != call.user:
            raise not_found("Requested entity was not found.")
        return found


def _check_events(events: Any) -> None:
    if not events or set(events) - _TYPES:
        raise Refusal(400, "INVALID_ARGUMENT", "Unknown event type.")


def _done(one: _Subscription) -> Json:
    return {"name": f"operations/{one.name.rpartition('/')[2]}", "done": True, "response": one.told()}
