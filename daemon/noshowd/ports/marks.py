"""What the engine needs so that two installations notice one another: marks in the calendars that both watch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

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


Entry = TypeVar("Entry")


class MarksAsEntries(ABC, Generic[Entry]):
    """A `MarkKeeper` whose vendor keeps each mark in an entry of its own. All methods raise as it says."""

    account: str

    @abstractmethod
    async def entries(self, calendar: str) -> list[tuple[Entry, Mark]]:
        """Every entry of this calendar that holds a mark."""

    @abstractmethod
    async def add(self, calendar: str, mark: Mark) -> None:
        """Make an entry with this mark; nobody is invited and nobody written to."""

    @abstractmethod
    async def change(self, calendar: str, entry: Entry, mark: Mark) -> None:
        """Put this mark into an entry, in place of its own."""

    @abstractmethod
    async def delete(self, calendar: str, entry: Entry) -> None:
        """Delete an entry; fine where it is gone."""

    async def marks(self, calendar: str) -> tuple[Mark, ...]:
        return tuple(mark for _, mark in await self.entries(calendar))

    async def leave(self, calendar: str, mark: Mark) -> None:
        kept = await self._of(calendar, mark.installation)
        if not kept:
            await self.add(calendar, mark)
            return
        await self.change(calendar, kept[0], mark)
        for more in kept[1:]:  # of workers that left theirs at the same moment
            await self.delete(calendar, more)

    async def take_away(self, calendar: str, installation: str) -> None:
        for entry in await self._of(calendar, installation):
            await self.delete(calendar, entry)

    async def _of(self, calendar: str, installation: str) -> list[Entry]:
        return [entry for entry, mark in await self.entries(calendar) if mark.installation == installation]
