"""What strangers wrote (titles, names) made harmless and short before it stands in a text."""

from __future__ import annotations

import re
import unicodedata

#: A scheme or www turns into a link in many programs; a stranger's link has no place in our texts.
_ADDRESS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}:/+|\bwww\.)\S+", re.IGNORECASE)
_NAME = re.compile(r"^[^\W\d_](?:[^\W\d_]|[ .'’\-])*$")
_SPACES = re.compile(r"[^\S\n]+")
TITLE_LIMIT = 120
NAME_LIMIT = 60
BLOCK_LIMIT = 6000


def one_line(text: str, limit: int = TITLE_LIMIT) -> str:
    """The text on one line: no control, invisible or direction-changing characters, no links, at most `limit`."""
    return _cut(" ".join(_ADDRESS.sub("…", _visible(text.replace("\n", " "))).split()), limit)


def block(text: str, limit: int = BLOCK_LIMIT) -> str:
    """Several lines kept as they are, but for what cannot be seen."""
    lines = (_SPACES.sub(" ", line).rstrip() for line in _visible(text).split("\n"))
    return _cut("\n".join(lines).strip("\n"), limit)


def plain_name(text: str) -> str:
    """A name fit for a greeting; empty for addresses, numbers, device names and anything doubtful."""
    name = one_line(text, NAME_LIMIT + 1)
    return name if len(name) <= NAME_LIMIT and _NAME.match(name) else ""


def _visible(text: str) -> str:
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if normal.replace("\n", "").isprintable():
        return normal
    # Unicode's control, format and separator characters are not printable; the space is.
    return "".join(c if c == "\n" or c.isprintable() else " " if c.isspace() else "" for c in normal)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
