"""What the engine needs from whatever carries a word or a task to somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from noshowd.domain.spans import require_aware


class Recovery(StrEnum):
    """What to do about a parcel of which it is not known whether it left."""

    #: The channel can look it up by our own key.
    VERIFY = "verify"
    #: A duplicate is harmless: send again.
    RESEND = "resend"
    #: A person has to look.
    ASK = "ask"


class Carries(StrEnum):
    """What a channel can deliver."""

    TO_OUR_SIDE = "to_our_side"
    TO_GUESTS = "to_guests"
    TASKS = "tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One person; a channel uses the field it understands and raises `Permanent` when that is missing."""

    address: str | None = None
    name: str | None = None
    slack: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A text that may be changed before a choice lets it go; `label` is for the button that opens it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One button or link: `value` is opaque and comes back in the answer."""

    label: str
    value: str
    #: `primary` and `danger` as Slack has them, else plain.
    style: str | None = None
    #: Signed page for channels without buttons; a GET of it never acts.
    url: str | None = None
    #: Where the channel can show a text to be changed, it offers that too, and hands the changed text in with the
    #: answer; what it shows then is the draft of the answer box.
    edit: Edit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """More text with choices of its own, below that of a parcel."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message or task, rendered and ready. Texts are plain; `html` is a fragment that says the same."""

    #: Our own id: the same parcel always has the same, on every attempt.
    key: str
    carries: Carries
    recipient: Recipient
    subject: str
    text: str
    html: str | None = None
    #: Discreet line for previews on a shared screen: no name, no verdict.
    preview: str = ""
    choices: tuple[Choice, ...] = ()
    #: The human it comes from; None for noshowd itself.
    sender: Recipient | None = None
    reply_to: str | None = None
    #: Message-ID of the invitation or of an earlier message to reply to.
    in_reply_to: str | None = None
    #: `Receipt.ref` of the first message about the same matter to the same person on the same channel: this one goes
    #: into its thread, where the channel has threads, and leaves choices to the first where the channel edits.
    thread: str | None = None
    #: In a thread: to be found there, and shown nowhere else.
    aside: bool = False
    #: What else an edited message shows; other channels may leave it out.
    more: tuple[Passage, ...] = ()
    language: str = "en"
    #: Tasks: when it is due, and the zone in which the person reads it.
    due: datetime | None = None
    zone: str | None = None
    link: str | None = None
    #: Put it into the sender's drafts instead of sending.
    draft: bool = False
    headers: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        require_aware("parcel.due", self.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where a sent parcel can be found again: the vendor's id, opaque to everybody but the channel."""

    channel: str
    ref: str
    at: datetime


class Channel(Protocol):
    """Carries parcels of one or more sorts."""

    name: str
    carries: frozenset[Carries]
    recovery: Recovery
    #: Whether `edit` changes what was sent.
    edits: bool
    #: Longest time one send may take, in seconds; leases are kept above it.
    timeout: float

    async def send(self, parcel: Parcel) -> Receipt:
        """Send once. Raises `Temporary` (with `uncertain` when it may have left), `Permanent`, `CredentialsLost`."""
        ...

    async def verify(self, parcel: Parcel) -> Receipt | None:
        """Look the parcel up by its key; None when it surely has not left. Only with `Recovery.VERIFY`."""
        ...

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        """Replace what was sent by this parcel. Only where `edits`; else `Permanent`."""
        ...

    async def retract(self, receipt: Receipt) -> None:
        """Take a task or message back; fine when it is gone already. `Permanent` where impossible."""
        ...
