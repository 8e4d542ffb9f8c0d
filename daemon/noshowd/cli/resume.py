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
    parser.add_argument(
        "--guests",
        action="store_true",
        help="also send to guests from a restored or copied database, or in the place of another installation",
    )


def run(args: argparse.Namespace) -> int:
    """Ends a pause and closes every circuit breaker, with --guests lifts the hold; 1 when there was none of these."""
    from noshowd.engine.judging.breaker import lift
    from noshowd.engine.sending.alone import take_over
    from noshowd.runtime.clock import SystemClock
    from noshowd.store import switches

    now = SystemClock().now()

    def work(conn: sa.Connection) -> tuple[bool, list[str], bool, switches.Switch | None]:
        freed = args.guests and take_over(conn, by="noshowd resume", now=now)
        held = switches.read(conn).get(switches.SENDING_HELD)
        return switches.clear(conn, switches.PAUSED), lift(conn, now=now), freed, held

    with open_store(*load_config(args)) as database:
        was_paused, lifted, freed, held = database.run_sync(work, wake=True)
    for source in lifted:
        print(f"Messages that rest on {source} go to guests again.")
    if freed:
        print("Messages go to guests again.")
    if held:
        print(f"Nothing goes to guests: {held.value}. `noshowd resume --guests` lifts that.")
    if was_paused:
        print("Sending goes on.")
    elif not (lifted or freed):
        print("It was not paused, and nothing was held." if args.guests else "It was not paused.")
    return ExitCode.OK if was_paused or lifted or freed else ExitCode.FINDING
