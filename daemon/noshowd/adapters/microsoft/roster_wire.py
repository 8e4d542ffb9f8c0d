"""Meeting call events, opened, into facts. Pure; spellings differ between the documents, so all are taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from noshowd.domain.evidence import Identity, Where

_CALLS = {"callstarted": True, "callended": False}
_ROSTER = frozenset({"rosterupdated", "rosterupdate", "callrosterupdated", "callrosterupdate"})
#: Members that hold people: as a change, or (before 2024) as those who came and those who went.
_CHANGED, _CAME, _WENT = (
    ("participants@delta", "participants"),
    "activeparticipants@joined",
    "activeparticipants@exited",
)
#: Applications are no humans; everybody else may be one.
_MACHINES = frozenset({"applicationinstance", "application"})


class Stand(StrEnum):
    """Where a participant is from an instant on."""

    ROOM = "room"
    LOBBY = "lobby"
    GONE = "gone"

    @property
    def where(self) -> Where:
        return Where.LOBBY if self is Stand.LOBBY else Where.ROOM


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One participant (a person may be several) stands somewhere else from `at` on."""

    at: datetime
    participant: str
    stand: Stand
    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """The call began or ended."""

    at: datetime
    began: bool


def facts(content: Mapping[str, Any], addresses: Mapping[str, str]) -> list[Step | Bell]:
    """What one event tells; `addresses` are those of members by object id. Raises ValueError for nonsense."""
    told = _lowered(content)
    at = datetime.fromisoformat(str(told.get("eventdatetime"))).astimezone(UTC)
    kind = str(told.get("eventtype") or told.get("calleventtype")).rpartition(".")[2].lower()
    if kind in _CALLS:
        return [Bell(at=at, began=_CALLS[kind])]
    if kind not in _ROSTER:
        raise ValueError("an event of an unknown type")
    return list(_steps(told, at, addresses))


def _steps(told: Mapping[str, Any], at: datetime, addresses: Mapping[str, str]) -> Iterator[Step]:
    for one in [person for name in _CHANGED for person in told.get(name) or ()]:
        stand = Stand.GONE if one.get("removedstate") else Stand.LOBBY if one.get("isinlobby") else Stand.ROOM
        yield _step(one, at, stand, addresses)
    for one in told.get(_CAME) or ():
        yield _step(one, at, Stand.ROOM, addresses)
    for one in told.get(_WENT) or ():
        yield _step(one, at, Stand.GONE, addresses)


def _step(one: Mapping[str, Any], at: datetime, stand: Stand, addresses: Mapping[str, str]) -> Step:
    who = (one.get("info") or {}).get("identity") or one.get("identity") or {}
    return Step(at=at, participant=str(one["id"]), stand=stand, identity=_identity(who, addresses))


def _identity(who: Mapping[str, Any], addresses: Mapping[str, str]) -> Identity:
    """Who it is, as far as Teams says. Only an address we can look up is vouched for: a signed-in stranger may be
    the very guest under an account that nobody here knows.
    """
    kind, named = next(((kind, one) for kind, one in who.items() if isinstance(one, dict)), ("", {}))
    address = addresses.get(str(named.get("id")))
    phone = named.get("id") if kind == "phone" else None
    return Identity(
        provider_id=named.get("id"),
        address=address,
        name=named.get("displayname"),
        phone=None if phone is None else str(phone),
        verified=address is not None,
        machine=kind in _MACHINES,
    )


def _lowered(value: Any) -> Any:
    """The same with the names of members in lower case."""
    if isinstance(value, dict):
        return {str(name).lower(): _lowered(one) for name, one in value.items()}
    return [_lowered(one) for one in value] if isinstance(value, list) else value
