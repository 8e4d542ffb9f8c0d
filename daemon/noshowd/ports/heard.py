"""How whatever listens for as long as the worker runs says whether it hears anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from noshowd.ports.errors import VendorError

#: None: it is connected just now; an error: it is not, and why. Never fails.
Heard = Callable[[VendorError | None], Awaitable[object]]


async def unheard(_: VendorError | None) -> None:
    """Where nobody wants to know."""
