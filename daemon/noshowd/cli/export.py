"""`noshowd export ADDRESS`: everything that is stored of a person, as JSON."""

from __future__ import annotations

import argparse
import json

from noshowd.cli.exit_codes import ExitCode
from noshowd.cli.setup import add_config_argument, be_address, load_config, open_store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("address", help="address of the person, as guest@example.com")


def run(args: argparse.Namespace) -> int:
    """1 when nothing is stored. It shows names, so it is noted like `--reveal`. Raises `CommandError`."""
    from noshowd.cli.reveal import note_reveal
    from noshowd.runtime.assemble import digest_of
    from noshowd.runtime.clock import SystemClock
    from noshowd.runtime.keys import known_key
    from noshowd.store import forgetting

    config, folder = load_config(args)
    be_address(args.address)
    key = known_key(config, folder)
    digest = digest_of(args.address, key) if key is not None else None
    with open_store(config, folder) as database:
        note_reveal(database, "export", SystemClock().now())
        found = database.read_sync(lambda conn: forgetting.export(conn, args.address, digest=digest))
    print(json.dumps({"address": args.address, **found}, indent=2, ensure_ascii=False))
    return ExitCode.OK if any(found.values()) else ExitCode.FINDING
