"""Gmail as a channel: mail from the human's own mailbox, or into their drafts."""

from __future__ import annotations

from noshowd.adapters.google.client import GoogleClient, Method, made_id
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.mail_message import message, message_id, raw
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.settings import GmailSettings
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent

_SEND = Method(api="gmail", name="users.messages.send", scope=Scope.SEND_MAIL, writing=True)
_FIND = Method(api="gmail", name="users.messages.list", scope=Scope.READ_MAIL)
_DRAFT = Method(api="gmail", name="users.drafts.create", scope=Scope.DRAFT_MAIL, writing=True)
_FIND_DRAFT = Method(api="gmail", name="users.drafts.list", scope=Scope.READ_MAIL)
_DELETE_DRAFT = Method(api="gmail", name="users.drafts.delete", scope=Scope.DRAFT_MAIL, answers=False)


class GmailChannel:
    """Sends by users.messages.send. With the scope to search, a lost answer is looked up; else a person is asked."""

    carries = frozenset({Carries.TO_OUR_SIDE, Carries.TO_GUESTS})
    edits = False

    def __init__(self, client: GoogleClient, settings: GmailSettings, clock: Clock) -> None:
        self.name = settings.name
        self.recovery = Recovery.VERIFY if settings.may_search else Recovery.ASK
        #: Signing in, looking for the thread, sending.
        self.timeout = 3 * client.account.timeout
        self._client = client
        self._settings = settings
        self._clock = clock

    async def send(self, parcel: Parcel) -> Receipt:
        mailbox = self._mailbox(parcel)
        body = raw(message(parcel, mailbox))
        thread = await self._thread(parcel, mailbox)
        if thread:
            body["threadId"] = thread
        if self._as_draft(parcel):
            draft = await self._client.call(_DRAFT, subject=mailbox, userId="me", body={"message": body})
            return self._receipt("draft", mailbox, made_id(draft))
        sent = await self._client.call(_SEND, subject=mailbox, userId="me", body=body)
        return self._receipt("sent", mailbox, made_id(sent))

    async def verify(self, parcel: Parcel) -> Receipt | None:
        mailbox = self._mailbox(parcel)
        query = f"rfc822msgid:{message_id(parcel, mailbox)}"
        if self._as_draft(parcel):
            found = await self._client.call(_FIND_DRAFT, subject=mailbox, userId="me", q=query)
            drafts = found.get("drafts", [])
            return self._receipt("draft", mailbox, drafts[0]["id"]) if drafts else None
        found = await self._client.call(_FIND, subject=mailbox, userId="me", q=query)
        messages = found.get("messages", [])
        return self._receipt("sent", mailbox, messages[0]["id"]) if messages else None

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:  # noqa: ARG002 - as the port says
        raise Permanent("mail_cannot_be_edited")

    async def retract(self, receipt: Receipt) -> None:
        """A draft can be taken back, a mail cannot."""
        kind, mailbox, found = receipt.ref.split(" ")
        if kind != "draft":
            raise Permanent("mail_cannot_be_taken_back")
        try:
            await self._client.call(_DELETE_DRAFT, subject=mailbox, userId="me", id=found)
        except Refused as refused:
            if refused.status != 404:
                raise

    def _as_draft(self, parcel: Parcel) -> bool:
        return parcel.draft or (self._settings.drafts and parcel.carries is Carries.TO_GUESTS)

    def _mailbox(self, parcel: Parcel) -> str:
        """The sender's own mailbox where it may be used, else the account's."""
        sender = parcel.sender.address if parcel.sender else None
        return self._client.sign_ins.subject(sender or self._client.account.mailbox)

    async def _thread(self, parcel: Parcel, mailbox: str) -> str | None:
        """Gmail's thread of the message replied to, where it may be looked up."""
        if not (parcel.in_reply_to and self._settings.may_search):
            return None
        query = f"rfc822msgid:{parcel.in_reply_to}"
        found = await self._client.call(_FIND, subject=mailbox, userId="me", q=query)
        messages = found.get("messages", [])
        return messages[0]["threadId"] if messages else None

    def _receipt(self, kind: str, mailbox: str, found: str) -> Receipt:
        return Receipt(channel=self.name, ref=f"{kind} {mailbox} {found}", at=self._clock.now())
