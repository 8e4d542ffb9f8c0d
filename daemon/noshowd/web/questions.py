"""What an answer page shows, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from noshowd.ports.channel import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message waiting for approval; its text may be changed, and exactly that is sent."""

    recipient: str
    sender: str
    subject: str
    text: str
    #: Value of the choice that sends it.
    sent_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question to one person, in words ready for them. All texts are plain."""

    title: str
    text: str
    #: What may be read after the buttons.
    aside: str = ""
    choices: tuple[Choice, ...] = ()
    language: str = "en"
    draft: Draft | None = None
    #: Value of the choice that the link was labelled with: it stands out, and is still to be pressed.
    chosen: str | None = None
    #: Why nothing can be answered any more (who decided what, or neutrally that it is over).
    closed: str | None = None

    def style(self, choice: Choice) -> str | None:
        """How the button looks; only one stands out where the link named one."""
        if self.chosen is None:
            return choice.style
        if choice.value == self.chosen:
            return "primary"
        return None if choice.style == "primary" else choice.style


class Questions(Protocol):
    """Finds the question behind a link."""

    async def find(self, subject: str) -> Question | None:
        """The question as it stands now; None when there is none any more."""
        ...
