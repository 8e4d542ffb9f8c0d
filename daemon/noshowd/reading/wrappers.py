"""Links inside links: mail filters and redirectors that carry the real address in themselves.

Nothing is ever fetched. A wrapper whose target only its vendor knows (Mimecast) stays as it is.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

#: More nesting than this is nobody's mail system.
MAX_DEPTH = 8

_ENTITY = re.compile(r"&(?:amp|#38|#x26);", re.IGNORECASE)
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")
_PROOFPOINT_V3 = re.compile(r"/v3/__(.+)__;([^!]*)!")
_PROOFPOINT_RUN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAUNCHER_ONLY = ("type=", "deeplinkid=", "directdl=", "mslaunch=", "enablemobilepage=", "suppressprompt=")


def split(url: str) -> tuple[str, str, str, str, str]:
    """Scheme and host in lower case, path, query and fragment; total, unlike `urlsplit`."""
    scheme, _, rest = url.partition(":")
    rest = rest.lstrip("/")
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    host, slash, path = rest.partition("/")
    return scheme.lower(), host.lower(), slash + path, query, fragment


def parameter(query: str, name: str) -> str | None:
    """The value of a query parameter, decoded exactly once; names are compared without case."""
    wanted = name.lower()
    for pair in query.split("&"):
        key, equals, value = pair.partition("=")
        if equals and key.lower() == wanted:
            return unquote(value)
    return None


def unwrap(url: str) -> str:
    """The innermost link. A link that wraps nothing comes back as it was, but for HTML entities."""
    for _ in range(MAX_DEPTH):
        url = _ENTITY.sub("&", url)
        inner = _inner(url)
        if not inner or inner == url:
            return url
        url = inner if "://" in inner[:12] else f"https://{inner}"
    return url


def _inner(url: str) -> str | None:
    _, host, path, query, fragment = split(url)
    for start, reader in _readers(host):
        if path.startswith(start):
            return reader(url, query)
    if _GOOGLE.fullmatch(host) and path == "/url":
        return parameter(query, "q") or parameter(query, "url")
    if host.startswith("teams.") or ".teams." in host:
        return _teams(host, path, query, fragment)
    return None


def _readers(host: str) -> list[tuple[str, Callable[[str, str], str | None]]]:
    """Those of the host or of the nearest host above it."""
    while "." in host:
        if host in _READERS:
            return _READERS[host]
        host = host.partition(".")[2]
    return []


def _named(name: str) -> Callable[[str, str], str | None]:
    return lambda _url, query: parameter(query, name)


def _proofpoint_v2(_url: str, query: str) -> str | None:
    value = parameter(query, "u")
    return unquote(value.replace("-", "%").replace("_", "/")) if value else None


def _proofpoint_v3(url: str, _query: str) -> str | None:
    """`*` stands for the next replaced character, `**X` for a run of them; they follow in base64."""
    found = _PROOFPOINT_V3.search(url)
    if not found:
        return None
    shown, packed = found.groups()
    rest = iter(_unpacked(packed) or "")

    def fill(token: re.Match[str]) -> str:
        count = 1 if token[0] == "*" else _PROOFPOINT_RUN.index(token[0][2]) + 2
        return "".join(next(rest, "") for _ in range(count))

    link = re.sub(r"\*\*[A-Za-z0-9_-]|\*", fill, shown)
    # A single slash is what mail clients leave of the scheme's two.
    return re.sub(r"^(https?):/(?!/)", r"\1://", link)


def _sophos(_url: str, query: str) -> str | None:
    return _unpacked(parameter(query, "u") or "")


def _cisco(url: str, _query: str) -> str | None:
    last = url.rsplit("/", 1)[-1]
    return unquote(last) if last.lower().startswith("http") else None


def _unpacked(packed: str) -> str | None:
    try:
        return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def _teams(host: str, path: str, query: str, fragment: str) -> str | None:
    """The launcher page, the web client and the old client, all of which carry the join path in themselves."""
    if path.startswith("/dl/launcher"):
        target = parameter(query, "url") or ""
        # An address that was not encoded ends at its own "#": the rest became the page's fragment.
        inside = target.partition("#")[2] or fragment
    elif path.startswith("/light-meetings/"):
        return _light_meeting(host, parameter(query, "coords") or "")
    elif path in ("/v2/", "/v2", "/_", "/_/", "/"):
        inside = fragment
    else:
        return None
    if not inside.startswith(("/l/", "/meet/")):
        return None
    base, question, parameters = inside.partition("?")
    kept = "&".join(p for p in parameters.split("&") if not p.lower().startswith(_LAUNCHER_ONLY))
    return f"https://{host}{base}{question if kept else ''}{kept}"


def _light_meeting(host: str, coords: str) -> str | None:
    """The page for guests packs thread, tenant and organiser into base64 JSON."""
    try:
        said = json.loads(_unpacked(coords) or "")
        thread, message = str(said["conversationId"]), str(said.get("messageId", "0"))
        context = json.dumps({"Tid": said["tenantId"], "Oid": said["organizerId"]}, separators=(",", ":"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return f"https://{host}/l/meetup-join/{quote(thread, safe='')}/{message}?context={quote(context, safe='')}"


#: By host (and those below it): start of the path, and how the target is read.
_READERS: dict[str, list[tuple[str, Callable[[str, str], str | None]]]] = {
    "safelinks.protection.outlook.com": [("/", _named("url"))],
    "safelinks.protection.office365.us": [("/", _named("url"))],
    "statics.teams.cdn.office.net": [("/evergreen-assets/safelinks", _named("url"))],
    "urldefense.proofpoint.com": [("/v2/", _proofpoint_v2), ("/v3/", _proofpoint_v3), ("/v1/", _named("u"))],
    "urldefense.com": [("/v3/", _proofpoint_v3)],
    "urldefense.us": [("/v3/", _proofpoint_v3)],
    "meet.google.com": [("/linkredirect", _named("dest"))],
    "linkprotect.cudasvc.com": [("/url", _named("a"))],
    "protection.sophos.com": [("/", _sophos)],
    "secure-web.cisco.com": [("/", _cisco)],
    "urlprotection.trendmicro.com": [("/wis/", _named("url"))],
    "slack-redir.net": [("/link", _named("url"))],
}
