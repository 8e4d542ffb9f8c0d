"""Public holidays are asked of a process of its own, which takes the memory of the library along."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from noshowd.config import public_holidays as asked
from noshowd.config.public_holidays import kept_holidays, public_holidays

MAY_DAY = date(2026, 5, 1)


def test_the_library_stays_outside() -> None:
    told = "import sys; from noshowd.config.public_holidays import public_holidays as days"
    said = "print(len(days('DE-BY', 2026)), 'holidays' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", f"{told}; {said}"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["12", "False"]


def test_where_no_process_can_be_had_it_is_asked_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(tmp_path / "gone"))
        public_holidays.cache_clear()
        assert MAY_DAY in public_holidays("DE", 2026)
        asked._countries.cache_clear()
        assert "BY" in asked._countries()["DE"]
    public_holidays.cache_clear()


def test_a_country_that_nobody_has_listed_has_none() -> None:
    assert public_holidays("XX", 2026) == frozenset()


@pytest.mark.parametrize(
    ("configured", "zone", "kept"),
    [
        (None, "Europe/Berlin", ("DE",)),
        ("none", "Europe/Berlin", ()),
        ("CH-ZH", "Europe/Berlin", ("CH-ZH",)),
        (None, "UTC", ()),
    ],
)
def test_whose_are_kept(configured: str | None, zone: str, kept: tuple[str, ...]) -> None:
    assert kept_holidays(configured, zone) == kept
