"""How what people answer comes in, whichever way they answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from noshowd.domain.spans import require_aware
from noshowd.ports.errors import VendorError

#: What `AnswerBox.put` says of an answer that counts; any other word says why it does not.
TAKEN = "noted"
#: `Answer.value` when no person answered but a mail server: what `about` names did not arrive, `text` has the status.
BOUNCED = "bounced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One tap, link or reply. `value` is the choice's opaque value (or the words of a reply).

    `answer_id` is the carrier's own id of this answer: the same answer delivered twice has the same.
    """

    answer_id: str
    channel: str
    #: Address or carrier's id of who answered, as the carrier vouches for it. None where it knows no more than that it
    #: is whoever the message went to (a signed link, a direct message).
    by: str | None
    value: str
    at: datetime
    #: Free words that came along (an edited text, a keyword for the call).
    text: str = ""
    #: Key of the parcel that is answered, where the carrier knows it and `value` alone does not say (a reply).
    about: str | None = None

    def __post_init__(self) -> None:
        require_aware("answer.at", self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text that waits for approval, for whoever wants to change it first. All texts are plain and ready for them."""

    #: Above everything: what one does here.
    title: str
    #: To whom it goes, and under which subject.
    about: str
    text: str
    #: On the button that sends it.
    send: str


class AnswerBox(Protocol):
    """Takes answers. Stored before it returns, so that the carrier may acknowledge."""

    async def put(self, answer: Answer) -> str:
        """Store the answer; returns a short word for whoever gave it ("noted", "already decided")."""
        ...

    async def draft(self, answer: Answer) -> Draft | str:
        """The text that this answer would let go; nothing is stored. A short word why not, where it would not."""
        ...

    async def heard(self, source: str, error: VendorError | None = None) -> None:
        """This source has just been listened to, or could not be: whoever answers there is not heard. Never fails."""
        ...


class AnswerSource(Protocol):
    """Something that brings answers for as long as it runs (Socket Mode, a mailbox)."""

    name: str

    async def run(self, box: AnswerBox) -> None:
        """Bring answers until cancelled, reconnecting by itself. Raises `CredentialsLost` or `Permanent`."""
        ...
