"""`noshowd status`: how the installation is. Reads the database only; the daemon need not run."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from noshowd.cli.exit_codes import ExitCode
from noshowd.cli.setup import add_config_argument, load_config, open_store
from noshowd.cli.tell import tell

if TYPE_CHECKING:
    from datetime import datetime

    from noshowd.store.database import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("--reveal", action="store_true", help="name who is asked; this is logged")
    parser.add_argument("--alive", action="store_true", help="say only whether a worker runs (for health checks)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """1 when something is not well."""
    from noshowd.cli.reveal import may_reveal, note_reveal
    from noshowd.runtime.clock import SystemClock
    from noshowd.runtime.standing import read_status

    config, folder = load_config(args)
    if args.reveal:
        may_reveal(config)
    now = SystemClock().now()
    with open_store(config, folder) as database:
        if args.reveal:
            note_reveal(database, "status", now)
        status = database.read_sync(lambda conn: read_status(conn, config, now, reveal=args.reveal))
        locked_out = None if status["workers"] else _cannot_be_written(database, now)
        if locked_out:
            status["troubles"] += [f"no worker can say that it runs: {locked_out}"]
    if args.alive:
        print(*(status["workers"] or [locked_out or "no worker is running"]), sep="\n")
        return ExitCode.OK if status["workers"] else ExitCode.FINDING
    if args.json:
        print(json.dumps(status, indent=2, ensure_ascii=False))
    else:
        _tell(status)
    return ExitCode.FINDING if status["troubles"] else ExitCode.OK


def _cannot_be_written(database: Database, now: datetime) -> str | None:
    """Why, where that is so: a worker that is alive cannot be told from a dead one then."""
    from noshowd.store.care import be_impatient, try_to_write
    from noshowd.store.errors import StoreError

    try:
        database.read_sync(be_impatient)
        database.run_sync(lambda conn: try_to_write(conn, now=now))
    except StoreError as error:
        return str(error)
    return None


def _tell(status: dict[str, Any]) -> None:
    tell(f"mode      {status['mode']}{', PAUSED' if status['paused'] else ''}")
    tell(f"id        {status['installation'] or 'none yet: it was never started'}")
    for title, key in (
        ("workers", "workers"),
        ("calendars", "calendars"),
        ("parts", "parts"),
        ("meetings", "meetings"),
        ("waiting", "waiting"),
        ("asked", "asked"),
        ("budgets", "budgets"),
        ("TROUBLES", "troubles"),
    ):
        for i, line in enumerate(status[key]):
            tell(f"{title if i == 0 else '':<9} {line}")
