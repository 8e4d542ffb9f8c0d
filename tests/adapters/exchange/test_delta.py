"""SyncFolderItems as an economy: it says that something changed, and never what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.exchange.house import ANNA, BEN, NOW, House
from noshowd.adapters.exchange import sync
from noshowd.adapters.exchange.calendar import ExchangeCalendar
from noshowd.demo.vendors.exchange.simulation import Trouble
from noshowd.demo.vendors.exchange.soap import M
from noshowd.domain.spans import Span
from noshowd.ports.calendar import ListingEnd, Page
from noshowd.ports.errors import CursorExpired, Temporary

HOUR = timedelta(hours=1)
DAYS = timedelta(days=7)
FEED, VIEW = "SyncFolderItems", "FindItem"


class Reader:
    """Follows one calendar as the engine does: its window moves with the clock."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.source = ExchangeCalendar(house.server(), delta=True)
        self.cursor: str | None = None

    async def look(self, mailbox: str = ANNA) -> tuple[list[str] | None, list[str]]:
        """Titles of a complete listing (None when nothing was said), and the requests it took, of folders and views."""
        before = len(self.house.sim.exchanged)
        now = self.house.clock.now()
        titles: list[str] = []
        complete = False
        window = Span(start=now - HOUR, end=now + DAYS)
        async for part in self.source.changes(mailbox, cursor=self.cursor, window=window):
            if isinstance(part, Page):
                titles += [entry.title for entry in part.entries]
            if isinstance(part, ListingEnd):
                self.cursor, complete = part.cursor, part.complete
        asked = [one.tag.removeprefix(M) for one, _ in self.house.sim.exchanged[before:]]
        return (sorted(titles) if complete else None), [name for name in asked if name != "GetFolder"]


@pytest.fixture
async def reader(house: House) -> Reader:
    house.book(subject="one")
    reader = Reader(house)
    assert (await reader.look())[0] == ["one"]
    return reader


async def test_without_news_one_small_request_is_all(reader: Reader) -> None:
    for _ in range(3):
        assert await reader.look() == (None, [FEED])


async def test_a_changed_occurrence_is_seen_at_the_next_look(reader: Reader) -> None:
    """The feed tells of the series only; the calendar view of its occurrences."""
    store = reader.house.sim.store
    series = store.repeat_daily(days=3, start=NOW + HOUR, end=NOW + 2 * HOUR, subject="daily", mailbox=ANNA)
    assert (await reader.look())[0] == ["daily"] * 3 + ["one"]
    assert await reader.look() == (None, [FEED])
    store.move(series[1], NOW + timedelta(days=30))
    titles, asked = await reader.look()
    assert titles == ["daily"] * 2 + ["one"]
    assert asked[:2] == [FEED, VIEW]
    store.remove(series[2])
    assert (await reader.look())[0] == ["daily", "one"]


async def test_a_deleted_event_is_seen_at_the_next_look(reader: Reader) -> None:
    (booked,) = reader.house.sim.store.items.values()
    reader.house.sim.store.remove(booked)
    assert (await reader.look())[0] == []
    assert await reader.look() == (None, [FEED])


async def test_a_state_that_is_refused_costs_one_whole_reading(reader: Reader) -> None:
    reader.house.sim.store.generation += 1
    with pytest.raises(CursorExpired):
        await reader.look()
    reader.cursor = None
    assert (await reader.look())[0] == ["one"]
    assert await reader.look() == (None, [FEED])


async def test_a_refusal_without_a_state_has_the_same_word(reader: Reader) -> None:
    """The schema lets an error leave it out; exchangelib stumbles over that."""
    reader.house.sim.troubles.append(Trouble(operation=FEED, code="ErrorInvalidSyncStateData"))
    with pytest.raises(CursorExpired):
        await reader.look()
    reader.cursor = None
    reader.house.sim.troubles.append(Trouble(operation=FEED, code="ErrorInternalServerError"))
    with pytest.raises(Temporary):
        await reader.look()


async def test_what_the_feed_leaves_out_is_seen_within_the_hour(reader: Reader) -> None:
    reader.house.book(subject="two")
    reader.house.sim.store.journal.pop()
    reader.house.clock.instant += HOUR / 2
    assert await reader.look() == (None, [FEED])
    reader.house.clock.instant += HOUR / 2
    assert (await reader.look())[0] == ["one", "two"]
    assert await reader.look() == (None, [FEED])


async def test_what_time_brings_into_the_window_is_seen(reader: Reader) -> None:
    reader.house.book(subject="far", start=NOW + DAYS + HOUR / 2, end=NOW + DAYS + HOUR)
    assert (await reader.look())[0] == ["one"]
    reader.house.clock.instant += HOUR
    titles, _ = await reader.look()
    assert titles is not None
    assert "far" in titles


async def test_a_clock_that_is_set_back_makes_it_read(reader: Reader) -> None:
    reader.house.clock.instant -= HOUR
    assert (await reader.look())[0] is not None


async def test_a_long_list_is_followed_step_by_step(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A big folder does not hold the first listing up, and nothing is missed while its feed is caught up with."""
    monkeypatch.setattr(sync, "PAGE", 2)
    for number in range(2 * sync.PAGES + 3):
        house.book(subject=f"{number:02}")
    reader = Reader(house)
    whole = [f"{number:02}" for number in range(2 * sync.PAGES + 3)]
    titles, asked = await reader.look()
    assert titles == whole
    assert asked.count(FEED) == sync.PAGES
    titles, asked = await reader.look()
    assert titles == whole
    assert asked.count(FEED) == 2
    assert await reader.look() == (None, [FEED])


async def test_a_change_while_the_calendar_is_read_is_told_again(reader: Reader) -> None:
    """The place in the feed is taken first: better twice than never."""
    reader.house.book(subject="two")
    window = Span(start=NOW - HOUR, end=NOW + DAYS)
    async for part in reader.source.changes(ANNA, cursor=reader.cursor, window=window):
        if isinstance(part, Page):
            reader.house.book(subject="three")
        else:
            reader.cursor = part.cursor
    assert (await reader.look())[0] == ["one", "three", "two"]


async def test_the_cursor_of_another_mailbox_has_expired(reader: Reader) -> None:
    with pytest.raises(CursorExpired):
        await reader.look(BEN)


@pytest.mark.parametrize("cursor", ["", "[]", '[2, "x", "y"]', '[1, "x", "y"]', "nonsense"])
async def test_a_cursor_that_is_none_has_expired(reader: Reader, cursor: str) -> None:
    reader.cursor = cursor
    with pytest.raises(CursorExpired):
        await reader.look()
