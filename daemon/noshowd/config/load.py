"""Reads a configuration and says everything that is wrong with it at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from noshowd.config.advice import advise
from noshowd.config.checks import check, secrets_are_kept, secrets_are_there
from noshowd.config.complaints import complaints
from noshowd.config.model import Config
from noshowd.config.positions import key_lines
from noshowd.config.problems import Problem, Severity

#: A configuration longer than this is another file.
LARGEST = 1_000_000
_PLACE = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What reading a configuration brought: `config` is there exactly when nothing is severe."""

    config: Config | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def load(path: Path, *, environ: Mapping[str, str] = os.environ, secrets: bool = True) -> Config | list[Problem]:
    """The configuration, or everything that keeps it from being used. Never raises for a bad file.

    Without `secrets` it does not matter whether they are there.
    """
    report = inspect(path, environ=environ, secrets=secrets)
    return report.config if report.config is not None else list(report.problems)


def inspect(path: Path, *, environ: Mapping[str, str] = os.environ, secrets: bool = True) -> Report:
    """The configuration with its problems and warnings, in the order of the file."""
    file = str(path)
    source = _read(path)
    if isinstance(source, Problem):
        return Report(problems=(source,))
    data = _parse(source, file)
    if isinstance(data, Problem):
        return Report(problems=(data,))
    lines = key_lines(source)
    config: Config | None = None
    try:
        config = Config.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        found = complaints(error.errors(include_url=False), file=file, lines=lines)
    else:
        found = [*check(config, file=file, lines=lines), *advise(config, file=file, lines=lines)]
    if secrets:
        found += secrets_are_there(data, file=file, lines=lines, folder=path.parent, environ=environ)
        found += secrets_are_kept(data, path, file=file, lines=lines)
    problems = _in_order([p for p in found if p.severity is Severity.PROBLEM])
    warnings = _in_order([p for p in found if p.severity is Severity.WARNING])
    return Report(config=config if not problems else None, problems=problems, warnings=warnings)


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda p: (p.line or 0, p.key)))


def _read(path: Path) -> str | Problem:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        return Problem(
            file=str(path),
            message="there is no such file",
            do="Let `noshowd init` write one, or name another file with --config.",
        )
    except OSError as error:
        return Problem(
            file=str(path),
            message=f"cannot be read: {error.strerror or error}",
            do="Let the user noshowd runs as read this file.",
        )
    if len(raw) > LARGEST:
        return Problem(file=str(path), message=f"is larger than {LARGEST} bytes", do="Name the configuration file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(file=str(path), line=line, message="is not UTF-8 text", do="Save the file as UTF-8.")


def _parse(source: str, file: str) -> dict[str, Any] | Problem:
    try:
        return tomllib.loads(source)
    except RecursionError:
        return Problem(file=file, message="is nested too deeply", do="Remove the extra brackets.")
    except ValueError as error:  # TOMLDecodeError, and numbers with thousands of digits
        found = _PLACE.match(str(error))
        line = int(found["line"]) if found and found["line"] else None
        return Problem(
            file=file,
            line=line or (source.count("\n") + 1 if found else None),
            column=int(found["column"]) if found and found["column"] else None,
            message=f"this is not TOML: {found['what'].lower() if found else 'a number is too long'}",
            allowed='[table], [[table]] or key = value; texts in "quotes"',
            do="Correct this line; what follows could not be read.",
        )
