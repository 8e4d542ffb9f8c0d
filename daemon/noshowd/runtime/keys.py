"""The signing key of an installation and the address of its database, with the secrets that belong to them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from noshowd.config.model import Config
from noshowd.config.secrets import SecretMissing, resolve
from noshowd.runtime.state import kept_key, state_folder


def configured_key(config: Config, folder: Path, environ: Mapping[str, str]) -> bytes | None:
    """The signing key that workers on several machines share, where one is configured."""
    if config.web is None or config.web.signing_key is None:
        return None
    return resolve(config.web.signing_key, folder=folder, environ=environ).reveal().encode()


def known_key(config: Config, folder: Path, environ: Mapping[str, str] = os.environ) -> bytes | None:
    """The key of this installation for a command beside the daemon; None where it cannot be found from here."""
    try:
        return configured_key(config, folder, environ) or kept_key(state_folder(config, environ=environ))
    except SecretMissing:
        return None


def database_url(config: Config, folder: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The address of the database, with its password where it has one. Raises `SecretMissing`."""
    if config.store.password is None:
        return config.store.url
    password = resolve(config.store.password, folder=folder, environ=environ).reveal()
    return sa.make_url(config.store.url).set(password=password).render_as_string(hide_password=False)
