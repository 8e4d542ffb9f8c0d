"""`noshowd db check` and `noshowd db backup FILE`: looking after the database, also while the service runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument, load_config, open_store

if TYPE_CHECKING:
    from noshowd.store.database import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    check = actions.add_parser("check", help="read everything and say what is damaged")
    backup = actions.add_parser("backup", help="copy the SQLite database, also while it is in use")
    backup.set_defaults(here=True)  # the service writes nowhere but into its own state directory
    backup.add_argument("file", type=Path, help="a file that does not exist yet")
    for action in (check, backup):
        add_config_argument(action, again=True)


def run(args: argparse.Namespace) -> int:
    """1 when something is damaged. Raises `CommandError`."""
    if args.action == "backup":
        _be_new(args.file)
    with open_store(*load_config(args)) as database:
        return _check(database) if args.action == "check" else _back_up(database, args.file)


def _check(database: Database) -> int:
    from noshowd.store import care

    found = database.read_sync(care.problems)
    for problem in found:
        print(problem)
    print("damaged: stop noshowd and put a backup in its place" if found else "nothing is damaged")
    return ExitCode.FINDING if found else ExitCode.OK


def _be_new(file: Path) -> None:
    if file.exists():
        raise CommandError(f"{file} exists already: name a new file")
    if not file.absolute().parent.is_dir():
        raise CommandError(f"there is no folder {file.absolute().parent}: make it, or name another file")


def _back_up(database: Database, file: Path) -> int:
    from noshowd.runtime.clock import SystemClock
    from noshowd.store import care
    from noshowd.store.errors import StoreUnavailable

    now = SystemClock().now()
    try:
        database.read_sync(lambda conn: care.back_up(conn, file, now=now))
    except StoreUnavailable as error:
        raise CommandError(str(error), ExitCode.UNAVAILABLE) from None
    print(f"{file} is a complete copy. It names people: keep it as safe as the database, and not longer.")
    print("Put back, it sends nothing to guests until `noshowd resume --guests`.")
    return ExitCode.OK
