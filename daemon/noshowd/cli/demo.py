"""`noshowd demo`: a whole day in about a minute, without any account."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from noshowd.cli.exit_codes import CommandError, ExitCode

_SPEED = 280.0
#: Faster than this the vendors' answers take hours.
_FASTEST = 1000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--speed", type=_speed, default=_SPEED, help=f"times real time (default: {_SPEED:.0f})")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave configuration, database and journal there")
    parser.add_argument("--plain", action="store_true", help="lines instead of columns")


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not 1 <= speed <= _FASTEST:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and {_FASTEST:g}")
    return speed


def run(args: argparse.Namespace) -> int:
    """0 when everything that the demo promises happened, 1 when something did not. Raises `CommandError`."""
    if args.keep is not None:
        args.keep.mkdir(parents=True, exist_ok=True)
        if any(args.keep.iterdir()):
            raise CommandError(f"{args.keep} is not empty; name a new folder with --keep")
        return _run(args.keep.absolute(), args)
    with tempfile.TemporaryDirectory(prefix="noshowd-demo-") as folder:
        return _run(Path(folder), args)


def _run(folder: Path, args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.ERROR)  # the simulated vendors' libraries have their own worries
    for ending in (signal.SIGTERM, signal.SIGHUP):
        # the same as Ctrl-C, whoever handles that by now: the daemon beside us is stopped first
        signal.signal(ending, lambda *_: signal.raise_signal(signal.SIGINT))
    from noshowd.demo.configuration import ZONE
    from noshowd.demo.show import DayFailed, show
    from noshowd.demo.view import View

    view = View(ZoneInfo(ZONE), plain=args.plain)
    try:
        kept = asyncio.run(show(folder, view, speed=args.speed))
    except DayFailed as error:
        raise CommandError(str(error), ExitCode.UNAVAILABLE) from None
    if args.keep is not None:
        view.print(f"Configuration, database and journal lie in {folder}.")
    return ExitCode.OK if kept else ExitCode.FINDING
