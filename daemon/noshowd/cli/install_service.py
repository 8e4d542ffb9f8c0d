"""`noshowd install-service`: puts units, and the configuration where it is still elsewhere, in their places.

Starts nothing and writes no secret: it says which file each secret belongs into.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tomllib
from pathlib import Path

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import DEFAULT, add_config_argument, load_config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument(
        "--root", type=Path, default=Path("/"), help="prepare a tree (an image) instead of this machine"
    )
    parser.add_argument("--workers", type=int, default=1, help="more than one: noshowd@1, noshowd@2, ... on PostgreSQL")
    parser.add_argument("--dry-run", action="store_true", help="show what would be written")


def run(args: argparse.Namespace) -> int:
    """1 when secrets are still missing. Raises `CommandError`."""
    from noshowd.runtime.installing import credentials_in, program, units

    config, _ = load_config(args, secrets=False)
    if args.workers > 1 and config.store.url.startswith("sqlite"):
        raise CommandError("several workers share a PostgreSQL database: set url in [store] to postgresql://...")
    if args.workers > 1 and (config.web is None or config.web.signing_key is None):
        raise CommandError('several workers share one key: set signing_key in [web], as { credential = "signing-key" }')
    wanted = credentials_in(tomllib.loads(args.config.read_text(encoding="utf-8")))
    places = {name: _place(args.root, name) for name in wanted}
    texts = units(config=DEFAULT, credentials=places, workers=args.workers, command=program())
    folder = args.root / "etc/systemd/system"
    files = {folder / name: text for name, text in texts.items()}
    target = args.root / DEFAULT.relative_to("/")
    if args.dry_run:
        for file, text in files.items():
            print(f"--- {file}\n{text}")
        return ExitCode.OK
    if target.exists() and target.read_bytes() != args.config.read_bytes():
        raise CommandError(f"{target} is another configuration than {args.config}; move one of them away")
    try:
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        _move_in(args.config, target)
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}; run it as root") from None
    return _say(args, [*files, target], {name: args.root / place.relative_to("/") for name, place in places.items()})


def _place(root: Path, name: str) -> Path:
    """Where the file of a secret lies: encrypted (systemd-creds encrypt) if there is one like that."""
    plain = DEFAULT.parent / name
    encrypted = plain.with_name(f"{name}.cred")
    return encrypted if (root / encrypted.relative_to("/")).exists() else plain


def _move_in(config: Path, target: Path) -> None:
    """Copy a configuration that was written elsewhere; one that is in its place stays as it is."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(config, target)
    target.chmod(0o644)


def _say(args: argparse.Namespace, written: list[Path], secrets: dict[str, Path]) -> int:
    for file in written:
        print(f"written  {file}")
    missing = [place for place in secrets.values() if not place.exists()]
    for name, place in secrets.items():
        if place.exists() and place.stat().st_mode & 0o077 and os.geteuid() == place.stat().st_uid:
            place.chmod(0o600)
            print(f"mode 600 {place}")
        elif not place.exists():
            print(f"MISSING  {place}: put the secret {name} there, readable for root only (chmod 600)")
    workers = [f"noshowd@{number + 1}" for number in range(args.workers)] if args.workers > 1 else ["noshowd"]
    print(f"\nThen:    systemctl daemon-reload && systemctl enable --now {' '.join(workers)}")
    print("         noshowd doctor")
    return ExitCode.FINDING if missing else ExitCode.OK
