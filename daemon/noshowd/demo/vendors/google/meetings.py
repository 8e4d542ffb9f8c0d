"""Meet: spaces, who was in them and when. What can be seen is worked out from the stays at the instant asked.

Stays may be entered ahead of time: a stay becomes visible `lag` after it happened.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Joined(StrEnum):
    """How somebody came in; decides what the API tells of them."""

    SIGNED_IN = "signedinUser"
    ANONYMOUS = "anonymousUser"
    PHONE = "phoneUser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody in a call: an account's address, a typed name, or a partly hidden number."""

    how: Joined = Joined.SIGNED_IN
    name: str
    address: str | None = None


@dataclass(slots=True, kw_only=True)
class Stay:
    """One device in one call, from joining to leaving (None: still there)."""

    id: str
    visitor: Visitor
    joined: datetime
    left: datetime | None = None
    device: str = "laptop"


@dataclass(slots=True, kw_only=True)
class Space:
    """A meeting room with its code; the code is an alias that may wander."""

    id: str
    code: str
    owner: str
    stays: list[Stay] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """One stretch in which somebody was in the space, as visible at one instant."""

    id: str
    space: Space
    started: datetime
    ended: datetime | None
    stays: tuple[Stay, ...]

    def attended(self, address: str) -> bool:
        return any(s.visitor.address == address for s in self.stays)


class Meetings:
    """All spaces. `lag` is how long after joining or leaving it can be seen."""

    def __init__(self) -> None:
        self.lag = timedelta(0)
        self._spaces: dict[str, Space] = {}
        self._numbers = itertools.count(1)

    def add_space(self, owner: str) -> Space:
        number = next(self._numbers)
        letters = "".join(chr(ord("a") + int(c, 16)) for c in hashlib.sha256(f"space {number}".encode()).hexdigest())
        code = f"{letters[:3]}-{letters[3:7]}-{letters[7:10]}"
        space = Space(id=f"sp{letters[10:20].upper()}", code=code, owner=owner)
        self._spaces[code] = space
        return space

    def conference(self, owner: str) -> Json:
        """The event fields of a fresh Meet link."""
        code = self.add_space(owner).code
        uri = f"https://meet.google.com/{code}"
        return {
            "hangoutLink": uri,
            "conferenceData": {
                "conferenceId": code,
                "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
                "entryPoints": [{"entryPointType": "video", "uri": uri, "label": uri.removeprefix("https://")}],
            },
        }

    def spaces(self) -> list[Space]:
        return list(self._spaces.values())

    def space(self, name: str) -> Space | None:
        """By code (any case) or by id (exact)."""
        by_code = self._spaces.get(name.lower())
        return by_code or next((s for s in self._spaces.values() if s.id == name), None)

    def join(self, code: str, visitor: Visitor, at: datetime, device: str = "laptop") -> Stay:
        """Somebody comes in at `at`, on one more device if they are in already."""
        stay = Stay(id=f"st{next(self._numbers)}", visitor=visitor, joined=at, device=device)
        self._spaces[code].stays.append(stay)
        return stay

    def leave(self, code: str, name: str, at: datetime, device: str | None = None) -> None:
        """Whoever is in under this name or address leaves, with one device or with every."""
        for stay in self._spaces[code].stays:
            same = name in (stay.visitor.name, stay.visitor.address) and device in (None, stay.device)
            if same and stay.left is None:
                stay.left = at

    def conferences(self, space: Space, now: datetime) -> list[Conference]:
        """What can be seen at `now`, newest first; records vanish 30 days after their end."""
        seen = now - self.lag
        found: list[Conference] = []
        for group in _together([_as_seen(s, seen) for s in space.stays if s.joined <= seen]):
            ended = None if any(s.left is None for s in group) else max(s.left for s in group if s.left)
            if ended is None or now - ended <= timedelta(days=30):
                found.append(
                    Conference(
                        id=f"cr-{group[0].id}",
                        space=space,
                        started=group[0].joined,
                        ended=ended,
                        stays=tuple(group),
                    )
                )
        return found[::-1]


def _as_seen(stay: Stay, seen: datetime) -> Stay:
    left = stay.left if stay.left is not None and stay.left <= seen else None
    return Stay(id=stay.id, visitor=stay.visitor, joined=stay.joined, left=left)


def _together(stays: list[Stay]) -> list[list[Stay]]:
    """Stays in order of joining, cut wherever the room had been empty."""
    groups: list[list[Stay]] = []
    for stay in sorted(stays, key=lambda s: s.joined):
        if groups and any(s.left is None or s.left >= stay.joined for s in groups[-1]):
            groups[-1].append(stay)
        else:
            groups.append([stay])
    return groups
