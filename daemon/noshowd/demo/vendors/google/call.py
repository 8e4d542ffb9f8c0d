"""One accepted request, as the simulated APIs see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from noshowd.demo.vendors.google.access import Grant

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that names a known method, is signed in, has the scope and is well formed."""

    method: str
    grant: Grant
    path: dict[str, str]
    query: Json
    body: Json
    headers: dict[str, str]
    now: datetime

    @property
    def user(self) -> str:
        return self.grant.user


#: Answers a call with a JSON body (None means 204). Raises `Refusal`.
Handler = Callable[[Call], Json | None]


def stamp(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as Google writes instants of its own."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
