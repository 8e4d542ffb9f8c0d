"""`noshowd doctor`: tries everything that is configured, for real, and names what is missing and what it costs."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import ExitCode
from noshowd.cli.setup import add_config_argument, load_config

if TYPE_CHECKING:
    from pathlib import Path

    from noshowd.config.model import Config
    from noshowd.ports.check import Finding

_SIGNS = {"good": "ok  ", "gap": "gap ", "bad": "BAD ", "unreached": "????"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """1 when something does not work, 3 when something could only not be reached. Gaps alone are no failure."""
    from noshowd.ports.check import Grade

    found = asyncio.run(_examine(*load_config(args, secrets=False), args.config))
    if args.json:
        print(json.dumps({name: [asdict(one) for one in found[name]] for name in found}, indent=2, ensure_ascii=False))
    else:
        _tell(found)
    grades = {one.grade for findings in found.values() for one in findings}
    if Grade.BAD in grades:
        return ExitCode.FINDING
    return ExitCode.UNAVAILABLE if Grade.UNREACHED in grades else ExitCode.OK


async def _examine(config: Config, folder: Path, file: Path) -> dict[str, Sequence[Finding]]:
    from noshowd.config.secrets import SecretMissing
    from noshowd.runtime.bench import Bench
    from noshowd.runtime.clock import SystemClock
    from noshowd.runtime.doctor import examine
    from noshowd.runtime.keys import database_url
    from noshowd.runtime.state import state_folder
    from noshowd.runtime.surroundings import surroundings

    # nothing is sent, so nothing is signed
    bench = Bench(config, folder=folder, state=state_folder(config), clock=SystemClock(), signing_key=b"unused")
    try:
        url: str | SecretMissing = database_url(config, folder)
    except SecretMissing as missing:
        url = missing
    try:
        return {"noshowd itself": await surroundings(bench, url, file), **await examine(bench)}
    finally:
        await bench.close()


def _tell(found: Mapping[str, Sequence[Finding]]) -> None:
    for name, findings in found.items():
        print(name)
        for one in findings:
            print(f"  {_SIGNS[one.grade]} {one.what}{': ' if one.says else ''}{one.says}")
            if one.do:
                print("       do: " + one.do.replace("\n", "\n           "))
    print(_summary([one.grade for findings in found.values() for one in findings]))


def _summary(grades: Sequence[str]) -> str:
    """The last line, which stands at the bottom of a long list: how many of what."""
    counts = Counter(grades)
    gaps = f"{counts['gap']} {'gap' if counts['gap'] == 1 else 'gaps'}"
    unreached = f"{counts['unreached']} not reached{' (????)' if counts['unreached'] else ''}"
    return f"{counts['good']} ok, {gaps}, {counts['bad']} BAD, {unreached}"
