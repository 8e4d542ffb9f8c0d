"""Gmail v1: sending, drafts and looking a message up by its Message-ID."""

from __future__ import annotations

import base64
import binascii
import itertools
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from noshowd.demo.vendors.google.call import Call, Handler
from noshowd.demo.vendors.google.paging import Pager
from noshowd.demo.vendors.google.refusals import Refusal, invalid, not_found

Json = dict[str, Any]
_FULL_ACCESS = frozenset(
    f"https://{s}"
    for s in (
        "mail.google.com/",
        "www.googleapis.com/auth/gmail.modify",
        "www.googleapis.com/auth/gmail.readonly",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message in one mailbox."""

    id: str
    thread: str
    mailbox: str
    labels: tuple[str, ...]
    at: datetime
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain text as a reader sees it."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""


class Mailboxes:
    """Everybody's mail. `deliver` puts a message there that came from outside."""

    def __init__(self, pager: Pager) -> None:
        self._pager = pager
        self._mails: dict[str, Mail] = {}
        self._drafts: dict[str, Mail] = {}
        self._numbers = itertools.count(1)

    def handlers(self) -> dict[str, Handler]:
        users = "gmail.users"
        return {
            f"{users}.messages.send": self.send,
            f"{users}.messages.list": self.listing,
            f"{users}.messages.get": self.get,
            f"{users}.drafts.create": self.create_draft,
            f"{users}.drafts.list": self.list_drafts,
            f"{users}.drafts.delete": self.delete_draft,
            f"{users}.getProfile": lambda call: {"emailAddress": _mailbox(call)},
        }

    @property
    def sent(self) -> list[Mail]:
        """Everything sent, in order."""
        return [m for m in self._mails.values() if "SENT" in m.labels]

    @property
    def drafts(self) -> list[Mail]:
        return list(self._drafts.values())

    def deliver(self, mailbox: str, message: EmailMessage, at: datetime) -> Mail:
        """A message arrives in the inbox."""
        return self._store(mailbox, message, ("INBOX", "UNREAD"), None, at)

    def send(self, call: Call) -> Json:
        mailbox = _mailbox(call)
        message = _message(call.body)
        if not any(message.get_all(name) for name in ("To", "Cc", "Bcc")):
            raise Refusal(400, "invalidArgument", "Recipient address required")
        thread = call.body.get("threadId")
        if thread and not any(m.thread == thread and m.mailbox == mailbox for m in self._mails.values()):
            raise not_found("Requested entity was not found.")
        mail = self._store(mailbox, message, ("SENT",), thread, call.now)
        return {"id": mail.id, "threadId": mail.thread, "labelIds": list(mail.labels)}

    def listing(self, call: Call) -> Json:
        rows = [{"id": m.id, "threadId": m.thread} for m in self._mails.values() if _found(m, call)]
        here, beside = self._pager.page(call.query, rows, size=min(call.query.get("maxResults", 100), 500))
        return {**({"messages": here} if here else {}), "resultSizeEstimate": len(rows), **beside}

    def get(self, call: Call) -> Json:
        mail = self._mails.get(call.path["id"])
        if mail is None or mail.mailbox != _mailbox(call):
            raise not_found("Requested entity was not found.")
        headers = [{"name": k, "value": str(v)} for k, v in mail.message.items()]
        return {
            "id": mail.id,
            "threadId": mail.thread,
            "labelIds": list(mail.labels),
            "payload": {"headers": headers},
        }

    def create_draft(self, call: Call) -> Json:
        body = call.body.get("message") or {}
        mail = self._make(_mailbox(call), _message(body), ("DRAFT",), body.get("threadId"), call.now)
        draft = f"r{mail.id}"
        self._drafts[draft] = mail
        return {"id": draft, "message": {"id": mail.id, "threadId": mail.thread, "labelIds": ["DRAFT"]}}

    def list_drafts(self, call: Call) -> Json:
        rows = [{"id": k, "message": {"id": m.id}} for k, m in self._drafts.items() if _found(m, call)]
        here, beside = self._pager.page(call.query, rows, size=min(call.query.get("maxResults", 100), 500))
        return {**({"drafts": here} if here else {}), **beside}

    def delete_draft(self, call: Call) -> None:
        draft = self._drafts.get(call.path["id"])
        if draft is None or draft.mailbox != _mailbox(call):
            raise not_found("Requested entity was not found.")
        del self._drafts[call.path["id"]]

    def _store(
        self, mailbox: str, message: EmailMessage, labels: tuple[str, ...], thread: str | None, at: datetime
    ) -> Mail:
        mail = self._make(mailbox, message, labels, thread, at)
        self._mails[mail.id] = mail
        return mail

    def _make(
        self, mailbox: str, message: EmailMessage, labels: tuple[str, ...], thread: str | None, at: datetime
    ) -> Mail:
        number = f"{next(self._numbers):016x}"
        return Mail(id=number, thread=thread or number, mailbox=mailbox, labels=labels, at=at, message=message)


def _mailbox(call: Call) -> str:
    """The mailbox asked for: the caller's own, or a 403."""
    if call.path["userId"] not in ("me", call.user):
        raise Refusal(403, "forbidden", f"Delegation denied for {call.user}")
    return call.user


def _found(mail: Mail, call: Call) -> bool:
    """Whether a listing names this mail; a search needs more than the metadata scope."""
    search = call.query.get("q")
    if mail.mailbox != _mailbox(call):
        return False
    if not search:
        return True
    if not call.grant.scopes & _FULL_ACCESS:
        raise Refusal(403, "forbidden", "Metadata scope does not support 'q' parameter")
    wanted = re.fullmatch(r"rfc822msgid:<?([^<>\s]+)>?", search)
    if wanted is None:
        raise invalid(f"This simulation searches by rfc822msgid only: {search}", location="q")
    return str(mail.message["Message-ID"] or "").strip("<> ") == wanted[1]


def _message(body: Json) -> EmailMessage:
    raw = body.get("raw")
    if not raw:
        raise Refusal(
            400,
            "invalidArgument",
            "'raw' RFC822 payload message string or uploading message via /upload/* URL required",
        )
    try:
        octets = base64.urlsafe_b64decode(raw)
    except binascii.Error:
        raise invalid("raw is not base64url", location="raw") from None
    return message_from_bytes(octets, policy=policy.default)
