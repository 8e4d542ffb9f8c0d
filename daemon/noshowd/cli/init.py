"""`noshowd init`: asks a few questions and writes a configuration that `check-config` accepts.

Every question is an option too; with `--yes`, or where nobody can be asked, suggestions are taken for the rest.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument

if TYPE_CHECKING:
    from noshowd.config.load import Report
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
    asked = questions(zone=_zone(), language=_language())
    for one in asked:
        if one.applies(answers):
            given = getattr(args, one.key.replace("-", "_"))
            if given is not None and asks and (complaint := _complaint(one, given, answers, asked)):
                raise CommandError(f"--{one.key}: {complaint}")
            answers[one.key] = given if given is not None else _answer(one, answers, asked, asks=asks)
    text = configuration(answers)
    warnings = _checked(_inspected(text), answers)
    if args.stdout:
        print(text, end="")
        return ExitCode.OK
    _write(args.config, text)
    print(f"\n{args.config} is written.", *warnings, sep="\n")
    print(f"Next: noshowd check-config -c {args.config}, then as root: noshowd install-service -c {args.config}")
    return ExitCode.OK


def _answer(one: Asked, answers: dict[str, str], asked: Sequence[Asked], *, asks: bool) -> str:
    """What was typed and can be used; where nobody is asked, the suggestion. Raises `CommandError`."""
    suggested = one.suggested(answers)
    if not asks:
        if suggested is None:
            raise CommandError(f"--{one.key} is missing ({one.text.lower()}); or run it in a terminal, where it asks")
        return suggested
    choices = f" ({', '.join(one.choices)})" if one.choices else ""
    default = f" [{suggested}]" if suggested else ""
    while True:
        typed = input(f"{one.text}{choices}{default}: ").strip() or suggested
        complaint = _complaint(one, typed, answers, asked)
        if complaint is None:
            return typed or ""
        print(f"  {complaint[0].upper()}{complaint[1:]}")


def _complaint(one: Asked, typed: str | None, answers: dict[str, str], asked: Sequence[Asked]) -> str | None:
    """Why this answer cannot be used, as `check-config` sees it; None when it can. Those before it can be."""
    from noshowd.runtime.beginning import completed, configuration

    if typed is None:
        return "This cannot be left out."
    if one.choices:
        return None if typed in one.choices else f"Please give one of: {', '.join(one.choices)}"
    report = _inspected(configuration(completed({**answers, one.key: typed}, asked)))
    return next((f"{words}." for _, words in _by_answer(report, {one.key: typed})), None)


def _inspected(text: str) -> Report:
    from noshowd.config.load import inspect

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "noshowd.toml")
        file.write_text(text, encoding="utf-8")
        return inspect(file, secrets=False)


def _by_answer(report: Report, answers: Mapping[str, str]) -> Iterator[tuple[str | None, str]]:
    """Each problem in words, with the key of the answer that it is about; None where that cannot be told."""
    given = {value: key for key, value in answers.items() if value}
    for problem in report.problems:
        key = given.get(problem.found.strip('"'))
        wanted = f", wanted is {problem.allowed}" if problem.allowed else ""
        where = "" if key else f"{problem.key}: "
        yield key, f"{where}{problem.message}: {problem.found}{wanted}. {problem.do}".rstrip(". ")


def _checked(report: Report, answers: Mapping[str, str]) -> list[str]:
    """The warnings of `check-config`. Raises `CommandError` with its problems, by what was answered."""
    if report.problems:
        lines = [f"  {f'--{key}: ' if key else ''}{words}." for key, words in _by_answer(report, answers)]
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
