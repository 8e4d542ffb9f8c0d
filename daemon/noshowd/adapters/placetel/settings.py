"""What a Placetel source has to be told; the secret arrives resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacetelSettings:
    """The notify API of one account, switched on at Placetel for each number."""

    #: Name of the source in the configuration.
    name: str = "placetel"
    path: str = "/webhooks/placetel"
    #: The shared secret set at Placetel; without one its requests are not signed and not taken.
    secret: str = field(repr=False)
    #: Our lines, E.164: of others nothing is taken.
    lines: frozenset[str]
    #: When somebody answers a call of ours is not told: of the whole duration so much may be ringing.
    ringing: timedelta = timedelta(seconds=30)
    #: Most calls remembered at one time; the oldest are forgotten first.
    remembered: int = 500
