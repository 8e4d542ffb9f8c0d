"""`noshowd reload`: the running service takes a changed configuration over, or this command says why it does not."""

from __future__ import annotations

import argparse

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="only the exit code; the journal has the reasons")


def run(args: argparse.Namespace) -> int:
    """2 when the old configuration stays: the service has said why. Raises `CommandError` when no service answers."""
    from noshowd.runtime.handing_over import QUIETLY, RELOAD, hand_to_each

    codes = hand_to_each([RELOAD, *([QUIETLY] if args.quiet else [])], args.config)
    if not codes:
        raise CommandError(f"no running service of {args.config} answers this user", ExitCode.UNAVAILABLE)
    if not args.quiet:
        print("The old configuration stays." if any(codes) else "The changed configuration is in effect.")
    return max(codes)
