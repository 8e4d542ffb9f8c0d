"""The systemd units of an installation: the shipped ones, with the paths and secrets of this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import noshowd

UNIT = "noshowd.service"
#: The same unit for several workers: noshowd@1, noshowd@2, ...
TEMPLATE = "noshowd@.service"
FAILED = "noshowd-failed@.service"
_PROGRAM = "/opt/noshowd/bin/noshowd"
_CONFIG = "/etc/noshowd/noshowd.toml"


def shipped(name: str) -> str:
    """The text of a unit as it comes with noshowd: inside the package, in a checkout beside it."""
    inside = Path(noshowd.__file__).parent
    places = (inside / "units" / name, inside.parents[1] / "systemd" / name)
    return next(place for place in places if place.is_file()).read_text(encoding="utf-8")


def credentials_in(data: Any) -> list[str]:
    """The names of the systemd credentials that a configuration (as TOML reads it) wants, each once, in its order."""
    if isinstance(data, dict) and data.keys() == {"credential"}:
        return [str(data["credential"])]
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list | tuple) else ()
    return list(dict.fromkeys(name for one in inner for name in credentials_in(one)))


def program() -> Path:
    """How this installation is called; through /opt/noshowd where that leads to it, so that an upgrade moves it."""
    own = Path(sys.prefix, "bin", "noshowd")
    linked = Path(_PROGRAM)
    return linked if linked.exists() and linked.resolve() == own.resolve() else own


def units(*, config: Path, credentials: Mapping[str, Path], workers: int, command: Path) -> dict[str, str]:
    """File name below /etc/systemd/system -> text. `workers` above 1 gives the instance unit."""
    name = TEMPLATE if workers > 1 else UNIT
    drop_in = "\n".join(["# Written by `noshowd install-service`.", "[Service]", *_own(config, credentials), ""])
    return {
        name: _with_program(shipped(UNIT), command),
        FAILED: _with_program(shipped(FAILED), command),
        f"{name}.d/installation.conf": drop_in,
        f"{FAILED}.d/installation.conf": drop_in,
    }


def _with_program(unit: str, command: Path) -> str:
    return unit.replace(_PROGRAM, str(command))


def _own(config: Path, credentials: Mapping[str, Path]) -> Iterator[str]:
    if str(config) != _CONFIG:
        yield f"Environment=NOSHOWD_CONFIG={config}"
    for name, place in credentials.items():
        kind = "LoadCredentialEncrypted" if place.suffix == ".cred" else "LoadCredential"
        yield f"{kind}={name}:{place}"
