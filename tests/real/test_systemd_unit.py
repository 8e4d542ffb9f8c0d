"""systemd's own verdict on our unit."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parents[2] / "systemd" / "noshowd.service"

pytestmark = pytest.mark.real


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that exists here in the place of ours."""
    text = UNIT.read_text(encoding="utf-8").replace("/opt/noshowd/bin/noshowd", "/bin/true")
    copy = tmp_path / UNIT.name
    copy.write_text(text, encoding="utf-8")
    return copy


def test_systemd_understands_every_line(unit: Path, program: Callable[[str], str]) -> None:
    command = [program("systemd-analyze"), "verify", "--man=no", str(unit)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_little_is_left_open_to_an_attacker(unit: Path, program: Callable[[str], str]) -> None:
    command = [program("systemd-analyze"), "security", "--offline=true", "--no-pager", str(unit)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    exposure = re.search(r"Overall exposure level for noshowd.service: ([\d.]+)", answer.stdout)
    assert exposure is not None
    assert float(exposure.group(1)) <= 1.5
