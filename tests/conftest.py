"""What holds for every test: generated cases are the same on every machine and in every run."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.register_profile("soak", parent=settings.get_profile("repeatable"), max_examples=2000)
settings.load_profile(os.environ.get("NOSHOWD_HYPOTHESIS", "repeatable"))
