"""What the engine needs so that two installations notice one another: marks in the calendars that both watch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from noshowd.domain.installation import Mark

#: A mark is an appointment of its own, on a day at which nobody looks any more: nobody is invited to it, so that no
#: vendor writes to anybody, and no appointment with a guest is touched.
STARTS = datetime(2000, 1, 1, tzinfo=UTC)
ENDS = STARTS + timedelta(minutes=30)
#: For whoever comes across it; a search for the id of an installation finds it.
TITLE = "noshowd {installation}"
TEXT = (
    "noshowd ({installation}) writes to guests of this calendar. It keeps this entry here so that no second "
    "installation does the same, and renews it. Where that installation is gone for good, the entry can be deleted."
)


class MarkKeeper(Protocol):
    """Keeps the marks of installations in the calendars of one account that may be written."""

    account: str

    async def marks(self, calendar: str) -> tuple[Mark, ...]:
        """Every mark in this calendar, ours too. Raises as `CalendarSource.read`."""
        ...

    async def leave(self, calendar: str, mark: Mark) -> None:
        """Leave this mark, in place of what its installation left before. Raises as `CalendarSource.read`."""
        ...

    async def take_away(self, calendar: str, installation: str) -> None:
        """Remove what this installation left; fine where there is nothing. Raises as `CalendarSource.read`."""
        ...
