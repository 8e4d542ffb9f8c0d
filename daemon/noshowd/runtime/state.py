"""Where a daemon keeps what it must remember beside the database: one folder, readable for its user only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from noshowd.config.model import Config

#: systemd names the folder of `StateDirectory=` in this variable.
_STATE_DIRECTORY = "STATE_DIRECTORY"
_INSTALLED = Path("/var/lib/noshowd")
_KEY_FILE = "signing-key"


def state_folder(config: Config, *, environ: Mapping[str, str] = os.environ) -> Path:
    """The service's state directory, else the folder of the SQLite file, else where the unit has it, if at all."""
    if environ.get(_STATE_DIRECTORY):
        return Path(environ[_STATE_DIRECTORY].partition(":")[0])
    url = sa.make_url(config.store.url)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(url.database).absolute().parent
    return _INSTALLED if _INSTALLED.is_dir() else Path.cwd()


def signing_key(folder: Path) -> bytes:
    """The key that signs links and Message-IDs; made once, kept with mode 0600."""
    path = folder / _KEY_FILE
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_bytes().strip()


def kept_key(folder: Path) -> bytes | None:
    """The key that `signing_key` made, None where there is none."""
    try:
        return (folder / _KEY_FILE).read_bytes().strip()
    except OSError:
        return None
