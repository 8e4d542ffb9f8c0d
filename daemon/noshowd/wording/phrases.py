"""The patterns of a language's `phrases.toml`, compiled once. How a pattern is written is told in each such file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from noshowd.wording.languages import BUILT_IN

FILE = "phrases.toml"
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "'", "‘": "'", "ʼ": "'"})
_NAME = re.compile(r"<([a-z_]+)>")
_WITHIN_SENTENCE = re.compile(r" ?…… ?")
_WITHIN_CLAUSE = re.compile(r" ?… ?")
_STAR = re.compile(r"(?P<regular>\\[a-z]\*)|(?<=[a-z'])\*|(?<![\w)\].])\*(?=[a-z])")


class PhraseError(Exception):
    """A `phrases.toml` that cannot be read; says which file and what is wrong."""


class Phrases:
    """What is looked for in one language."""

    def __init__(self, path: Path) -> None:
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
            words: dict[str, str] = {}
            for name, family in tables.get("words", {}).items():
                words[name] = f"({_any(family, words)})"
            self.short = [(re.compile(short), str(full)) for short, full in tables.get("short", {}).items()]
            self._clause = {name: _compile(found, words) for name, found in tables.get("clause", {}).items()}
            self._known = {tone: _compile(_flat(tables.get(tone, {})), words) for tone in ("accusing", "excusing")}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, re.error, KeyError, AttributeError) as error:
            raise PhraseError(f"{path}: {error}") from None

    def clause(self, name: str) -> re.Pattern[str]:
        """What a clause may hold: a table of [clause]; nothing where the file has no such table."""
        return self._clause.get(name, _NOTHING)

    def known(self, tone: str) -> re.Pattern[str]:
        """Every known phrase of a tone."""
        return self._known[tone]

    def written_out(self, plain: str) -> str:
        """`plain` with the language's short forms written out (`don't`: `do not`)."""
        for short, full in self.short:
            plain = short.sub(full, plain)
        return " ".join(plain.split())


_NOTHING = re.compile(r"(?!)")


def plain(text: str) -> str:
    """Small letters without umlauts, as patterns are written in."""
    return text.casefold().translate(_PLAIN)


def phrases(own: Path | None = None) -> tuple[Phrases, ...]:
    """The phrases of every language that has some; a folder of `own` goes before the built-in one of its name.

    Raises PhraseError for a file that cannot be read.
    """
    found = {path.parent.name: path for root in (BUILT_IN, own) if root for path in sorted(root.glob(f"*/{FILE}"))}
    return tuple(_read(path, path.stat().st_mtime_ns) for path in found.values())


@cache
def _read(path: Path, _changed: int) -> Phrases:
    return Phrases(path)


def _flat(groups: Mapping[str, list[str]]) -> list[str]:
    return [pattern for group in groups.values() for pattern in group]


def _compile(patterns: list[Any], words: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(_bounded(_regular(str(pattern), words)) for pattern in patterns) or "(?!)")


def _any(patterns: list[Any], words: Mapping[str, str]) -> str:
    return "|".join(_regular(str(pattern), words) for pattern in patterns)


def _bounded(regular: str) -> str:
    return rf"(?:{regular})\b" if regular.startswith("^") else rf"\b(?:{regular})\b"


def _regular(pattern: str, words: Mapping[str, str]) -> str:
    named = _NAME.sub(lambda found: words[found[1]], pattern.translate(_PLAIN))
    gaps = _WITHIN_CLAUSE.sub(r"\\b[^,]*\\b", _WITHIN_SENTENCE.sub(r"\\b.*\\b", named))
    return _STAR.sub(lambda star: star["regular"] or r"\w*", gaps)
