"""What the adapter needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CaldavSettings:
    """One server and one sign-in. `lists` has the address of each person's task list by that person's key."""

    name: str
    lists: Mapping[str, str]
    username: str
    password: str = field(repr=False)
    ca_file: str | None = None
    proxy: str | None = None
    #: Seconds for one call.
    timeout: float = 20.0
