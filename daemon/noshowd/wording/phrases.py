"""The patterns of phrases.toml, compiled once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("phrases.toml")
_NAME = re.compile(r"<([a-z]+)>")


@cache
def clause(name: str) -> re.Pattern[str]:
    """What a clause may hold: a table of [clause]."""
    return _compile(_read()["clause"][name])


@cache
def known(tone: str) -> re.Pattern[str]:
    """Every known phrase of a tone."""
    return _compile([pattern for group in _read()[tone].values() for pattern in group])


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _compile(patterns: list[str]) -> re.Pattern[str]:
    words = _read()["words"]
    return re.compile("|".join(_NAME.sub(lambda found: str(words[found[1]]), pattern) for pattern in patterns))
