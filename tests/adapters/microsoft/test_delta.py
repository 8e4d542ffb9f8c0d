"""The change feed as an economy: it says that something changed, and never what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.microsoft.tenant import ANNA, NOW, Tenant
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.domain.spans import Span
from noshowd.ports.calendar import ListingEnd, Page
from noshowd.ports.errors import CursorExpired

HOUR = timedelta(hours=1)
WINDOW = Span(start=NOW - HOUR, end=NOW + timedelta(days=8))


class Reader:
    """Follows one calendar as the engine does."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.source = GraphCalendar(tenant.graph(), delta=True)
        self.cursor: str | None = None

    async def look(self) -> tuple[set[str] | None, int]:
        """Titles of a complete listing (None when nothing was said), and how many calls it took."""
        before = len(self.tenant.sim.calls)
        titles: set[str] = set()
        complete = False
        async for part in self.source.changes(ANNA, cursor=self.cursor, window=WINDOW):
            if isinstance(part, Page):
                titles |= {entry.title for entry in part.entries}
            if isinstance(part, ListingEnd):
                self.cursor, complete = part.cursor, part.complete
        return (titles if complete else None), len(self.tenant.sim.calls) - before


@pytest.fixture
async def reader(tenant: Tenant) -> Reader:
    tenant.book(subject="one")
    reader = Reader(tenant)
    await reader.look()
    return reader


async def test_without_news_one_small_call_is_all(reader: Reader) -> None:
    assert await reader.look() == (None, 1)
    assert await reader.look() == (None, 1)


async def test_a_change_is_read_as_a_whole(reader: Reader) -> None:
    """An occurrence comes without a subject in the feed: what it says is never used."""
    reader.tenant.book(subject="daily", days=3)
    titles, _ = await reader.look()
    assert titles == {"one", "daily"}
    assert await reader.look() == (None, 1)


async def test_what_the_feed_leaves_out_is_seen_within_the_hour(reader: Reader) -> None:
    reader.tenant.book(subject="two")
    reader.tenant.sim.calendars.journal.pop()
    assert (await reader.look())[0] is None
    reader.tenant.clock.instant += HOUR
    assert (await reader.look())[0] == {"one", "two"}


async def test_something_outside_the_window_deletes_nothing(reader: Reader) -> None:
    """The feed says "deleted" of it."""
    reader.tenant.book(subject="far", start=NOW + timedelta(days=30), end=NOW + timedelta(days=30, hours=1))
    assert (await reader.look())[0] == {"one"}


async def test_a_day_later_the_feed_is_opened_anew(reader: Reader) -> None:
    reader.tenant.clock.instant += timedelta(days=1)
    with pytest.raises(CursorExpired):
        await reader.look()


@pytest.mark.parametrize("cursor", ["", "[]", '[2, "x", "y", "z"]', "nonsense"])
async def test_a_cursor_that_is_none_has_expired(reader: Reader, cursor: str) -> None:
    reader.cursor = cursor
    with pytest.raises(CursorExpired):
        await reader.look()


async def test_a_change_while_the_calendar_is_read_is_told_again(reader: Reader) -> None:
    """The place in the feed is taken first: better twice than never."""
    reader.tenant.book(subject="two")
    async for part in reader.source.changes(ANNA, cursor=reader.cursor, window=WINDOW):
        if isinstance(part, Page):
            reader.tenant.book(subject="three")
        elif isinstance(part, ListingEnd):
            reader.cursor = part.cursor
    assert (await reader.look())[0] == {"one", "two", "three"}
