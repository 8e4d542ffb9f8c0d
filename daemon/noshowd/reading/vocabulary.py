"""Tables of words and phrases, written so that a person can read and extend them."""

from __future__ import annotations


def words(table: str) -> frozenset[str]:
    """The words of a table, separated by any space."""
    return frozenset(table.split())


def either(table: str) -> str:
    """A pattern for any phrase of a table, as whole words. Phrases are regular expressions, one a line or between ` | `."""
    phrases = (phrase.strip() for line in table.splitlines() for phrase in line.split(" | "))
    return r"(?<!\w)(?:" + "|".join(filter(None, phrases)) + r")(?!\w)"
