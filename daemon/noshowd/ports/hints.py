"""What the engine needs from whoever knows that somebody of ours is in some call. Never evidence of a meeting."""

from __future__ import annotations

from typing import Protocol


class HintSource(Protocol):
    """Tells whom to leave alone for the moment. A hint holds a question back and decides nothing."""

    name: str

    async def in_a_call(self, addresses: frozenset[str]) -> frozenset[str]:
        """Those of these people of ours who are in some call now. Raises as `PresenceSource.look`."""
        ...
