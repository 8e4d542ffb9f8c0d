"""Checks requests against Microsoft's own description of Graph, where a slice of it is at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from noshowd.demo.vendors.microsoft.answers import Call, Refusal

#: Tokens of links are the server's own; extended properties are documented, but not in the slice.
_UNDESCRIBED_QUERY = {"$skiptoken", "$deltatoken"}
_UNDESCRIBED_MEMBERS = {"singlevalueextendedproperties"}
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@cache
def _read(file: Path) -> Any:
    """The document, once for all tenants of a run."""
    return json.loads(file.read_text(encoding="utf-8"))


def _is_undescribed(option: str) -> bool:
    return option.partition("(")[0].strip().lower() in _UNDESCRIBED_MEMBERS


class GraphDescription:
    """An OpenAPI document of Graph. Paths it does not have are not checked."""

    def __init__(self, file: Path) -> None:
        document = _read(file)
        self._components: dict[str, Any] = document["components"]
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"), item) for path, item in document["paths"].items()
        ]

    def check(self, call: Call) -> None:
        """Refuse (400) what the description does not allow: method, query, names, types, choices."""
        item = next((item for pattern, item in self._paths if pattern.match(call.path)), None)
        if item is None:
            return
        operation = item.get(call.method.lower())
        problems = (
            [f"{call.method} is not described"]
            if operation is None
            else [
                *self._query_problems(call.query, [*item.get("parameters", []), *operation.get("parameters", [])]),
                *self._body_problems(call.body, operation),
            ]
        )
        if problems:
            raise Refusal(400, "BadRequest", f"{call.method} {call.path}: {'; '.join(problems)}")

    def _query_problems(self, query: Mapping[str, str], parameters: list[dict[str, Any]]) -> Iterator[str]:
        resolved = (self._resolve(p) for p in parameters)
        known = {p["name"]: p for p in resolved if p["in"] == "query"}
        for name, value in query.items():
            if name in _UNDESCRIBED_QUERY:
                return
            if name not in known:
                yield f"query option {name} is not described"
            elif known[name]["schema"].get("type") == "array":
                allowed = known[name]["schema"]["items"].get("enum")
                yield from (
                    f"{name} does not allow {part}"
                    for part in value.split(",")
                    if allowed and part.strip() not in allowed and not _is_undescribed(part)
                )
        yield from (
            f"query option {name} is missing"
            for name, parameter in known.items()
            if parameter.get("required") and name not in query
        )

    def _body_problems(self, body: Any, operation: Mapping[str, Any]) -> Iterator[str]:
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return
        if "application/json" not in content:  # the message of a draft is described as its answer only
            content = operation["responses"]["201"]["content"]
        yield from self._problems(body, content["application/json"]["schema"], "body")

    def _problems(self, value: Any, schema: Mapping[str, Any], where: str) -> Iterator[str]:
        """What is wrong with `value`; names of members are compared without regard to case, as Graph does."""
        flat = self._flat(schema)
        if value is None:
            return
        choices = [self._flat(one) for one in flat.get("anyOf", [])]
        if choices:
            if all(list(self._problems(value, one, where)) for one in choices):
                yield f"{where} fits none of its forms"
            return
        kind = flat.get("type")
        if kind and (not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "boolean")):
            yield f"{where} is not of type {kind}"
        elif "enum" in flat and value not in flat["enum"]:
            yield f"{where} does not allow {value}"
        elif kind == "array":
            for number, one in enumerate(value):
                yield from self._problems(one, flat["items"], f"{where}[{number}]")
        elif kind == "object":
            yield from self._member_problems(value, flat, where)

    def _member_problems(self, value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[str]:
        members = {name.lower(): one for name, one in schema.get("properties", {}).items()}
        for name, one in value.items():
            if "@" in name or name.lower() in _UNDESCRIBED_MEMBERS:
                continue
            if name.lower() not in members:
                yield f"{where}.{name} is not described"
            else:
                yield from self._problems(one, members[name.lower()], f"{where}.{name}")

    def _flat(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The schema with references and inherited members put in place."""
        flat = dict(self._resolve(schema))
        for parent in flat.pop("allOf", []):
            inherited = self._flat(parent)
            members = inherited.get("properties", {}) | flat.get("properties", {})
            flat = inherited | flat
            if members:
                flat["properties"] = members
        return flat

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        if reference is None:
            return schema
        section, name = reference.removeprefix("#/components/").split("/", 1)
        found: Mapping[str, Any] = self._components[section][name]
        return found
