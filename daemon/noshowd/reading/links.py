"""Which links in a text lead into a meeting, and into which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import unquote

from noshowd.reading.platforms import PAGES, ROWS, UNKNOWN, VENDOR_LABELS
from noshowd.reading.wrappers import parameter, split, unwrap

#: Longer links and more links than these are not looked at (real ones end below 2,000 characters).
MAX_LENGTH = 8_000
MAX_LINKS = 1_000

_SCAN = re.compile(
    r"(?<![\w@.-])(?:(?:https?|zoommtg|zoomus|msteams):/{1,2}|(?<![/=])(?=[\w-]{1,63}\.[\w.-]{1,200}/))"
    r"[^\s<>\"'`|\\^\[\]]+",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?*_~'\"”’»…)}>="
_FOREIGN_MARK = re.compile(r"[^\x00-\x7f]")
_ASSET = re.compile(r"\.(?:png|ico|svg|jpe?g|gif|css|js|pdf|ics|xml|txt|webmanifest)$", re.IGNORECASE)
_PLACEHOLDERS = {
    "{digits}": r"(?P<id>\d{1,20})",
    "{code}": r"(?P<id>[a-z]{3}-[a-z]{4}-[a-z]{3})",
    "{thread}": r"(?P<thread>[^/]+)",
    "{id}": r"(?P<id>[^/]+)",
    "{room}": r"(?P<room>[^/]+)",
    "{personal}": r"(?P<personal>[^/]+)",
    "{nick}": r"(?P<nick>[^/]+)",
    "{name}": r"(?P<name>[^/]+)",
    "**": r".*",
    "*": r"[^/]+",
}
_TOKEN = re.compile(r"\{\w+\}|\*\*|\*")
#: Query parameters that carry the passcode in the clear.
_PASSCODE_KEYS = {
    "zoom": "pwd",
    "teams": "p",
    "zhumu": "pwd",
    "ringcentral": "pw",
    "voov": "pwd",
    "tencent_meeting": "pwd",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link into a meeting, unwrapped, scheme and host in lower case."""

    platform: str
    url: str
    meeting_id: str | None = None
    passcode: str | None = None
    #: One person's room for all their meetings.
    personal: bool = False


@dataclass(frozen=True, slots=True)
class _Path:
    platform: str
    pattern: re.Pattern[str]
    needs: tuple[str, ...]
    id_in: str | None
    by_fragment: bool


def find_links(text: str, declared: Mapping[str, str]) -> list[Link]:
    """Every meeting link in the order of the text; of twins with one id, the one with a passcode comes first."""
    if "/" not in text:
        return []
    found: dict[tuple[str, str], Link] = {}
    for raw in _candidates(text):
        link = read_link(raw, declared)
        if link is None:
            continue
        key = (link.platform, link.meeting_id or link.url)
        known = found.get(key)
        if known is None or (link.passcode and not known.passcode):
            found[key] = link
    return list(found.values())


def best_link(text: str, declared: Mapping[str, str]) -> Link | None:
    """The link the text means: the first, but a meeting of its own before somebody's personal room."""
    links = find_links(text, declared)
    return next((link for link in links if not link.personal), links[0] if links else None)


def read_link(raw: str, declared: Mapping[str, str]) -> Link | None:
    """What one link leads into; None for everything that is not surely a meeting."""
    url = _web_form(unwrap(raw if ":/" in raw[:10] else f"https://{raw}"))
    scheme, host, path, query, fragment = split(url)
    host = host.removesuffix(":443")
    if scheme not in ("http", "https") or not _plain_host(host):
        return None
    for candidate in _paths_for(host, declared):
        link = _apply(candidate, path, query, fragment)
        if link is not None:
            return replace(link, url=_rebuilt(scheme, host, path, query, fragment))
    return None


def trusted_link(raw: str, declared: Mapping[str, str]) -> Link | None:
    """A link from a field that only ever holds conferences: an unknown host or an odd path is believed."""
    link = read_link(raw, declared)
    if link is not None:
        return link
    scheme, host, path, query, fragment = split(unwrap(raw))
    last = path.rstrip("/").rpartition("/")[2]
    if scheme not in ("http", "https") or not _plain_host(host) or last.lower() in PAGES:
        return None
    platform = next((p.platform for p in _paths_for(host, declared, by_label=False)), UNKNOWN)
    return Link(
        platform=platform,
        url=_rebuilt(scheme, host, path, query, fragment),
        meeting_id=None if platform == UNKNOWN else last or None,
    )


def without_links(text: str) -> str:
    """The words around the links."""
    return _SCAN.sub(" ", text).strip(" \t\r\n<>()[],;") if "/" in text else text.strip()


def _candidates(text: str) -> Iterator[str]:
    for count, match in enumerate(_SCAN.finditer(text)):
        if count >= MAX_LINKS:
            return
        raw = match[0]
        if len(raw) <= MAX_LENGTH:
            yield _trimmed(raw)


