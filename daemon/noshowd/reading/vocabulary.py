"""Tables of words and phrases, written so that a person can read and extend them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

#: `…` in a phrase: up to twelve words in between, or none. Bounded, so that no text takes long.
_GAP = r"(?:\W+\w+){0,12}?\W+"

_NAME = re.compile(r"(?<![\\\w])[A-Z]{2,}")


def words(table: str) -> frozenset[str]:
    """The words of a table, separated by any space."""
    return frozenset(table.split())


def either(table: str, ending: str = "") -> str:
    """A pattern for any phrase of a table, as whole words; `ending` may follow each of them.

    Phrases are regular expressions, one a line or between ` | `.
    """
    alternatives = (phrase.strip() for line in table.splitlines() for phrase in line.split(" | "))
    return _whole(filter(None, alternatives), ending)


def phrases(table: str, sets: Mapping[str, str]) -> re.Pattern[str]:
    """A pattern for any line of a table, whatever punctuation stands between its words.

    A line is words, which may be patterns; a leading `?` marks one that may be missing (never the first), `…` stands
    for anything in between, and a name of `sets` for its choice. `#` begins a remark.
    """
    lines = (line.partition("#")[0].split() for line in table.splitlines())
    return re.compile(_whole(_phrase(line, sets) for line in lines if line), re.IGNORECASE)


def _phrase(line: list[str], sets: Mapping[str, str]) -> str:
    pattern, between = "", ""
    for word in line:
        if word == "…":
            between = _GAP
            continue
        named = _NAME.sub(lambda m: sets[m[0]], word.lstrip("?") if word.startswith("?") else word)
        plain = re.sub(r"\((?!\?)", "(?:", named)
        pattern += f"(?:{between}{plain})?" if word.startswith("?") else f"{between}{plain}"
        between = r"\W+"
    return pattern


def _whole(alternatives: Iterable[str], ending: str = "") -> str:
    return r"(?<!\w)(?:" + "|".join(alternatives) + rf"){ending}(?!\w)"
