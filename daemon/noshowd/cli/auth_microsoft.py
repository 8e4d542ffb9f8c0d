"""`noshowd auth microsoft`: one person signs in with a code, on any machine with a browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import load_config

if TYPE_CHECKING:
    from noshowd.config.model import Config


def run(args: argparse.Namespace) -> int:
    """1 when the sign-in is stored but not all that was asked for was granted."""
    from noshowd.adapters.microsoft.device_code import DeviceCode, SignInFailed
    from noshowd.adapters.microsoft.rights import lacks
    from noshowd.runtime.builders.microsoft import settings
    from noshowd.runtime.state import state_folder

    config, _ = load_config(args, secrets=False)
    section = _section(config, args.account)
    about = settings(config, section, state=_present(state_folder(config)), secret=lambda _: None)
    try:
        agreed = DeviceCode(about).sign_in(lambda words: print(words, flush=True))
    except SignInFailed as error:
        raise CommandError(f"not signed in: {error}. Nothing was changed.", ExitCode.UNAVAILABLE) from None
    print(f"Signed in. The sign-in is kept in {about.token_cache} (mode 0600).")
    for scope in agreed.lacking:
        print(f"Not granted: {scope}\n  {lacks(scope, about.rights)}")
    return ExitCode.FINDING if agreed.lacking else ExitCode.OK


def _section(config: Config, name: str) -> Any:
    for section in config.account:
        if section.name == name and section.kind == "microsoft":
            if section.sign_in == "application":
                raise CommandError(
                    f"account {name} signs in as an application. For the own sign-in of {section.mailboxes[0]} set "
                    'sign_in = "person" in place of secret and certificate.'
                )
            return section
    known = ", ".join(a.name for a in config.account if a.kind == "microsoft") or "none"
    raise CommandError(f"there is no [[account]] of kind microsoft with the name {name} (there is: {known})")


def _present(folder: Path) -> Path:
    if not folder.is_dir():
        raise CommandError(f"{folder} does not exist. Start the service once, or create it for the service's user.")
    return folder
