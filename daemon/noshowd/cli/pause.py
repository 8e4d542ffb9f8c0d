"""`noshowd pause`: nothing leaves the house from the next send on, for every worker."""

from __future__ import annotations

import argparse

from noshowd.cli.exit_codes import ExitCode
from noshowd.cli.setup import add_config_argument, load_config, open_store
from noshowd.cli.who import asker


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Idempotent: pausing twice is pausing once."""
    from noshowd.runtime.clock import SystemClock
    from noshowd.store import switches

    now = SystemClock().now()
    with open_store(*load_config(args)) as database:
        database.run_sync(lambda conn: switches.turn(conn, switches.PAUSED, "yes", by=asker(), now=now), wake=True)
    print("Paused. Nothing is sent until `noshowd resume`; watching goes on.")
    return ExitCode.OK
