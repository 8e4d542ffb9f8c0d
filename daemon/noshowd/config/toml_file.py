"""A TOML file with its text; or the one thing that keeps it from being read, in words of our own."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noshowd.config.problems import Problem

#: Whatever is longer than this is another file.
LARGEST = 1_000_000
_PLACE = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL)
_TWICE = re.compile(r"cannot declare \((?P<parts>.*)\) twice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Toml:
    """What a file says, and how it says it."""

    text: str
    tables: dict[str, Any]


def read_toml(path: Path, *, kind: str) -> Toml | Problem:
    """The file at `path`; `kind` names what it should have been. Never raises for a bad file, never waits for one."""
    text = _text(path, kind)
    if isinstance(text, Problem):
        return text
    tables = _parse(text, str(path))
    return tables if isinstance(tables, Problem) else Toml(text=text, tables=tables)


def _text(path: Path, kind: str) -> str | Problem:
    name_it = f"Name the {kind} file."
    try:
        if path.exists() and not path.is_file():
            # reading a pipe or a device may never end
            what = "is a folder" if path.is_dir() else "is no ordinary file"
            return Problem(file=str(path), message=what, do=name_it)
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        do = "Let `noshowd init` write one, or name another file with --config." if kind == "configuration" else name_it
        return Problem(file=str(path), message="there is no such file", do=do)
    except OSError as error:
        return Problem(
            file=str(path),
            message=f"cannot be read: {error.strerror or error}",
            do="Let the user noshowd runs as read this file.",
        )
    if len(raw) > LARGEST:
        return Problem(file=str(path), message=f"is larger than {LARGEST} bytes", do=name_it)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(file=str(path), line=line, message="is not UTF-8 text", do="Save the file as UTF-8.")


def _parse(text: str, file: str) -> dict[str, Any] | Problem:
    try:
        return tomllib.loads(text)
    except RecursionError:
        return Problem(file=file, message="is nested too deeply", do="Remove the extra brackets.")
    except ValueError as error:  # TOMLDecodeError, and numbers with thousands of digits
        found = _PLACE.match(str(error))
        line = int(found["line"]) if found and found["line"] else None
        return Problem(
            file=file,
            line=line or (text.count("\n") + 1 if found else None),
            column=int(found["column"]) if found and found["column"] else None,
            message=f"this is not TOML: {_what(found['what']) if found else 'a number is too long'}",
            allowed='[table], [[table]] or key = value; texts in "quotes"',
            do="Correct this line; what follows could not be read.",
        )


def _what(said: str) -> str:
    """What the standard parser found, without the marks of its language."""
    twice = _TWICE.search(said.lower())
    if twice is not None:
        name = ".".join(re.findall(r"'([^']*)'", twice["parts"]))
        return f"[{name}] stands there a second time"
    if r"'\n'" in said:
        return "a text in quotes has no end on its line"
    return said[:1].lower() + said[1:]
