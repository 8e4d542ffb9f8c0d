"""What the page on which a guest asks for no more messages needs from whoever remembers it."""

from __future__ import annotations

from typing import Protocol


class OptOuts(Protocol):
    """Knows to whom a message went, by its key, and remembers that they want no more of them."""

    async def language_of(self, key: str) -> str | None:
        """In which language (`de`, `en`) whoever got the message reads; None when there is no such message."""
        ...

    async def keep_out(self, key: str) -> None:
        """Nothing is sent to whoever got this message from now on. Again, it changes nothing."""
        ...
