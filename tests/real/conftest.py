"""Real counterparts: each test here asks for the programs it needs, and says which are missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest


@pytest.fixture
def program() -> Callable[[str], str]:
    """Path of an installed program; skips the test, naming it, where it is not installed."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not installed on this machine (tests/real/packages-real.txt says what brings it)")
        return path

    return find
