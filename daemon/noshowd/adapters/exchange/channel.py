"""Mail from the mailboxes of the server; a message number of our own finds it again."""

from __future__ import annotations

import hashlib
from typing import Any

from exchangelib import HTMLBody, Mailbox, Message

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.words import html_text, plain_text, single_line
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent


class ExchangeMail:
    """Sent from the sender's own mailbox where it is one of ours, with a copy in its sent items."""

    carries = frozenset({Carries.TO_OUR_SIDE, Carries.TO_GUESTS})
    recovery = Recovery.VERIFY
    edits = False

    def __init__(self, client: ExchangeClient, clock: Clock, *, name: str, mailbox: str) -> None:
        self.name = name
        self.timeout = client.settings.timeout * 3  # folder, look-up, sending
        self._client = client
        self._clock = clock
        self._default = mailbox

    async def send(self, parcel: Parcel) -> Receipt:
        mailbox = self._mailbox(parcel)
        content = _content(parcel, mailbox)

        def leave(account: Any) -> None:
            message = Message(account=account, **content)
            if parcel.draft:
                message.folder = account.drafts
                message.save()
            else:
                message.folder = account.sent
                message.send_and_save()

        await self._client.run(mailbox, leave, acts=True)
        return self._receipt(mailbox, parcel)

    async def verify(self, parcel: Parcel) -> Receipt | None:
        mailbox = self._mailbox(parcel)
        found = await self._client.run(
            mailbox, lambda account: _ids(account, _number(parcel, mailbox), drafts=parcel.draft)
        )
        return self._receipt(mailbox, parcel) if found else None

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:  # noqa: ARG002 - the port names them
        raise Permanent("mail cannot be changed once it is sent")

    async def retract(self, receipt: Receipt) -> None:
        """Delete what is still a draft; a message that was sent stays sent."""
        mailbox, _, number = receipt.ref.partition("|")

        def take_back(account: Any) -> None:
            if _ids(account, number, drafts=False):
                raise Permanent("mail cannot be taken back")
            account.bulk_delete(_ids(account, number, drafts=True))

        await self._client.run(mailbox, take_back, acts=True)

    def _mailbox(self, parcel: Parcel) -> str:
        sender = parcel.sender.address if parcel.sender else None
        return sender if sender and self._client.settings.owns(sender) else self._default

    def _receipt(self, mailbox: str, parcel: Parcel) -> Receipt:
        return Receipt(channel=self.name, ref=f"{mailbox}|{_number(parcel, mailbox)}", at=self._clock.now())


def _ids(account: Any, number: str, *, drafts: bool) -> list[Any]:
    folder = account.drafts if drafts else account.sent
    return [(item.id, item.changekey) for item in folder.filter(message_id=number).only("subject")]


def _number(parcel: Parcel, mailbox: str) -> str:
    """The Message-ID, which follows from our key: the same parcel has the same on every attempt."""
    digest = hashlib.sha256(parcel.key.encode()).hexdigest()[:32]
    return f"<noshowd-{digest}@{mailbox.rpartition('@')[2]}>"


def _content(parcel: Parcel, mailbox: str) -> dict[str, Any]:
    """The members of the message. `Permanent` without an address."""
    recipient = parcel.recipient
    if not recipient.address:
        raise Permanent("the recipient has no e-mail address")
    name = single_line(recipient.name) if recipient.name else None
    content: dict[str, Any] = {
        "subject": single_line(parcel.subject)[:255],
        "body": HTMLBody(html_text(parcel, parcel.html)) if parcel.html else plain_text(parcel),
        "to_recipients": [Mailbox(email_address=recipient.address, name=name)],
        "message_id": _number(parcel, mailbox),
    }
    answers_to = parcel.reply_to or (parcel.sender.address if parcel.sender else None)
    if answers_to and answers_to.casefold() != mailbox.casefold():
        content["reply_to"] = [Mailbox(email_address=answers_to)]
    if parcel.in_reply_to:
        content |= {"in_reply_to": parcel.in_reply_to, "references": parcel.in_reply_to}
    return content
