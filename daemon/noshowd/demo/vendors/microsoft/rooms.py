"""Teams meetings as they happen: who joins and leaves, and what is written down about it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from noshowd.demo.vendors.microsoft.people import object_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody in a call; without an address it is an anonymous guest who typed a name."""

    name: str
    address: str | None = None

    @property
    def identity(self) -> dict[str, Any]:
        known = object_id(self.address) if self.address else None
        return {"id": known, "displayName": self.name}

    @property
    def identity_set(self) -> dict[str, Any]:
        if self.address is None:
            return {"user": None, "guest": {"id": None, "displayName": self.name}}
        return {"user": self.identity | {"userIdentityType": "aadUser"}}


@dataclass(slots=True)
class Stay:
    """One stretch of one person in the call; `left` is None while it lasts."""

    who: Participant
    device: str
    joined: datetime
    left: datetime | None = None


@dataclass(slots=True)
class Session:
    """One time that the call ran. Each makes one attendance report when it ends."""

    number: int
    began: datetime
    ended: datetime | None = None
    stays: list[Stay] = field(default_factory=list)


@dataclass(slots=True)
class Room:
    """An online meeting: one join address for all occurrences of a series."""

    join_url: str
    thread_id: str
    organizer: str
    subject: str
    attendees: dict[str, str] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    chat: list[dict[str, Any]] = field(default_factory=list)
    #: The organiser or an admin switched reports off.
    reports: bool = True

    @property
    def meeting_id(self) -> str:
        return "MSo" + hashlib.sha256(self.join_url.encode()).hexdigest()[:30]

    @property
    def running(self) -> Session | None:
        last = self.sessions[-1] if self.sessions else None
        return last if last and last.ended is None else None


def new_room(tenant_id: str, organizer: str, subject: str, number: int, join_url: str | None) -> Room:
    """A meeting; without `join_url` it gets the long form, which names thread, tenant and organiser."""
    thread = hashlib.sha256(f"{organizer}/{number}".encode()).hexdigest()[:32]
    thread_id = f"19:meeting_{thread}@thread.v2"
    context = json.dumps({"Tid": tenant_id, "Oid": object_id(organizer)}, separators=(",", ":"))
    path = thread_id.replace(":", "%3a").replace("@", "%40")
    long_form = f"https://teams.microsoft.com/l/meetup-join/{path}/0?context={_lower_escapes(quote(context))}"
    return Room(join_url=join_url or long_form, thread_id=thread_id, organizer=organizer, subject=subject)


def _lower_escapes(text: str) -> str:
    """Teams escapes in lower case; a join address has to be given back letter for letter."""
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), text)
