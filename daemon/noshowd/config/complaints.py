"""pydantic's errors as problems a person can mend: where, what was found, what is allowed, what to do."""

from __future__ import annotations

import difflib
import json
from types import GenericAlias
from typing import Any

from pydantic_core import ErrorDetails

from noshowd.config.model import Config
from noshowd.config.problems import Lines, Problem, Where, dotted, line_of
from noshowd.config.refusal import REFUSED_SECRET
from noshowd.config.shape import Model, fields_of, follow, kind_of, models_in, secret_keys, tables
from noshowd.config.toml_text import toml_value

HIDDEN = "(not shown, it may be a secret)"
_LONGEST_SHOWN = 60
_TABLE_WANTED = frozenset(("dict_type", "model_type", "model_attributes_type"))
Words = dict[str, Any]

#: pydantic's type of error -> what is allowed; `{}` names come from the error's context.
_ALLOWED: dict[str, str] = {
    "string_type": "a text in quotes",
    "string_sub_type": "a text in quotes",
    "int_type": "a whole number without quotes",
    "int_parsing_size": "a smaller number",
    "float_type": "a number without quotes",
    "bool_type": "true or false, without quotes",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "path_type": "a path in quotes",
    "path_parsing": "a path in quotes",
    "enum": "{expected}",
    "literal_error": "{expected}",
    "union_tag_invalid": "{expected_tags}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "greater_than": "more than {gt}",
    "less_than": "less than {lt}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
}


def complaints(errors: list[ErrorDetails], *, file: str, lines: Lines, root: Model = Config) -> list[Problem]:
    """All of pydantic's errors about a file of that model as problems.

    A list is not also called too short when its items are bad.
    """
    places = [error["loc"] for error in errors]
    return [
        _complain(error, file=file, lines=lines, root=root)
        for error in errors
        if error["type"] != "too_short"
        or not any(place != error["loc"] and place[: len(error["loc"])] == error["loc"] for place in places)
    ]


def _complain(error: ErrorDetails, *, file: str, lines: Lines, root: Model) -> Problem:
    """One error of pydantic's as a problem."""
    where, holder = follow(error["loc"], root)
    if error["type"] == "union_tag_invalid":
        where = (*where, "kind")
    words: Words
    match error["type"]:
        case "extra_forbidden":
            words = _unknown_key(where, holder, root)
        case "missing":
            words = _missing_key(where, holder)
        case "union_tag_not_found":
            words = _no_kind(error["input"], where)
        case _:
            words = _wrong_value(error, where)
    return Problem(file=file, line=line_of(where, lines), key=dotted(where), **words)


def _unknown_key(where: Where, holder: Model | None, root: Model) -> Words:
    key = str(where[-1])
    known = list(fields_of(holder)) if holder is not None else []
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    homes = [_header(name, root) for model, name in tables(root).items() if name and key in fields_of(model)]
    if near:
        do = "Correct the key, or remove it."
    elif homes:
        do = f"Remove it, or move it: {' or '.join(dict.fromkeys(homes[:4]))} has a key of this name."
    else:
        do = "Remove it."
    return {
        "message": "this key is not known here",
        "allowed": ", ".join(known),
        "nearest": "".join(near),
        "do": do,
    }


def _header(name: str, root: Model) -> str:
    """How a table is opened: with two brackets where there may be several."""
    field = fields_of(root).get(name)
    several = field is not None and isinstance(field.annotation, GenericAlias)
    return f"[[{name}]]" if several else f"[{name}]"


def _missing_key(where: Where, holder: Model | None) -> Words:
    field = fields_of(holder).get(str(where[-1])) if holder is not None else None
    example = _example(str(where[-1]), field.examples[0]) if field is not None and field.examples else ""
    return {
        "message": "this key is missing",
        "allowed": (field.description or "") if field is not None else "",
        "do": f"Add it, for example: {example}" if example else "Add it.",
    }


def _no_kind(given: Any, where: Where) -> Words:
    return {
        "message": 'the key "kind" is missing' if isinstance(given, dict) else "this must be a table",
        "allowed": _kinds(where),
        "do": f"Write [[{where[0]}]] and below it: kind = ...",
    }


def _kinds(where: Where) -> str:
    models = models_in(fields_of(Config)[str(where[0])].annotation)
    return ", ".join(kind for model in models if (kind := kind_of(model)))


def _wrong_value(error: ErrorDetails, where: Where) -> Words:
    context: dict[str, Any] = dict(error.get("ctx") or {})
    allowed = context.get("allowed") or _ALLOWED.get(error["type"], "").format_map(_Lenient(context))
    given = error["input"]
    if error["type"] == "union_tag_invalid" and isinstance(given, dict):
        given = given.get("kind")
    hidden = error["type"] == REFUSED_SECRET or any(part in secret_keys() for part in where)
    return {
        "message": "this value cannot be used",
        "found": HIDDEN if hidden else show(given),
        "allowed": allowed or error["msg"],
        "nearest": context.get("nearest") or ("" if hidden else _nearest_value(given, allowed)),
        "do": context.get("do") or _what_to_do(error["type"], given, where),
    }


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def _nearest_value(given: Any, allowed: str) -> str:
    words = [word.strip(" '") for part in allowed.split(" or ") for word in part.split(",")]
    near = difflib.get_close_matches(given, words, n=1, cutoff=0.6) if isinstance(given, str) else []
    return "".join(f'"{word}"' for word in near if len(word) > 1 and " " not in word)


def _what_to_do(kind: str, given: Any, where: Where) -> str:
    if kind in _TABLE_WANTED and isinstance(given, list) and where and isinstance(where[-1], str):
        return f"Write [{dotted(where)}] with one bracket: there is one of it."
    if kind == "tuple_type" and isinstance(given, dict):
        return f"Write [[{dotted(where)}]] with two brackets: there may be several."
    if kind == "tuple_type":
        return "Put it into brackets: [ ... ]."
    return ""


def show(value: Any) -> str:
    """A value as the file has it, short and on one line; tables and lists are only named."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        shown = json.dumps(value[: _LONGEST_SHOWN + 1], ensure_ascii=False)
        return shown if len(value) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN + 1]}..."
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:_LONGEST_SHOWN] if not isinstance(value, int) or abs(value) < 1 << 63 else "a huge number"


def _example(key: str, value: Any) -> str:
    return f"{key} = {toml_value(value)}"
