"""Tokens kept between runs, in a file that only its owner reads."""

from __future__ import annotations

import os
from pathlib import Path

import msal


def load_cache(file: Path | None) -> msal.SerializableTokenCache:
    """The cache in `file`; an empty one without a file, or where what lies there is not a cache."""
    cache = msal.SerializableTokenCache()
    if file is not None and file.exists():
        try:
            cache.deserialize(file.read_text(encoding="utf-8"))
        except ValueError:  # a torn or foreign file costs one sign-in, nothing else
            return msal.SerializableTokenCache()
    return cache


def save_cache(cache: msal.SerializableTokenCache, file: Path) -> None:
    """Write the cache if it changed: mode 0600 from the first byte on, and whole or not at all.

    Written by root, it belongs to whoever the folder belongs to: the user that the service runs as.
    """
    if not cache.has_state_changed:
        return
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(cache.serialize())
    if os.geteuid() == 0:
        owner = file.parent.stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)
    fresh.replace(file)
