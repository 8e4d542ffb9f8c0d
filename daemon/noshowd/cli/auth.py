"""`noshowd auth VENDOR`: one person's own sign-in.

Google's is kept where the account's `key` says, and works on a server without a browser: open the address anywhere, and
forward the port or paste where the browser ended. Microsoft's is a code to type on a page (`cli/auth_microsoft.py`).
"""

from __future__ import annotations

import argparse
import os
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument, load_config

if TYPE_CHECKING:
    from noshowd.adapters.google.consent import Consent, Granted
    from noshowd.config.model import Config

#: Long enough to find a password and a second factor, seconds.
_PATIENCE = 600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("vendor", choices=["google", "microsoft"], help="whose sign-in")
    parser.add_argument("--account", help="name of the [[account]] (default: that of the vendor)")
    google = parser.add_argument_group("Google only")
    google.add_argument("--client", type=Path, help="file of the OAuth client (Google Cloud console, type Desktop app)")
    google.add_argument("--port", type=int, default=8765, help="port on which the browser comes back (default: 8765)")
    google.add_argument("--paste", action="store_true", help="paste the address on which the browser ended")


def run(args: argparse.Namespace) -> int:
    """1 when the sign-in is stored but not all that was asked for was granted."""
    args.account = args.account or args.vendor
    if args.vendor == "microsoft":
        from noshowd.cli import auth_microsoft

        return auth_microsoft.run(args)
    if args.client is None:
        raise CommandError("--client FILE is missing: the file of the OAuth client (type Desktop app)")
    return _google(args)


def _google(args: argparse.Namespace) -> int:
    from noshowd.adapters.google.consent import ConsentFailed
    from noshowd.adapters.google.rights import TESTING_TRAP, WITHOUT, missing
    from noshowd.runtime.builders.google import scopes

    config, folder = load_config(args, secrets=False)
    section = _section(config, args.account)
    place = _place(section, folder)
    wanted = scopes(config, section.name)
    try:
        granted = _sign_in(args, _consent(args, config, section))
    except ConsentFailed as error:
        raise CommandError(f"not signed in: {error}. Nothing was changed.", ExitCode.UNAVAILABLE) from None
    _keep(place, granted.key)
    print(f"Signed in. The sign-in is kept in {place} (mode 0600).")
    print(TESTING_TRAP)
    lacking = missing(wanted, granted.scopes)
    for scope in lacking:
        print(f"Not granted: {scope}\n  {WITHOUT[scope]}")
    return ExitCode.FINDING if lacking else ExitCode.OK


def _section(config: Config, name: str) -> Any:
    for section in config.account:
        if section.name == name and section.kind == "google":
            return section
    known = ", ".join(a.name for a in config.account if a.kind == "google") or "none"
    raise CommandError(f"there is no [[account]] of kind google with the name {name} (there is: {known})")


def _place(section: Any, folder: Path) -> Path:
    """The file that the account's `key` names."""
    if section.key.file is None:
        raise CommandError(
            f"the key of account {section.name} is {section.key}, where noshowd cannot write. Set "
            f'key = {{ file = "/var/lib/noshowd/{section.name}-sign-in.json" }} and try again.'
        )
    place: Path = folder / section.key.file
    if not place.parent.is_dir():
        raise CommandError(f"{place.parent} does not exist. Create it, owned by the user the service runs as.")
    if place.exists() and '"service_account"' in place.read_text(errors="replace"):
        raise CommandError(f"{place} holds the key of a service account, which needs no sign-in. Nothing was changed.")
    return place


def _consent(args: argparse.Namespace, config: Config, section: Any) -> Consent:
    from noshowd.adapters.google.consent import Consent
    from noshowd.adapters.google.rights import narrowed
    from noshowd.runtime.builders.google import scopes

    try:
        client = args.client.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{args.client} cannot be read: {error}") from None
    ca_file, proxy = section.ca_file or config.network.ca_file, section.proxy or config.network.proxy
    return Consent(
        client,
        narrowed(scopes(config, section.name)),
        ca_file=None if ca_file is None else str(ca_file),
        proxy=None if proxy is None else str(proxy),
    )


def _sign_in(args: argparse.Namespace, consent: Consent) -> Granted:
    from noshowd.runtime.clock import SystemClock

    clock = SystemClock()
    if args.paste:
        print(f"Open this address in any browser:\n\n{consent.address(args.port)}\n")
        print("In the end the browser shows an error; copy the address it stands on (http://127.0.0.1:...).")
        return consent.by_paste(input("Address: "), now=clock.now())
    say = (
        "Open this address in a browser:\n\n{url}\n\n"
        f"Waiting on 127.0.0.1:{args.port}. From another machine: ssh -L {args.port}:127.0.0.1:{args.port} THIS-HOST, "
        "or start again with --paste."
    )
    return consent.by_browser(args.port, open_browser=_has_browser(), patience=_PATIENCE, say=say, now=clock.now())


def _has_browser() -> bool:
    try:
        return bool(webbrowser.get())
    except webbrowser.Error:
        return False


def _keep(place: Path, key: str) -> None:
    """Replace the file as a whole, readable for the service's user only (whom the folder belongs to)."""
    new = place.with_name(f".{place.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(key)
    if os.geteuid() == 0:
        owner = place.parent.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
    new.replace(place)
