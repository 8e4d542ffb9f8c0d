"""`noshowd init`: asks a few questions and writes a configuration that `check-config` accepts.

Every question is an option too; with `--yes`, or where nobody can be asked, suggestions are taken for the rest.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument

if TYPE_CHECKING:
    from noshowd.runtime.beginning import Asked


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from noshowd.runtime.beginning import questions

    add_config_argument(parser)
    parser.add_argument(
        "-y", "--yes", action="store_true", help="ask nothing: take the suggestion for what is not given"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    parser.add_argument("--stdout", action="store_true", help="print the configuration instead of writing it")
    for one in questions(zone="UTC", language="en"):
        parser.add_argument(f"--{one.key}", choices=one.choices or None, help=one.text)


def run(args: argparse.Namespace) -> int:
    """Writes nothing unless `check-config` accepts all of it. Raises `CommandError`."""
    from noshowd.runtime.beginning import configuration, questions

    if args.config.exists() and not (args.force or args.stdout):
        raise CommandError(f"{args.config} exists already; --force replaces it, --config names another file")
    asks = sys.stdin.isatty() and not args.yes
    answers: dict[str, str] = {}
    for one in questions(zone=_zone(), language=_language()):
        if one.applies(answers):
            given = getattr(args, one.key.replace("-", "_"))
            answers[one.key] = given if given is not None else _answer(one, answers, asks=asks)
    text = configuration(answers)
    warnings = _checked(text, answers)
    if args.stdout:
        print(text, end="")
        return ExitCode.OK
    _write(args.config, text)
    print(f"\n{args.config} is written.", *warnings, sep="\n")
    print(f"Next: noshowd check-config -c {args.config}, then as root: noshowd install-service -c {args.config}")
    return ExitCode.OK


def _answer(one: Asked, answers: dict[str, str], *, asks: bool) -> str:
    suggested = one.suggested(answers)
    if not asks:
        if suggested is None:
            raise CommandError(f"--{one.key} is missing ({one.text.lower()}); or run it in a terminal, where it asks")
        return suggested
    choices = f" ({', '.join(one.choices)})" if one.choices else ""
    default = f" [{suggested}]" if suggested else ""
    while True:
        typed = input(f"{one.text}{choices}{default}: ").strip() or suggested
        if typed is not None and (not one.choices or typed in one.choices):
            return typed
        print(f"  Please give one of: {', '.join(one.choices)}" if one.choices else "  This cannot be left out.")


def _checked(text: str, answers: dict[str, str]) -> list[str]:
    """The warnings of `check-config`. Raises `CommandError` with its problems, by what was answered."""
    from noshowd.config.load import inspect

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "noshowd.toml")
        file.write_text(text, encoding="utf-8")
        report = inspect(file, secrets=False)
    if report.problems:
        given = {value: key for key, value in answers.items() if value}
        lines = []
        for problem in report.problems:
            key = given.get(problem.found.strip('"'))
            wanted = f", wanted is {problem.allowed}" if problem.allowed else ""
            lines.append(
                f"  {f'--{key}' if key else problem.key}: {problem.message}: {problem.found}{wanted}. {problem.do}"
            )
        raise CommandError(
            "these answers make no configuration; nothing was written:\n" + "\n".join(dict.fromkeys(lines))
        )
    return [f"note: {problem.key}: {problem.message}. {problem.do}" for problem in report.warnings]


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.new")
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(0o644)  # it holds no secret, and the service's user reads it
        fresh.replace(file)
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}; name another file with --config") from None


def _zone() -> str:
    """This machine's IANA zone."""
    local = os.path.realpath("/etc/localtime")
    return local.partition("/zoneinfo/")[2] or "UTC"


def _language() -> str:
    return "de" if os.environ.get("LANG", "").startswith("de") else "en"
