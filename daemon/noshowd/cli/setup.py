"""What commands that work on an installation have in common: the configuration file and the database."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import CommandError, ExitCode

if TYPE_CHECKING:
    from noshowd.config.model import Config
    from noshowd.store.database import Database

#: Where the configuration lies unless `--config` or this variable says otherwise.
DEFAULT = Path("/etc/noshowd/noshowd.toml")
_VARIABLE = "NOSHOWD_CONFIG"


def add_config_argument(parser: argparse.ArgumentParser, *, again: bool = False) -> None:
    """`again`: of an action of a command that takes it, too, so that it may stand behind either."""
    default = Path(os.environ.get(_VARIABLE, DEFAULT))
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        default=argparse.SUPPRESS if again else default,
        help=f"configuration file (default: ${_VARIABLE}, else {DEFAULT})",
    )


def load_config(args: argparse.Namespace, *, secrets: bool = True) -> tuple[Config, Path]:
    """The checked configuration and its folder. Raises `CommandError` with every problem.

    Without `secrets` it does not matter whether they are there.
    """
    from noshowd.config.load import load

    loaded = load(args.config, secrets=secrets)
    if isinstance(loaded, list):
        problems = "\n".join(f"  {problem}" for problem in loaded)
        raise CommandError(f"{args.config} cannot be used:\n{problems}")
    return loaded, args.config.absolute().parent


def open_store(config: Config, folder: Path) -> Database:
    """The installation's database, which only `run` makes: an empty one would answer every question, and wrongly.

    Raises `CommandError`.
    """
    from noshowd.config.secrets import SecretMissing
    from noshowd.runtime.keys import database_url
    from noshowd.store.backend import not_begun
    from noshowd.store.database import open_database
    from noshowd.store.errors import StoreError

    try:
        url = database_url(config, folder)
        absent = not_begun(url)
        if absent is not None:
            raise CommandError(
                f"there is no database {absent} yet: start noshowd, which makes it, or correct store.url",
                ExitCode.UNAVAILABLE,
            )
        return open_database(url)
    except SecretMissing as error:
        raise CommandError(f"{error}. {by_systemd(config) if error.only_here else error.do}") from None
    except StoreError as error:
        raise CommandError(str(error), ExitCode.UNAVAILABLE) from None


def be_address(given: str) -> None:
    """Raises `CommandError` for what cannot be somebody's mail address."""
    if "@" not in given:
        raise CommandError(f"{given!r} is no address; write it as guest@example.com")


def by_systemd(config: Config) -> str:
    """What to do where only the service sees a secret: start it, or hand the secrets to this one command."""
    from noshowd.runtime.installing import credentials_in

    wanted = credentials_in(config.model_dump(exclude_none=True))
    loads = "".join(f" -p LoadCredential={name}:{DEFAULT.parent / name}" for name in wanted)
    words = " ".join(sys.argv[1:])
    return (
        "Start the service, which then does this command for you (systemctl start noshowd), or type\n"
        f"  systemd-run --pipe --wait --collect -q{loads} {sys.argv[0]} {words}"
    )
