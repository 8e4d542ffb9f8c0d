"""On which line each key of a TOML file stands. The standard parser does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from noshowd.config.problems import Lines, Where

#: The pieces of a TOML file, as far as they decide where a statement ends.
_PIECE = re.compile(
    r"""
      (?P<comment>\#[^\n]*)
    | (?P<text>"{3}(?:\\[\s\S]|[^\\])*?"{3,5} | '{3}[\s\S]*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
    | (?P<open>[\[{])
    | (?P<close>[\]}])
    | (?P<newline>\n)
    | (?P<equals>=)
    | (?P<other>[^\#"'\[\]{}\n=]+)
    """,
    re.VERBOSE,
)


def key_lines(source: str) -> Lines:
    """Line of every table, array entry and key of a valid TOML text, counted from 1.

    Keys of an inline table have no line of their own: the statement's line stands for them.
    """
    lines: dict[Where, int] = {}
    arrays: dict[Where, int] = {}
    table: Where = ()
    for line, statement in _statements(source):
        if statement.startswith("["):
            is_array = statement.startswith("[[")
            path = _key(statement.strip("[] \t\r"))
            table = _place(path, arrays, new_entry=is_array)
            lines.setdefault(table, line)
        else:
            lines.setdefault(table + _key(statement), line)
    return lines


def _place(path: tuple[str, ...], arrays: dict[Where, int], *, new_entry: bool) -> Where:
    """The table a header opens, with the number of the entry it lies in at each level."""
    place: Where = ()
    for depth, name in enumerate(path):
        place += (name,)
        if new_entry and depth == len(path) - 1:
            arrays[place] = arrays.get(place, -1) + 1
        if place in arrays:
            place += (arrays[place],)
    return place


def _statements(source: str) -> Iterator[tuple[int, str]]:
    """Each header whole, and of each `key = value` the key; with the line it begins on."""
    line, begun, depth, text, in_value = 1, 1, 0, "", False
    for piece in _PIECE.finditer(source):
        kind, value = piece.lastgroup, piece.group()
        if not text.strip():
            begun = line
        line += value.count("\n")
        if kind == "newline" and depth == 0:
            if text.strip():
                yield begun, text.strip()
            text, in_value = "", False
            continue
        if kind == "equals" and depth == 0:
            in_value = True
        depth += {"open": 1, "close": -1}.get(kind or "", 0)
        if not in_value and kind not in ("comment", "newline"):
            text += value
    if text.strip():
        yield begun, text.strip()


def _key(text: str) -> tuple[str, ...]:
    """The parts of a dotted, perhaps quoted key."""
    parts: list[str] = []
    value: object = tomllib.loads(f"{text} = 0")
    while isinstance(value, dict):
        name, value = next(iter(value.items()))
        parts.append(name)
    return tuple(parts)
