"""What is wrong with a configuration, in words of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

#: A place in the file: names of tables and keys, numbers of entries.
Where = tuple[str | int, ...]
Lines = Mapping[Where, int]


class Severity(StrEnum):
    """A problem keeps the daemon from starting, a warning does not."""

    PROBLEM = "problem"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend. `found` never holds the value of a secret."""

    file: str
    #: Line in the file, counted from 1; None where the key is not in it.
    line: int | None = None
    column: int | None = None
    #: Dotted key such as `person[2].lines`; empty for the file as a whole.
    key: str = ""
    message: str
    found: str = ""
    allowed: str = ""
    #: The known key or value that is most alike.
    nearest: str = ""
    do: str = ""
    severity: Severity = Severity.PROBLEM

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        lines = [f"{place}: {self.key + ': ' if self.key else ''}{self.message}"]
        for label, value in (("found", self.found), ("allowed", self.allowed), ("do", self.do)):
            if value:
                lines.append(f"    {label + ':':<9}{value}")
        if self.nearest:
            lines.append(f"    did you mean {self.nearest}?")
        return "\n".join(lines)


def dotted(where: Where) -> str:
    """`("person", 1, "lines")` as `person[2].lines`: entries are counted from 1, as people count."""
    text = ""
    for part in where:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else part
    return text


def line_of(where: Where, lines: Lines) -> int | None:
    """The line of the key, or of the nearest table around it that is in the file."""
    for length in range(len(where), 0, -1):
        line = lines.get(where[:length]) or lines.get((*where[:length], 0))
        if line is not None:
            return line
    return None
