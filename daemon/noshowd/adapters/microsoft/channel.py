"""Mail from the mailboxes of the tenant: sent plainly, or by a draft that can be looked up afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from noshowd.adapters.microsoft.graph import Graph, instant_of, items, member, segment
from noshowd.adapters.microsoft.mail_wire import message
from noshowd.adapters.microsoft.marks import wanted
from noshowd.adapters.microsoft.refusals import NotThere
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent, Temporary

_CARRIES = frozenset({Carries.TO_OUR_SIDE, Carries.TO_GUESTS})
#: A draft that was handed over may still look like one for a while.
_SENDING = timedelta(minutes=5)


def _mailbox(parcel: Parcel, graph: Graph, otherwise: str) -> str:
    """The sender's own mailbox where it is one of ours."""
    sender = parcel.sender.address if parcel.sender else None
    return sender if sender and graph.settings.owns(sender) else otherwise


class PlainMail:
    """sendMail: accepted without an id, so what became of a lost answer only a person can see.

    Needs the application right Mail.Send, which can be limited to mailboxes.
    """

    carries = _CARRIES
    recovery = Recovery.ASK
    edits = False

    def __init__(self, graph: Graph, clock: Clock, *, name: str, mailbox: str) -> None:
        self.name = name
        self.timeout = graph.settings.timeout * 2  # a sign-in may come first
        self._graph = graph
        self._clock = clock
        self._default = mailbox

    async def send(self, parcel: Parcel) -> Receipt:
        if parcel.draft:
            raise Permanent('drafts need the opt-in "verify_mail" in rights of the account')
        mailbox = _mailbox(parcel, self._graph, self._default)
        body = {"message": message(parcel, mailbox), "saveToSentItems": True}
        await self._graph.post(f"{self._graph.user(mailbox)}/sendMail", body)
        return Receipt(channel=self.name, ref=f"{mailbox}|", at=self._clock.now())

    async def verify(self, parcel: Parcel) -> Receipt | None:  # noqa: ARG002 - as the port says
        raise Permanent("mail sent without a draft cannot be looked up")

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:  # noqa: ARG002 - as the port says
        raise Permanent("mail cannot be changed once it is sent")

    async def retract(self, receipt: Receipt) -> None:  # noqa: ARG002 - as the port says
        raise Permanent("mail cannot be taken back")


class DraftedMail:
    """Draft, then send: the draft's immutable id leads to the sent message, and our mark to both.

    Needs the application rights Mail.ReadWrite and Mail.Send.
    """

    carries = _CARRIES
    recovery = Recovery.VERIFY
    edits = False

    def __init__(self, graph: Graph, clock: Clock, *, name: str, mailbox: str) -> None:
        self.name = name
        self.timeout = graph.settings.timeout * 4  # sign-in, look-up, draft, sending
        self._graph = graph
        self._clock = clock
        self._default = mailbox

    async def send(self, parcel: Parcel) -> Receipt:
        """Send the draft with our mark, making it if an earlier attempt did not; or leave it a draft."""
        mailbox = _mailbox(parcel, self._graph, self._default)
        draft = message(parcel, mailbox)
        found = await self._find(mailbox, parcel.key)
        if found is None:
            found = await self._graph.post(f"{self._graph.user(mailbox)}/messages", draft)
        if member(found, "isDraft") and not parcel.draft:
            await self._graph.post(f"{self._place(mailbox, member(found, 'id', acts=True))}/send", None)
        return self._receipt(mailbox, found)

    async def verify(self, parcel: Parcel) -> Receipt | None:
        mailbox = _mailbox(parcel, self._graph, self._default)
        found = await self._find(mailbox, parcel.key)
        if found is None:
            return None
        if not member(found, "isDraft") or parcel.draft:
            return self._receipt(mailbox, found)
        if self._clock.now() - instant_of(found, "lastModifiedDateTime") < _SENDING:
            raise Temporary("the message may still be on its way out", retry_after=_SENDING)
        return None

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:  # noqa: ARG002 - as the port says
        raise Permanent("mail cannot be changed once it is sent")

    async def retract(self, receipt: Receipt) -> None:
        """Delete what is still a draft; a message that was sent stays sent."""
        mailbox, _, identifier = receipt.ref.partition("|")
        place = self._place(mailbox, identifier)
        try:
            found = await self._graph.get(place, {"$select": "isDraft"})
            if not member(found, "isDraft"):
                raise Permanent("mail cannot be taken back")
            await self._graph.delete(place)
        except NotThere:
            return

    async def _find(self, mailbox: str, key: str) -> dict[str, Any] | None:
        query = wanted(key) | {"$select": "isDraft,lastModifiedDateTime"}
        found = items(await self._graph.get(f"{self._graph.user(mailbox)}/messages", query))
        return next((one for one in found if not member(one, "isDraft")), found[0] if found else None)

    def _receipt(self, mailbox: str, found: dict[str, Any]) -> Receipt:
        return Receipt(channel=self.name, ref=f"{mailbox}|{member(found, 'id', acts=True)}", at=self._clock.now())

    def _place(self, mailbox: str, identifier: str) -> str:
        return f"{self._graph.user(mailbox)}/messages/{segment(identifier)}"
