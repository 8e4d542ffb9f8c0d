"""The daemon as a process is after a week what it was after an hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.process_week import live


@pytest.mark.soak
def test_a_week_leaves_memory_files_queue_and_database_as_they_were(soak_rounds: int, tmp_path: Path) -> None:
    days = max(0.5, min(7.0, 7 * soak_rounds / 200))

    week = live(days, 1600, tmp_path)

    assert week.broken() == []
