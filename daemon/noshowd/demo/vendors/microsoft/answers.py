"""One call to the simulated Graph and what it answers; how Graph writes instants, pages and refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_PREFERENCE = re.compile(r'([\w.-]+)\s*(?:=\s*(?:"([^"]*)"|([^",;\s]+)))?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request below `/v1.0`: names of headers are lower case, `root` is the address in front of `path`."""

    method: str
    path: str
    root: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def prefers(self, name: str) -> str | None:
        """The value of one preference of the `Prefer` header, or None."""
        for found in _PREFERENCE.finditer(self.headers.get("prefer", "")):
            if found[1].lower() == name.lower():
                return found[2] or found[3] or ""
        return None

    @property
    def immutable_ids(self) -> bool:
        """Ids are answered in the immutable form only where each single request asks for it."""
        return (self.prefers("IdType") or "").lower() == "immutableid"

    @property
    def zone(self) -> ZoneInfo:
        """The zone times are answered in. An unknown name is a server error, as reported of Graph."""
        return zone_of(self.prefers("outlook.timezone") or "UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, JSON body (None for an empty one) and headers. `text` stands in for a body that is not JSON."""

    status: int = 200
    body: Any = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """An answer in Graph's error form."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.answer = Answer(
            status=status,
            body={"error": {"code": code, "message": message}},
            headers=headers or {},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call Graph knows: any of `roles` opens it; the pattern's groups are handed to `answer`."""

    method: str
    pattern: str
    roles: frozenset[str]
    answer: Callable[..., Answer]


def route(method: str, pattern: str, roles: str, answer: Callable[..., Answer]) -> Route:
    """A route from a pattern with `{}` for each id and roles parted by spaces."""
    expression = re.escape(pattern).replace(r"\{\}", "([^/]+)")
    return Route(method=method, pattern=f"{expression}$", roles=frozenset(roles.split()), answer=answer)


def instant(moment: datetime) -> str:
    """An instant as Graph writes one."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def zoned(moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    """A `dateTimeTimeZone`: a wall time with seven digits and no offset, and its zone apart."""
    wall = moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S.%f0")
    return {"dateTime": wall, "timeZone": zone.key}


def zone_of(name: str) -> ZoneInfo:
    """The zone with this IANA or Windows name."""
    for candidate in (name, WINDOWS_TO_OLSON.get(name, "")):
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(candidate)
    raise Refusal(500, "ErrorInternalServerError", f"The time zone {name} failed.")


def moment_of(value: Mapping[str, str]) -> datetime:
    """The instant of a `dateTimeTimeZone` in a request."""
    wall = datetime.fromisoformat(value["dateTime"])
    zone = zone_of(value.get("timeZone") or "UTC")
    return (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)


def parameter_instant(call: Call, name: str) -> datetime:
    """A required instant of the query; without an offset it is UTC."""
    text = call.query.get(name)
    if not text:
        raise Refusal(400, "ErrorInvalidParameter", f"This request requires a time window: {name} is missing.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "ErrorInvalidParameter", f"{name} is not a date and time.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def selected(item: dict[str, Any], call: Call) -> dict[str, Any]:
    """The members named in `$select`; the id and annotations always come along."""
    names = call.query.get("$select")
    if not names:
        return item
    wanted = {name.strip().lower() for name in names.split(",")} | {"id"}
    return {k: v for k, v in item.items() if k.lower() in wanted or k.startswith("@")}


def paged(items: Iterable[dict[str, Any]], call: Call, *, default: int, most: int) -> Answer:
    """One page of a collection; `@odata.nextLink` is absolute and carries all options along."""
    everything = list(items)
    size = min(int(call.query.get("$top", default)), most)
    skip = int(call.query.get("$skip", 0))
    body: dict[str, Any] = {"value": [selected(i, call) for i in everything[skip : skip + size]]}
    if skip + size < len(everything):
        body["@odata.nextLink"] = next_link(call, {**call.query, "$skip": str(skip + size)})
    return Answer(body=body)


def next_link(call: Call, query: Mapping[str, str]) -> str:
    """The same address with another query."""
    return f"{call.root}{quote(call.path)}?{urlencode(query)}"
