"""Two installations, each with a database of its own, on one calendar: one writes to guests, the other says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from engine.house import ANNA, GUS, MEETING, House, at
from noshowd.domain.followup import FollowUpKind, State, Withheld
from noshowd.domain.installation import LIVING, Mark, rival
from noshowd.engine.sending.alone import take_over
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError
from noshowd.store import health, installation, outages, switches
from noshowd.store.database import Database, open_database
from noshowd.story.format import ACCOUNT

COURTESY, NOTICE = FollowUpKind.COURTESY_MESSAGE, FollowUpKind.NOTICE
AUTO = {"name": "all", "when_they_are_missing": [{"after": "5 min", "send": "courtesy_message", "approval": "auto"}]}
EVA = "eva@them.example"
LATER = {
    **MEETING,
    "id": "later",
    "at": "11:00",
    "link": "https://meet.google.com/xyz-defg-hij",
    "people": [{"address": ANNA, "name": "Anna Berger"}, {"address": EVA, "name": "Eva Kunde"}],
}
SMALL, LARGE = "0" * 32, "f" * 32


class Calendar:
    """What stands in one calendar that several installations may write."""

    account = ACCOUNT

    def __init__(self) -> None:
        self.left: dict[str, Mark] = {}
        #: Happens once, when the next mark is left.
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.fails: dict[str, VendorError] = {}

    async def marks(self, _calendar: str) -> tuple[Mark, ...]:
        self._check("marks")
        return tuple(self.left.values())

    async def leave(self, _calendar: str, mark: Mark) -> None:
        self._check("leave")
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        self.left[mark.installation] = mark

    async def take_away(self, _calendar: str, installation: str) -> None:
        self.left.pop(installation, None)

    def _check(self, what: str) -> None:
        if what in self.fails:
            raise self.fails[what]


@pytest.fixture
def elsewhere() -> Iterator[Database]:
    """The database of another installation."""
    with open_database("sqlite://") as opened:
        yield opened


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


async def about_to_write(database: Database, calendar: Calendar, name: str | None = None, **story: Any) -> House:
    """The message to Gus is due in a minute, and needs nobody's consent."""
    house = House(database, marks=calendar, policy=story.pop("policy", [AUTO]), **story)
    if name is not None:
        house.run(lambda conn: switches.turn(conn, switches.INSTALLATION_ID, name, by="test", now=at(-6)))
    await house.until(-2)
    house.happen(join=ANNA, meeting="m")
    await house.until(4)
    return house


def us(house: House) -> Mark:
    found = house.run(lambda conn: installation.mark(conn, now=house.clock.now()))
    assert found is not None
    return found


def held(house: House) -> str | None:
    switch = house.run(switches.read).get(switches.SENDING_HELD)
    return None if switch is None else switch.value


async def test_exactly_one_of_two_installations_writes_and_the_other_says_so(
    memory: Database, elsewhere: Database, calendar: Calendar
):
    first = await about_to_write(memory, calendar)
    second = await about_to_write(elsewhere, calendar)
    await first.until(6)
    await second.until(6)
    assert len(first.sent(COURTESY)) == 1
    assert not second.sent(COURTESY)
    [row] = second.rows(COURTESY)
    assert (row.state, row.reason) == (State.WITHHELD, Withheld.SENDING_HELD)
    assert held(first) is None
    assert us(first).short in (held(second) or "")
    assert second.keep_house() == 1
    assert second.keep_house() == 0
    await second.until(7)
    assert us(first).short in second.sent(NOTICE)[0].parcel.text
    assert not second.run(lambda conn: outages.between(conn, at(-60), at(60))), "nobody is blind meanwhile"
    assert list(calendar.left) == [us(first).installation]


async def test_a_person_lets_the_second_one_take_over_and_the_first_one_then_says_so(
    memory: Database, elsewhere: Database, calendar: Calendar
):
    first = await about_to_write(memory, calendar, meeting=[MEETING, LATER])
    second = await about_to_write(elsewhere, calendar, meeting=[MEETING, LATER])
    await first.until(6)
    await second.until(6)
    second.keep_house()
    assert second.run(lambda conn: take_over(conn, by="test", now=second.clock.now()))
    assert second.keep_house() == 0, "whoever said so needs not be told"
    for house in (second, first):
        await house.until(20)
        house.happen(leave=ANNA, meeting="m")
        await house.until(58)
        house.happen(join=ANNA, meeting="later")
        await house.until(66)
    assert [post.parcel.recipient.address for post in second.sent(COURTESY)] == [EVA]
    assert [post.parcel.recipient.address for post in first.sent(COURTESY)] == [GUS]
    assert held(second) is None
    assert us(second).short in (held(first) or "")
    assert list(calendar.left) == [us(second).installation]
    assert first.run(lambda conn: take_over(conn, by="test", now=first.clock.now()))
    assert rival(calendar.left.values(), us(first), first.clock.now()) is None


