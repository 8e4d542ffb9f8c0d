"""What holds for every test: generated cases are the same on every machine and in every run."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

#: Fixtures that every folder may ask for.
pytest_plugins = ["databases"]

# How fast the machine draws examples is none of a test's business.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")


@pytest.fixture
def soak_rounds() -> int:
    """How often a soak test goes round; `make soak SOAK_ROUNDS=...` decides."""
    return int(os.environ.get("NOSHOWD_SOAK_ROUNDS", "200"))


@pytest.fixture
def soak_seed() -> int:
    """The seed of whatever a soak test draws by chance; the same seed gives the same rounds."""
    return int(os.environ.get("NOSHOWD_SOAK_SEED", "1"))
