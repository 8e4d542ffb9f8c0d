"""Who typed a command, for what is noted about it."""

from __future__ import annotations

import getpass
import os

from noshowd.runtime.handing_over import ASKED_BY


def by_service() -> bool:
    """Whether the running service does this command for somebody else."""
    return ASKED_BY in os.environ


def asker() -> str:
    """The user who asked the service, else the user of this shell."""
    if by_service():
        return os.environ[ASKED_BY]
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return str(os.geteuid())
