"""`noshowd classify`: how events are understood, one JSON object a line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from noshowd.cli.exit_codes import CommandError, ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help='JSON Lines with "provider" and "event"; standard input without it'
    )
    parser.add_argument("--score", action="store_true", help='compare with "expect" and print a table')


def run(args: argparse.Namespace) -> int:
    """Answer line by line. The exit code is 1 if a line was no event, or with --score if an answer was wrong."""
    with _lines(args.file) as lines:
        return _score(lines) if args.score else _answer(lines)


@contextmanager
def _lines(file: str | None) -> Iterator[Iterable[str]]:
    if file is None or file == "-":
        yield sys.stdin
        return
    try:
        opened = Path(file).open(encoding="utf-8", errors="replace")  # noqa: SIM115 - the with below closes it
    except OSError as problem:
        raise CommandError(
            f"{file}: {problem.strerror}; give a file of JSON Lines, or nothing to read from a pipe"
        ) from None
    with opened:
        yield opened


def _answer(lines: Iterable[str]) -> int:
    from noshowd.reading.classify import classify_lines

    bad = False
    for answer in classify_lines(lines):
        bad = bad or "error" in answer
        print(json.dumps(answer, ensure_ascii=False))
    return ExitCode.FINDING if bad else ExitCode.OK


def _score(lines: Iterable[str]) -> int:
    from noshowd.reading.classify import classify_lines
    from noshowd.reading.score import Score

    score, bad = Score(), False
    samples = [line for line in lines if line.strip()]
    for line, answer in zip(samples, classify_lines(samples), strict=True):
        if "error" in answer:
            print(json.dumps(answer, ensure_ascii=False))
            bad = True
            continue
        sample = json.loads(line)
        if not isinstance(sample.get("expect"), dict) or "kind" not in sample["expect"]:
            print(json.dumps({"error": 'no "expect" with a "kind" to compare with', "id": sample.get("id")}))
            bad = True
            continue
        score.add(sample, answer)
    print(score.table())
    return ExitCode.FINDING if bad or score.plain.right < score.plain.total else ExitCode.OK
