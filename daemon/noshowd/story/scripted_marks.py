"""Marks of installations in the calendars of a story: ours, and that of another one that the story lets come."""

from __future__ import annotations

from datetime import datetime

from noshowd.domain.installation import Mark
from noshowd.story.scripted import ScriptedCalendar


class ScriptedMarks:
    """Every installation watches every calendar of the account, so that one mark stands for all of them."""

    def __init__(self, calendar: ScriptedCalendar) -> None:
        self.account = calendar.account
        self._calendar = calendar
        self._left: dict[str, Mark] = {}

    async def marks(self, calendar: str) -> tuple[Mark, ...]:
        del calendar
        self._calendar.check()
        return tuple(self._left.values())

    async def leave(self, calendar: str, mark: Mark) -> None:
        del calendar
        self._calendar.check()
        self._left[mark.installation] = mark

    async def take_away(self, calendar: str, installation: str) -> None:
        del calendar
        self._calendar.check()
        self._left.pop(installation, None)

    def come(self, installation: str, now: datetime) -> None:
        """Another installation leaves its mark, without a word that it is to take over."""
        self._left[installation] = Mark(installation=installation, left=now)
