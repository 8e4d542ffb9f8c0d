"""Mail of the simulated tenant: plain sending, drafts, and looking a message up again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from noshowd.demo.vendors.microsoft.answers import (
    Answer,
    Call,
    Refusal,
    Route,
    instant,
    paged,
    route,
    selected,
)
from noshowd.demo.vendors.microsoft.appointments import entry_id
from noshowd.demo.vendors.microsoft.extended import properties_of, wanted_property
from noshowd.demo.vendors.microsoft.people import People


@dataclass(slots=True)
class Message:
    """A message in one mailbox, a draft until it is sent. `content` is what the client wrote."""

    number: int
    mailbox: str
    content: dict[str, Any]
    changed: datetime
    properties: dict[str, str] = field(default_factory=dict)
    sent_at: datetime | None = None

    @property
    def subject(self) -> str:
        return str(self.content.get("subject", ""))

    @property
    def body(self) -> str:
        return str(self.content.get("body", {}).get("content", ""))

    @property
    def to(self) -> tuple[str, ...]:
        return tuple(r["emailAddress"]["address"] for r in self.content.get("toRecipients", []))

    def identifier(self, *, immutable: bool) -> str:
        """The immutable id stays; the other one changes when the message moves to the sent items."""
        folder = "sent" if self.sent_at and not immutable else "drafts"
        return entry_id(f"message-{self.number}-{folder}", self.mailbox, immutable=immutable)

    def as_json(self, call: Call) -> dict[str, Any]:
        return {k: v for k, v in self.content.items() if k != "singleValueExtendedProperties"} | {
            "id": self.identifier(immutable=call.immutable_ids),
            "isDraft": self.sent_at is None,
            "internetMessageId": f"<{self.number}@{self.mailbox.partition('@')[2]}>",
            "lastModifiedDateTime": instant(self.changed),
            "sentDateTime": instant(self.sent_at or self.changed),
        }


class Mail:
    """Every message of the tenant; `sent` is what has left, in order."""

    def __init__(self, people: People, now: Callable[[], datetime], lock: threading.RLock) -> None:
        self.people = people
        self.now = now
        self.lock = lock
        self.messages: list[Message] = []
        self.deleted: set[int] = set()

    @property
    def sent(self) -> tuple[Message, ...]:
        with self.lock:
            return tuple(m for m in self.messages if m.sent_at is not None)

    @property
    def drafts(self) -> tuple[Message, ...]:
        with self.lock:
            return tuple(m for m in self.messages if m.sent_at is None and m.number not in self.deleted)

    def routes(self) -> list[Route]:
        return [
            route("POST", "/users/{}/sendMail", "Mail.Send", self._send_mail),
            route("GET", "/users/{}/messages", "Mail.ReadWrite", self._list),
            route("POST", "/users/{}/messages", "Mail.ReadWrite", self._create),
            route("GET", "/users/{}/messages/{}", "Mail.ReadWrite", self._get),
            route("DELETE", "/users/{}/messages/{}", "Mail.ReadWrite", self._delete),
            route("POST", "/users/{}/messages/{}/send", "Mail.Send", self._send),
        ]

    def _store(self, reference: str, content: dict[str, Any]) -> Message:
        for header in content.get("internetMessageHeaders", []):
            if not header["name"].lower().startswith("x-"):
                raise Refusal(
                    400,
                    "InvalidInternetMessageHeader",
                    f"The header name '{header['name']}' should start with 'x-' or 'X-'.",
                )
        message = Message(
            number=len(self.messages) + 1,
            mailbox=self.people.find(reference).address,
            content=content,
            changed=self.now(),
            properties=properties_of(content),
        )
        with self.lock:
            self.messages.append(message)
        return message

    def _send_mail(self, call: Call, reference: str) -> Answer:
        """202 with nothing in it: accepted is not delivered, and there is no id."""
        body = {name.lower(): value for name, value in call.body.items()}
        self._leave(self._store(reference, body["message"]))
        return Answer(status=202)

    def _leave(self, message: Message) -> None:
        if not message.to:
            raise Refusal(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        message.sent_at = message.changed = self.now()

    def _create(self, call: Call, reference: str) -> Answer:
        return Answer(status=201, body=self._store(reference, call.body).as_json(call))

    def _list(self, call: Call, reference: str) -> Answer:
        mailbox = self.people.find(reference).address
        name, value = wanted_property(call)
        found = (
            m.as_json(call)
            for m in self.messages
            if m.mailbox == mailbox
            and m.number not in self.deleted
            and m.properties.get(name, "").lower() == value.lower()
        )
        return paged(found, call, default=10, most=1000)

    def _get(self, call: Call, reference: str, identifier: str) -> Answer:
        return Answer(body=selected(self._find(reference, identifier).as_json(call), call))

    def _delete(self, _call: Call, reference: str, identifier: str) -> Answer:
        self.deleted.add(self._find(reference, identifier).number)
        return Answer(status=204)

    def _send(self, _call: Call, reference: str, identifier: str) -> Answer:
        message = self._find(reference, identifier)
        if message.sent_at is not None:
            raise Refusal(400, "ErrorInvalidRequest", "The message has been sent already.")
        self._leave(message)
        return Answer(status=202)

    def _find(self, reference: str, identifier: str) -> Message:
        mailbox = self.people.find(reference).address
        for message in self.messages:
            ids = (message.identifier(immutable=True), message.identifier(immutable=False))
            if message.mailbox == mailbox and identifier in ids and message.number not in self.deleted:
                return message
        raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