def _trimmed(raw: str) -> str:
    """Without the punctuation of the sentence around it."""
    slash = raw.find("/", raw.find("://") + 3)
    if slash > 0 and not raw.isascii():
        foreign = next((m.start() for m in _FOREIGN_MARK.finditer(raw, slash) if not m[0].isalnum()), None)
        raw = raw[:foreign]
    if ")" in raw and "(" not in raw:
        raw = raw[: raw.index(")")]
    return raw.rstrip(_TRAILING)


def _web_form(url: str) -> str:
    """Deep links of an installed client as the page that opens it."""
    scheme, host, _, query, _ = split(url)
    if scheme in ("zoommtg", "zoomus"):
        number, passcode = parameter(query, "confno"), parameter(query, "pwd")
        return f"https://{host}/j/{number}" + (f"?pwd={passcode}" if passcode else "") if number else url
    if scheme == "msteams":
        rest = url.partition(":")[2].lstrip("/")
        return f"https://{rest}" if "." in host else f"https://teams.microsoft.com/{rest}"
    return url


def _plain_host(host: str) -> bool:
    """No user part, no port, no letters that only look right."""
    return host.isascii() and not set("@:%") & set(host) and "xn--" not in host and "." in host


def _rebuilt(scheme: str, host: str, path: str, query: str, fragment: str) -> str:
    return f"{scheme}://{host}{path}" + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _apply(candidate: _Path, path: str, query: str, fragment: str) -> Link | None:
    match = candidate.pattern.fullmatch(f"{path or '/'}#{fragment}" if candidate.by_fragment else path or "/")
    if match is None or _ASSET.search(path):
        return None
    if any(parameter(query + "&", key) is None for key in candidate.needs):
        return None
    groups = match.groupdict()
    free = groups.get("room") or groups.get("personal") or groups.get("name")
    if free and free.lower() in PAGES:
        return None
    key = _PASSCODE_KEYS.get(candidate.platform)
    return Link(
        platform=candidate.platform,
        url=path,
        meeting_id=_meeting_id(candidate, groups, query),
        passcode=(parameter(query, key) or None) if key else None,
        personal=bool(groups.get("personal") or groups.get("nick")),
    )


def _meeting_id(candidate: _Path, groups: dict[str, str | None], query: str) -> str | None:
    if candidate.id_in:
        return parameter(query, candidate.id_in)
    thread = groups.get("thread")
    if thread:
        decoded = unquote(unquote(thread))
        return decoded if decoded.startswith("19:") else None
    found = groups.get("id") or groups.get("room") or groups.get("personal")
    if not found:
        return None
    return unquote(found).lower() if candidate.platform == "google_meet" else unquote(found)


def _paths_for(host: str, declared: Mapping[str, str], *, by_label: bool = True) -> Iterator[_Path]:
    """The rows that speak of this host, the closest name first."""
    exact, below, labels, by_platform = _index()
    if host in declared:
        yield from by_platform.get(declared[host], ())
        return
    yield from exact.get(host, ())
    names = host.split(".")
    for start in range(1, len(names) - 1):
        if names[0] not in VENDOR_LABELS:
            yield from below.get(".".join(names[start:]), ())
    for label in names[:-2] if by_label else ():
        yield from labels.get(label, ())


_Rows: TypeAlias = dict[str, list[_Path]]


@lru_cache(maxsize=1)
def _index() -> tuple[_Rows, _Rows, _Rows, _Rows]:
    exact: _Rows = {}
    below: _Rows = {}
    labels: _Rows = {}
    by_platform: _Rows = {}
    for platform, hosts, paths in ROWS:
        compiled = [_compiled(platform, path) for path in paths.split()]
        for host in hosts.split():
            if host == "declared":
                by_platform.setdefault(platform, []).extend(compiled)
            elif host.startswith("label:"):
                labels.setdefault(host[6:], []).extend(compiled)
            elif host.startswith("*."):
                below.setdefault(host[2:], []).extend(compiled)
            else:
                exact.setdefault(host.lstrip("="), []).extend(compiled)
                if not host.startswith("="):
                    below.setdefault(host, []).extend(compiled)
    return exact, below, labels, by_platform


def _compiled(platform: str, template: str) -> _Path:
    path, _, query = template.partition("?")
    regex, at = "", 0
    for token in _TOKEN.finditer(path):
        regex += re.escape(path[at : token.start()]) + _PLACEHOLDERS[token[0]]
        at = token.end()
    regex += re.escape(path[at:])
    needs = tuple(pair.partition("=")[0] for pair in query.split("&") if pair)
    id_in = next((pair.partition("=")[0] for pair in query.split("&") if "=" in pair), None)
    return _Path(platform, re.compile(regex.rstrip("/") + "/?", re.IGNORECASE), needs, id_in, "#" in path)
