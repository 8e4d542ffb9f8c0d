"""Lines for a terminal in which strangers' words may stand: titles, names, ids of calendars."""

from __future__ import annotations


def tell(line: str) -> None:
    """Print it; nothing in it moves the cursor, colours the screen, turns the direction or begins a line."""
    print("".join(c if c.isprintable() else " " for c in line))
