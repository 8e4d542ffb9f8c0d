"""`noshowd resume`: sending goes on. What was due meanwhile and is too late by now is not sent."""

from __future__ import annotations

import argparse

from noshowd.cli.exit_codes import ExitCode
from noshowd.cli.setup import add_config_argument, load_config, open_store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """1 when it was not paused."""
    from noshowd.store import switches

    with open_store(*load_config(args)) as database:
        was_paused = database.run_sync(lambda conn: switches.clear(conn, switches.PAUSED), wake=True)
    print("Sending goes on." if was_paused else "It was not paused.")
    return ExitCode.OK if was_paused else ExitCode.FINDING
