"""What stands on a page between fences, with the heading above it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_PIECE = re.compile(
    r"^#+ (?P<heading>[^\n]+)$|^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of code; `language` is empty for commands."""

    heading: str
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """All of a page, in their order."""
    found, heading = [], ""
    for piece in _PIECE.finditer(page.read_text(encoding="utf-8")):
        if piece["heading"] is not None:
            heading = piece["heading"]
        else:
            found.append(Block(heading, piece["language"], piece["text"]))
    return found
