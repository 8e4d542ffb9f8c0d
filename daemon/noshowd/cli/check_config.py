"""`noshowd check-config [FILE]`: everything that is wrong with a configuration, at once."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

from noshowd.cli.exit_codes import ExitCode
from noshowd.cli.setup import add_config_argument
from noshowd.config.load import Report, inspect


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("file", nargs="?", type=Path, help="the configuration, instead of --config")
    parser.add_argument("--json", action="store_true", help="print the problems as JSON")


def run(args: argparse.Namespace) -> int:
    file = args.file or args.config
    report = inspect(file)
    print(_as_json(report) if args.json else _as_text(report, file))
    return ExitCode.USAGE if report.problems else ExitCode.OK


def _as_json(report: Report) -> str:
    def plain(name: str) -> list[dict[str, object]]:
        return [dataclasses.asdict(problem) for problem in getattr(report, name)]

    return json.dumps({"problems": plain("problems"), "warnings": plain("warnings")}, indent=2, ensure_ascii=False)


def _as_text(report: Report, file: Path) -> str:
    problems = [str(problem) for problem in report.problems]
    warnings = [f"warning: {problem}" for problem in report.warnings]
    return "\n\n".join([*problems, *warnings, _summary(report, file)])


def _summary(report: Report, file: Path) -> str:
    found = _count(len(report.problems), "problem")
    if report.warnings:
        found += f", {_count(len(report.warnings), 'warning')}"
    mode = f" (mode: {report.config.mode})" if report.config is not None else ""
    return f"{file}: {found}{mode}"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
