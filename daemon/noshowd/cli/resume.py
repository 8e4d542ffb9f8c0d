"""`noshowd resume`: sending goes on. What was due meanwhile and is too late by now is not sent."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import ExitCode
from noshowd.cli.setup import add_config_argument, load_config, open_store

if TYPE_CHECKING:
    import sqlalchemy as sa


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Ends a pause and closes every circuit breaker; 1 when there was neither."""
    from noshowd.engine.breaker import lift
    from noshowd.runtime.clock import SystemClock
    from noshowd.store import switches

    now = SystemClock().now()

    def work(conn: sa.Connection) -> tuple[bool, list[str]]:
        return switches.clear(conn, switches.PAUSED), lift(conn, now=now)

    with open_store(*load_config(args)) as database:
        was_paused, lifted = database.run_sync(work, wake=True)
    for source in lifted:
        print(f"Messages that rest on {source} go to guests again.")
    print("Sending goes on." if was_paused else "It was not paused.")
    return ExitCode.OK if was_paused or lifted else ExitCode.FINDING
