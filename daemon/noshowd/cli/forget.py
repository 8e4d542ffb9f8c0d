"""`noshowd forget ADDRESS`: a person is removed everywhere and does not come back."""

from __future__ import annotations

import argparse

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument, be_address, load_config, open_store

_LEFT = """\
What noshowd cannot reach still holds this person: backups and copies of the database made before now (also the
.version-* files beside it), the journal's addresses at debug level, the calendars themselves, and mail and Slack
messages that were sent. Appointments with this person are not watched any more."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("address", help="address of the person, as guest@example.com")


def run(args: argparse.Namespace) -> int:
    """Idempotent. 1 when nothing was stored of this person. Raises `CommandError`."""
    from noshowd.config.translate import person_for
    from noshowd.runtime.assemble import digest_of
    from noshowd.runtime.clock import SystemClock
    from noshowd.runtime.keys import known_key
    from noshowd.store import forgetting

    config, folder = load_config(args)
    be_address(args.address)
    if person_for(args.address, config) is not None:
        raise CommandError(f"{args.address} is still a [[person]] of {args.config}: take that table out first")
    key = known_key(config, folder)
    if key is None:
        raise CommandError(
            "the key under which people are forgotten is not here: set STATE_DIRECTORY to the service's state"
            " directory (/var/lib/noshowd), and CREDENTIALS_DIRECTORY where web.signing_key is a credential"
        )
    digest, now = digest_of(args.address, key), SystemClock().now()
    with open_store(config, folder) as database:
        counts = database.run_sync(
            lambda conn: forgetting.forget(conn, args.address, digest=digest, now=now), wake=True
        )
    for kind, count in counts.items():
        print(f"{count:6} {kind}")
    print(_LEFT)
    return ExitCode.OK if any(counts.values()) else ExitCode.FINDING
