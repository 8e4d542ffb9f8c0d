"""A worker that was told to stop while its database could not be written has taken leave all the same: in the state
directory. Else the next start would say that it had been killed.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from noshowd.store import health

_PREFIX = "left-"


def note(folder: Path, worker: str) -> None:
    """This worker ends as it should. An empty file: there may be no room for more."""
    with suppress(OSError):
        (folder / f"{_PREFIX}{worker}").touch(mode=0o600)


def settle(conn: sa.Connection, folder: Path) -> None:
    """Write down who took leave here."""
    for name in _left(folder):
        health.leave(conn, name)


def settled(folder: Path, *workers: str) -> None:
    """What `settle` wrote is committed, or these workers have taken leave in the database."""
    for name in workers or _left(folder):
        with suppress(OSError):
            (folder / f"{_PREFIX}{name}").unlink(missing_ok=True)


def _left(folder: Path) -> list[str]:
    return [one.name.removeprefix(_PREFIX) for one in sorted(folder.glob(f"{_PREFIX}*"))]
