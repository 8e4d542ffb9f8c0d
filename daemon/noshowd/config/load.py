"""Reads a configuration and says everything that is wrong with it at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from noshowd.config.advice import advise
from noshowd.config.checks import Report as Rest
from noshowd.config.checks import check, clashes, secrets_are_kept, secrets_are_there
from noshowd.config.complaints import complaints
from noshowd.config.model import Config
from noshowd.config.positions import key_lines
from noshowd.config.problems import Lines, Problem, Severity
from noshowd.config.toml_file import read_toml


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
    read = read_toml(path, kind="configuration")
    if isinstance(read, Problem):
        return Report(problems=(read,))
    data, lines = read.tables, key_lines(read.text)
    config: Config | None = None
    try:
        config = Config.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        found = complaints(error.errors(include_url=False), file=file, lines=lines)
        found += _clashes_of_the_rest(data, error, path, lines)
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


def _clashes_of_the_rest(data: dict[str, Any], error: ValidationError, path: Path, lines: Lines) -> list[Problem]:
    """What else is wrong among the tables and entries that can be read, so that all is told at once."""
    spoilt = {one["loc"][:2] for one in error.errors(include_url=False)}
    rest: dict[str, Any] = {}
    kept: dict[str, list[int]] = {}
    for key, value in data.items():
        if isinstance(value, list):
            kept[key] = [number for number in range(len(value)) if (key, number) not in spoilt]
            rest[key] = [value[number] for number in kept[key]]
        elif not any(place[0] == key for place in spoilt):
            rest[key] = value
    try:
        config = Config.model_validate(rest, context={"folder": path.parent})
    except ValidationError:
        return []
    return list(clashes(config, Rest(file=str(path), lines=lines, kept=kept)))
