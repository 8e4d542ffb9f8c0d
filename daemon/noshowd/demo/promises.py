"""What the demo promises to show, each checked on what really happened."""

from __future__ import annotations

from dataclasses import dataclass

from noshowd.demo.town import Town
from noshowd.demo.watch import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One promise and whether it came true; `found` says what was there in its place."""

    promise: str
    kept: bool
    found: str = ""


def check(story: Story, town: Town) -> list[Outcome]:
    return []
