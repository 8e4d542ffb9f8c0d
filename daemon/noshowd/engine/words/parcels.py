"""What was written for somebody of our side, as a parcel."""

from __future__ import annotations

from noshowd.engine.parts import Contact
from noshowd.ports.channel import Carries, Choice, Parcel
from noshowd.wording import Text


def to_our_side(
    key: str, contact: Contact, text: Text, *, choices: tuple[Choice, ...] = (), reply_to: str | None = None
) -> Parcel:
    """A message to this person of ours, with the answers that one press gives."""
    return Parcel(
        key=key,
        carries=Carries.TO_OUR_SIDE,
        recipient=contact.recipient,
        subject=text.subject,
        preview=text.preview,
        text=text.text,
        html=text.html,
        reply_to=reply_to,
        choices=choices,
        language=text.language,
    )
