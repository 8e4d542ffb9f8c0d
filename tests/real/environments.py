"""Environments of their own for tools that are not ours: made once below build/, skipped with the reason where not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_PLACE = Path(__file__).parents[2] / "build" / "real"
_PATIENCE = 600


def python_of(name: str, *packages: str) -> Path:
    """The interpreter of a virtual environment with these packages in it."""
    place = _PLACE / name
    python = place / "bin" / "python"
    if _is_made(place, packages):
        return python
    _done([sys.executable, "-m", "venv", "--clear", str(place)], name)
    _done([str(python), "-m", "pip", "install", "--quiet", *packages], name)
    _made(place, packages)
    return python


def node_program(name: str, package: str, program: str) -> Path:
    """A file below the installed package (npm); nothing of it is run while it is installed."""
    place = _PLACE / name
    if not _is_made(place, (package,)):
        npm = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
        _done([*npm, "--prefix", str(place), package], name)
        _made(place, (package,))
    return place / "node_modules" / program


def _is_made(place: Path, packages: tuple[str, ...]) -> bool:
    stamp = place / "made.json"
    return stamp.exists() and json.loads(stamp.read_text(encoding="utf-8")) == list(packages)


def _made(place: Path, packages: tuple[str, ...]) -> None:
    (place / "made.json").write_text(json.dumps(list(packages)), encoding="utf-8")


def _done(command: list[str], name: str) -> None:
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{name} cannot be installed: {type(error).__name__}")
    if told.returncode != 0:
        pytest.skip(f"{name} cannot be installed: {told.stderr.strip()[-300:]}")
