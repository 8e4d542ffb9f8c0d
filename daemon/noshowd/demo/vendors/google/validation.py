"""Refuses every request that the discovery documents do not allow: names, types, ranges, patterns, bodies."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from noshowd.demo.vendors.google.discovery import Document, Method
from noshowd.demo.vendors.google.refusals import Refusal, invalid
from noshowd.domain.spans import require_aware

Json = dict[str, Any]
_KINDS: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}
_BOOLEANS = {"true": True, "false": False}


def check_parameters(method: Method, pairs: list[tuple[str, str]]) -> Json:
    """The query as typed values (repeated parameters as lists); a 400 for what the method does not take."""
    known = {
        **method.document.common,
        **{k: p for k, p in method.parameters.items() if p["location"] == "query"},
    }
    query: Json = {}
    for name, text in pairs:
        described = known.get(name)
        if described is None:
            raise invalid(f'Unknown name "{name}": Cannot bind query parameter.', location=name)
        value = _typed(name, text, described)
        if described.get("repeated"):
            query.setdefault(name, []).append(value)
        elif name in query:
            raise invalid(f"{name} was given twice", location=name)
        else:
            query[name] = value
    for name, described in method.parameters.items():
        if described.get("required") and described["location"] == "query" and name not in query:
            raise Refusal(400, "required", f"Required parameter: {name}", location=name)
    return query


def check_path(method: Method, path: dict[str, str]) -> None:
    for name, value in path.items():
        pattern = method.parameters[name].get("pattern")
        if pattern and not re.search(pattern, value):
            raise invalid(f"{name} does not match {pattern}", location=name)


def check_body(method: Method, body: Any) -> None:
    """A 400 unless the body is what the method's request schema describes, by name and by type."""
    if method.request is None:
        if body is not None:
            raise invalid(f"{method.id} takes no body")
        return
    if not isinstance(body, dict):
        raise Refusal(400, "parseError", "Parse Error")
    _check(body, {"$ref": method.request}, method.document, where=method.request)


def _typed(name: str, text: str, described: Json) -> Any:
    if "enum" in described and text not in described["enum"]:
        raise invalid(f"Invalid value for {name}: {text}", location=name)
    if "pattern" in described and not re.search(described["pattern"], text):
        raise invalid(f"{name} does not match {described['pattern']}", location=name)
    match described["type"]:
        case "boolean":
            if text not in _BOOLEANS:
                raise invalid(f"Invalid boolean value for {name}: {text}", location=name)
            return _BOOLEANS[text]
        case "integer":
            return _whole(name, text, described)
    _check_format(text, described, name)
    return text


def _whole(name: str, text: str, described: Json) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise invalid(f"Invalid integer value for {name}: {text}", location=name)
    value = int(text)
    low, high = int(described.get("minimum", -(2**63))), int(described.get("maximum", 2**63))
    if not low <= value <= high:
        raise invalid(f"{name} must lie between {low} and {high}", location=name)
    return value


def _check(value: Any, schema: Json, document: Document, *, where: str) -> None:
    if "$ref" in schema:
        schema = document.schemas[schema["$ref"]]
    if value is None:
        return  # null clears a field in a patch
    kind = schema.get("type", "any")
    if kind == "any":
        return
    if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind in ("integer", "number")):
        raise invalid(f"Invalid value at '{where}' ({kind})")
    if kind == "array":
        for item in value:
            _check(item, schema["items"], document, where=where)
    elif kind == "object":
        _check_object(value, schema, document, where=where)
    elif kind == "string":
        _check_format(value, schema, where)


def _check_object(value: Json, schema: Json, document: Document, *, where: str) -> None:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name, item in value.items():
        described = properties.get(name, others)
        if described is None:
            raise invalid(f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}'")
        _check(item, described, document, where=f"{where}.{name}")


def _check_format(text: str, described: Json, where: str) -> None:
    try:
        match described.get("format"):
            case "date-time" | "google-datetime":
                require_aware(where, datetime.fromisoformat(text))
            case "date":
                date.fromisoformat(text)
            case "int64" | "uint64":
                int(text)
    except ValueError:
        raise invalid(f"Bad Request: {where} is not a {described['format']}: {text}", location=where) from None
