"""`noshowd explain MEETING`: the evidence, the windows, and the rule that fell."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument, load_config, open_store
from noshowd.cli.tell import tell

if TYPE_CHECKING:
    import sqlalchemy as sa


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument(
        "meeting", help="key of the meeting as `noshowd meetings` or the journal has it, or its beginning"
    )
    parser.add_argument("--reveal", action="store_true", help="show names and verdicts of colleagues; this is logged")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Raises `CommandError` when no meeting or more than one begins like that."""
    from noshowd.cli.reveal import may_reveal, note_reveal
    from noshowd.runtime.clock import SystemClock
    from noshowd.runtime.explaining import explain

    config, folder = load_config(args)
    if args.reveal:
        may_reveal(config)
    zone = ZoneInfo(config.us.zone)
    with open_store(config, folder) as database:
        if args.reveal:
            note_reveal(database, "explain", SystemClock().now())

        def read(conn: sa.Connection) -> list[dict[str, Any]]:
            return explain(conn, args.meeting, zone, language=config.us.language, reveal=args.reveal)

        found = database.read_sync(read)
    if len(found) != 1:
        some = ", ".join(one["short_key"] for one in found[:5])
        which = (
            f"begins the keys of {len(found)} meetings ({some}{', ...' if len(found) > 5 else ''})"
            if found
            else "begins the key of no meeting"
        )
        raise CommandError(f"{args.meeting!r} {which}; give the key as `noshowd meetings` shows it")
    if args.json:
        print(json.dumps(found[0], indent=2, ensure_ascii=False))
    else:
        _tell(found[0])
    return ExitCode.OK


def _tell(one: dict[str, Any]) -> None:
    tell(f"{one['short_key']}  {one['key']} (round {one['round']}): {one['phase']}")
    tell(f"  slot      {one['start']} to {one['end']}, watched from {one['watched_from']}")
    as_of = f" as of {one['as_of']}" if one["as_of"] else ""
    tell(f"  outcome   {one['outcome']}{as_of}")
    for title, key in (("because", "because"), ("evidence", "evidence"), ("history", "history"), ("done", "followups")):
        for i, line in enumerate(one[key]):
            tell(f"  {title if i == 0 else '':<9} {line}")