@pytest.mark.parametrize("name", [SMALL, LARGE])
async def test_of_two_at_the_same_moment_one_waits_for_the_other_to_step_back(
    memory: Database, calendar: Calendar, name: str
):
    """The other one has looked before our mark was there, sees it after leaving its own, and takes that away again."""
    house = await about_to_write(memory, calendar, name)
    other = Mark(installation="7" * 32, left=at(5))

    async def meanwhile() -> None:
        calendar.left[other.installation] = other

    calendar.meanwhile = meanwhile
    await house.until(5.5)
    assert not house.sent(COURTESY)
    assert list(calendar.left) == [other.installation], "whoever finds another one takes its own mark away"
    assert (held(house) is None) is (name == SMALL)
    del calendar.left[other.installation]
    await house.until(7)
    assert len(house.sent(COURTESY)) == (1 if name == SMALL else 0)


async def test_one_that_goes_on_after_such_a_moment_keeps_the_other_one_back(memory: Database, calendar: Calendar):
    house = await about_to_write(memory, calendar, SMALL)
    other = Mark(installation=LARGE, left=at(5))

    async def meanwhile() -> None:
        calendar.left[LARGE] = other

    calendar.meanwhile = meanwhile
    await house.until(7)
    assert not house.sent(COURTESY)
    assert held(house) is not None
    assert calendar.left == {LARGE: other}


async def test_a_mark_that_was_not_renewed_for_two_weeks_holds_nobody_back(memory: Database, calendar: Calendar):
    calendar.left[LARGE] = Mark(installation=LARGE, left=at(5) - LIVING)
    house = await about_to_write(memory, calendar)
    await house.until(6)
    assert len(house.sent(COURTESY)) == 1
    assert list(calendar.left) == [us(house).installation]


async def test_our_own_mark_is_left_once_a_day(memory: Database, calendar: Calendar):
    house = await about_to_write(memory, calendar)
    ours = us(house)
    calendar.left[ours.installation] = Mark(installation=ours.installation, left=at(-60))
    calendar.fails["leave"] = Permanent("it is not left again")
    await house.until(6)
    assert len(house.sent(COURTESY)) == 1


async def test_a_renewal_that_fails_keeps_nothing_back(memory: Database, calendar: Calendar):
    house = await about_to_write(memory, calendar)
    ours = us(house)
    calendar.left[ours.installation] = Mark(installation=ours.installation, left=at(5) - timedelta(days=3))
    calendar.fails["leave"] = Temporary("not now")
    await house.until(6)
    assert len(house.sent(COURTESY)) == 1


async def test_a_calendar_that_cannot_be_asked_now_keeps_the_message_back(memory: Database, calendar: Calendar):
    calendar.fails["marks"] = Temporary("not now")
    house = await about_to_write(memory, calendar)
    await house.until(6)
    [row] = house.rows(COURTESY)
    assert (row.state, row.reason) == (State.WITHHELD, Withheld.CANNOT_RECHECK)
    assert held(house) is None


@pytest.mark.parametrize("error", [Permanent("403 no"), CredentialsLost("scope not granted")])
async def test_where_no_mark_may_be_left_messages_go_and_our_side_is_told(
    memory: Database, calendar: Calendar, error: VendorError
):
    calendar.fails["leave"] = error
    house = await about_to_write(memory, calendar)
    await house.until(6)
    assert len(house.sent(COURTESY)) == 1
    [part] = [one for one in house.run(health.read) if one.part == f"{health.MARKS}{ACCOUNT}"]
    assert (part.state, part.last_error) == (health.Condition.STOPPED, error.reason)


@pytest.mark.parametrize("quiet", [{"mode": "shadow"}, {"policy": [{**AUTO, "when_they_are_missing": []}]}])
async def test_only_what_writes_to_guests_leaves_a_mark(memory: Database, calendar: Calendar, quiet: dict):
    house = await about_to_write(memory, calendar, **quiet)
    await house.until(10)
    assert not calendar.left


async def test_a_pause_leaves_no_mark(memory: Database, calendar: Calendar):
    house = await about_to_write(memory, calendar)
    house.run(lambda conn: switches.turn(conn, switches.PAUSED, "yes", by="test", now=at(4)))
    await house.until(8)
    assert not calendar.left
