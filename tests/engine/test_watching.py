"""A vendor tells us of changes: what is told is read at once, and nobody relies on a channel that never spoke."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from engine.feed import Feed, Listing, entry, page
from engine.house import ANNA, House, at
from noshowd.engine.calendars.sync import sync_due
from noshowd.engine.calendars.watching import heed, tell_of_silence
from noshowd.ports.calendar import Promise
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError
from noshowd.ports.webhook import Signal
from noshowd.store import calendars, health, watches
from noshowd.store.calendars import CalendarState
from noshowd.store.database import Database
from noshowd.store.health import Condition
from noshowd.story.format import ACCOUNT

QUIET: Listing = ((), "2")
NET = timedelta(minutes=30)


class Watcher:
    """A vendor that promises what it is asked for, at most `longest`, or refuses."""

    account = ACCOUNT

    def __init__(self, *, longest: timedelta = timedelta(days=7)) -> None:
        self.longest = longest
        self.refusal: VendorError | None = None
        self.opened: list[str] = []
        self.ended: list[str] = []
        self.began: datetime = at(0)

    async def watch(self, calendar: str, *, channel: str, until: datetime) -> Promise:
        assert calendar == ANNA
        self.opened.append(channel)
        if self.refusal is not None:
            raise self.refusal
        return Promise(until=min(until, self.began + self.longest), ref=f"handle of {channel}")

    async def unwatch(self, calendar: str, *, channel: str, ref: str) -> None:
        assert (calendar, ref) == (ANNA, f"handle of {channel}")
        self.ended.append(channel)


class Firm:
    """A house whose calendar is watched."""

    def __init__(self, database: Database, *listings: Listing, watcher: Watcher | None = None) -> None:
        self.feed = Feed((page(entry("a")), "1"), *(listings or (QUIET,)))
        self.watcher = watcher or Watcher()
        self.house = House(database, calendar=self.feed)
        self.parts = replace(self.house.parts, watchers={ACCOUNT: self.watcher})
        self.watcher.began = self.house.clock.now()

    @property
    def state(self) -> CalendarState:
        [found] = self.house.run(calendars.states)
        return found

    def due_in(self) -> timedelta:
        assert self.state.next_look_at is not None
        return self.state.next_look_at - self.house.clock.now()

    async def speak(self, *, changed: bool = False, channel: str | None = None) -> None:
        await heed(self.parts, Signal(channel=channel or self.watcher.opened[-1], changed=changed))

    async def look(self, minute: float) -> None:
        """The calendar is due at that minute, and is read."""
        self.house.pass_time(minute)
        now = self.house.clock.now()
        self.house.run(lambda conn: calendars.look_now(conn, ACCOUNT, ANNA, now=now))
        await sync_due(self.parts)

    def relies(self) -> bool:
        return timedelta(minutes=25) < self.due_in() < timedelta(minutes=35)


async def test_a_channel_is_relied_upon_once_it_has_spoken(database: Database):
    firm = Firm(database)
    await sync_due(firm.parts)
    assert not firm.relies()
    await firm.speak()
    await firm.look(0)
    assert firm.relies()
    assert len(firm.watcher.opened) == 1


async def test_what_is_told_is_read_at_once_and_several_words_are_one_look(database: Database):
    firm = Firm(database)
    await sync_due(firm.parts)
    await firm.speak()
    await firm.look(0)
    for _ in range(5):
        await firm.speak(changed=True)
    assert firm.due_in() == timedelta(seconds=2)
    assert len(firm.feed.asked) == 2


async def test_a_word_that_comes_while_the_calendar_is_read_leads_to_another_look(database: Database):
    firm = Firm(database)
    await sync_due(firm.parts)
    now = firm.house.clock.now()
    await firm.look(0)
    firm.house.run(
        lambda conn: calendars.claim_due(
            conn, now=firm.house.clock.now() + NET, lease=timedelta(minutes=9), limit=1, worker="w"
        )
    )
    await firm.speak(changed=True)
    assert firm.state.next_look_at is not None
    assert now <= firm.state.next_look_at <= firm.house.clock.now() + timedelta(seconds=2)


async def test_a_stranger_moves_nothing(database: Database):
    firm = Firm(database)
    await sync_due(firm.parts)
    before = firm.state
    await firm.speak(changed=True, channel="nobody knows it")
    assert firm.state == before


async def test_a_channel_is_replaced_before_its_end_and_the_old_one_ended_once_the_new_one_speaks(database: Database):
    firm = Firm(database, watcher=Watcher(longest=timedelta(hours=8)))
    await sync_due(firm.parts)
    await firm.speak()
    firm.house.pass_time(5 * 60)
    await firm.look(5 * 60)
    assert len(firm.watcher.opened) == 1
    firm.watcher.began = at(6 * 60)
    await firm.look(6 * 60)
    first, second = firm.watcher.opened
    assert not firm.watcher.ended
    await firm.speak(channel=second)
    await firm.look(6 * 60 + 30)
    assert firm.watcher.ended == [first]
    assert [one.channel for one in firm.house.run(lambda conn: watches.of_calendar(conn, ACCOUNT, ANNA))] == [second]
    assert firm.relies()


async def test_near_its_end_a_channel_is_not_relied_upon_beyond_it(database: Database):
    firm = Firm(database, watcher=Watcher(longest=timedelta(hours=1)))
    await sync_due(firm.parts)
    await firm.speak()
    firm.watcher.refusal = Temporary("not now")
    await firm.look(44)
    assert firm.due_in() <= timedelta(minutes=10)
    await firm.look(60)
    assert not firm.relies()


async def test_a_refused_channel_costs_speed_alone_and_is_asked_for_again_after_hours(database: Database):
    for refusal in (Permanent("push.webhookUrlUnauthorized"), CredentialsLost("revoked"), Temporary("503")):
        firm = Firm(database)
        firm.watcher.refusal = refusal
        firm.house.run(lambda conn: watches.forget(conn, _channels(conn)))
        await sync_due(firm.parts)
        await firm.look(0)
        await firm.look(60)
        assert firm.state.failures == 0
        assert len(firm.watcher.opened) == 1
        await firm.look(6 * 60)
        assert len(firm.watcher.opened) == 2
        assert not firm.relies()


async def test_changes_that_are_not_told_are_told_to_our_side_until_they_are(database: Database):
    firm = Firm(database, watcher=Watcher())
    firm.watcher.refusal = Permanent("the domain is not verified")

    def condition() -> Condition | None:
        now = firm.house.clock.now()
        firm.house.run(lambda conn: tell_of_silence(conn, firm.parts, now=now))
        return next((one.state for one in firm.house.run(health.read) if one.part == f"push:{ACCOUNT}"), None)

    await firm.look(0)
    assert condition() is None, "it has only just been asked for"
    await firm.look(70)
    assert condition() is Condition.FAILING
    firm.watcher.refusal = None
    await firm.look(6 * 60 + 1)
    assert condition() is Condition.FAILING, "the new one has not spoken yet"
    await firm.speak()
    assert condition() is Condition.WELL
    firm.house.pass_time(8 * 24 * 60)
    assert condition() is Condition.FAILING, "it has run out, and nobody has asked for another"


def _channels(conn) -> list[str]:
    return [one.channel for one in watches.of_calendar(conn, ACCOUNT, ANNA)]


async def test_a_channel_that_missed_a_change_is_deaf_until_another_has_spoken(database: Database):
    told, untold = entry("told", updated=at(10)), entry("untold", updated=at(40))
    firm = Firm(database, QUIET, (page(told), "3"), (page(untold), "4"), QUIET)
    await sync_due(firm.parts)
    await firm.speak()
    await firm.look(0)
    firm.house.pass_time(10)
    await firm.speak(changed=True)
    await firm.look(20)
    assert firm.relies()
    with structlog.testing.capture_logs() as logs:
        await firm.look(50)
    assert "watch_deaf" in {one["event"] for one in logs}
    assert not firm.relies()
    await firm.speak()
    await firm.look(53)
    assert not firm.relies(), "it was heard too late to be believed again"
    assert len(firm.watcher.opened) == 1, "and is too young to be replaced already"
    await firm.look(60)
    first, second = firm.watcher.opened
    assert not firm.relies(), "the new one has not spoken yet"
    await firm.speak(channel=second)
    await firm.look(63)
    assert firm.relies()
    assert firm.watcher.ended == [first]


async def test_what_changed_a_moment_ago_may_still_be_told(database: Database):
    firm = Firm(database, QUIET, (page(entry("new", updated=at(49))), "3"), QUIET)
    await sync_due(firm.parts)
    await firm.speak()
    await firm.look(0)
    await firm.look(50)
    assert firm.relies()


async def test_without_a_watcher_nothing_is_asked_of_anybody(database: Database):
    firm = Firm(database)
    await sync_due(firm.house.parts)
    assert firm.watcher.opened == []
