"""Google's own description of its APIs: which request is which method, and whether it is well formed.

The discovery documents are those that ship inside google-api-python-client.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from googleapiclient.discovery_cache import get_static_doc

#: API name and version of everything that is simulated.
_APIS = (
    ("calendar", "v3"),
    ("meet", "v2"),
    ("tasks", "v1"),
    ("gmail", "v1"),
    ("people", "v1"),
    ("admin", "directory_v1"),
    ("workspaceevents", "v1"),
    ("pubsub", "v1"),
)
_PLACEHOLDER = re.compile(r"\{(\+?)([^}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One API: its schemas and the query parameters every method takes."""

    api: str
    schemas: dict[str, Any]
    common: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of one API, as its discovery document describes it."""

    id: str
    verb: str
    path: re.Pattern[str]
    placeholders: int
    parameters: dict[str, Any]
    request: str | None
    scopes: frozenset[str]
    document: Document

    @property
    def api(self) -> str:
        return self.document.api


def find(verb: str, raw_path: str) -> tuple[Method, dict[str, str]] | None:
    """The method behind an HTTP verb and a percent-encoded path, with its path parameters decoded."""
    for method in _methods():
        match = method.path.fullmatch(raw_path) if method.verb == verb else None
        if match:
            names = [n for n, p in method.parameters.items() if p["location"] == "path"]
            return method, {n: unquote(match[_group(n)]) for n in names}
    return None


@cache
def _methods() -> tuple[Method, ...]:
    found: list[Method] = []
    for api, version in _APIS:
        text = get_static_doc(api, version)
        if text is None:
            raise LookupError(f"google-api-python-client has no document for {api} {version}")
        content = json.loads(text)
        document = Document(api=api, schemas=content["schemas"], common=content["parameters"])
        found += _collect(content, document, "/" + content["servicePath"])
    # A literal path wins over one with a placeholder in the same place.
    return tuple(sorted(found, key=lambda m: m.placeholders))


def _collect(node: dict[str, Any], document: Document, prefix: str) -> list[Method]:
    found = [_method(m, document, prefix) for m in node.get("methods", {}).values()]
    for resource in node.get("resources", {}).values():
        found += _collect(resource, document, prefix)
    return found


def _method(described: dict[str, Any], document: Document, prefix: str) -> Method:
    parameters = described.get("parameters", {})
    template = prefix + described["path"]
    return Method(
        id=described["id"],
        verb=described["httpMethod"],
        path=_pattern(template, parameters),
        placeholders=len(_PLACEHOLDER.findall(template)),
        parameters=parameters,
        request=described.get("request", {}).get("$ref"),
        scopes=frozenset(described.get("scopes", ())),
        document=document,
    )


def _pattern(template: str, parameters: dict[str, Any]) -> re.Pattern[str]:
    """`{x}` is one path segment, `{+x}` is whatever the parameter's own pattern allows."""
    out, end = [], 0
    for hole in _PLACEHOLDER.finditer(template):
        plus, name = hole.groups()
        inner = parameters[name].get("pattern", "^.+$")[1:-1] if plus else "[^/]+"
        out += [re.escape(template[end : hole.start()]), f"(?P<{_group(name)}>{inner})"]
        end = hole.end()
    return re.compile("".join([*out, re.escape(template[end:])]))


def _group(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")
