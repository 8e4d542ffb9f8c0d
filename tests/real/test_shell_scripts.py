"""shellcheck's verdict on our shell scripts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.real


@pytest.mark.parametrize("script", [".ci/run", "tests/real/run", "tools/lock", "tools/setup-venv"])
def test_shellcheck_finds_nothing(script: str, program: Callable[[str], str]) -> None:
    answer = subprocess.run([program("shellcheck"), script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert answer.returncode == 0, answer.stdout
