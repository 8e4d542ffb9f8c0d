"""A command that ends as it is told to, registered by tests/cli/test_endings.py only."""

from __future__ import annotations

import argparse
from pathlib import Path

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.store.errors import StoreUnavailable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ending")


def run(args: argparse.Namespace) -> int:
    match args.ending:
        case "finding":
            return ExitCode.FINDING
        case "unreachable":
            raise CommandError("no database at sqlite:///x.db: start it, or correct [store]", ExitCode.UNAVAILABLE)
        case "disk full":
            raise StoreUnavailable("the database /x.db cannot grow: the disk is full")
        case "no folder":
            Path("/proc/nowhere/state").mkdir(parents=True)
        case "ctrl-c":
            raise KeyboardInterrupt
        case "bug":
            raise LookupError("something nobody thought of")
    print("well done")
    return ExitCode.OK
