"""Secrets, and the configuration itself, that others on this machine can get at."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noshowd.config.problems import Where
from noshowd.config.secrets import SecretRef
from noshowd.config.shape import secret_keys

#: Where containers get theirs: others of the same machine cannot look there, whatever the mode says.
_OF_THIS_CONTAINER = (Path("/run/secrets"), Path("/var/run/secrets"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """A file that others can read, or change; says so in words of a person, and what to do."""

    where: Where
    says: str
    do: str


def exposed(data: Mapping[str, Any], *, file: Path) -> Iterator[Exposed]:
    """What is open in the configuration `file` with this content, as TOML reads it."""
    mode = _others(file, stat.S_IWOTH)
    if mode is not None:
        says = f"everybody on this machine can change {file} (mode {mode:o})"
        yield Exposed(where=(), says=says, do=f"chmod o-w {file}")
    for where, ref in references(data, ()):
        # a credential lies beside the configuration, under its name (docs/installing.md)
        place = file.parent / (ref.file or ref.credential or "")
        mode = _others(place, stat.S_IROTH) if ref.env is None else None
        if mode is not None:
            yield Exposed(
                where=where,
                says=f"everybody on this machine can read the secret in {place} (mode {mode:o})",
                do=f"chmod 600 {place}" + (_OWNED if ref.file is not None else ""),
            )


_OWNED = " and let it belong to the user noshowd runs as; under systemd rather { credential = ... }"


def references(value: Any, where: Where) -> Iterator[tuple[Where, SecretRef]]:
    """Each reference to a secret in what TOML read, with its place."""
    if isinstance(value, dict) and where and where[-1] in secret_keys():
        with suppress(ValueError):
            yield where, SecretRef.model_validate(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from references(item, (*where, key))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from references(item, (*where, number))


def _others(place: Path, right: int) -> int | None:
    """The mode of a file on which everybody has this right, the folders above it included; else None."""
    try:
        found = place.resolve(strict=True)
        mode = stat.S_IMODE(found.stat().st_mode)
        reached = all(above.stat().st_mode & stat.S_IXOTH for above in found.parents)
    except (OSError, ValueError):  # not there, or not for us to see; ValueError: no path at all
        return None
    inside = any(found.is_relative_to(folder) for folder in _OF_THIS_CONTAINER)
    return mode if mode & right and reached and found.is_file() and not inside else None
