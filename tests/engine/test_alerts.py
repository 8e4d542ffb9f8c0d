"""Never silently blind: a part that fails is told to our side once, again every day, and when it is back."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.house import ANNA, House, at
from noshowd.domain.followup import FollowUpKind
from noshowd.engine.alerts import let_go
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.failure import report_bad, report_good
from noshowd.ports.errors import CredentialsLost, Temporary
from noshowd.store import health, outages
from noshowd.store.database import Database

NOTICE = FollowUpKind.NOTICE
DAY = 24 * 60


def fails(house: House, minute: float, error: Temporary | CredentialsLost | None = None) -> None:
    house.pass_time(minute)
    house.run(lambda conn: report_bad(conn, "source:meet", error or Temporary("down"), now=at(minute)))


def _clock(minute: float) -> str:
    """As the text has it: the hour without a leading zero."""
    local = at(minute).astimezone(ZoneInfo("Europe/Berlin"))
    return f", {local.hour}:{local:%M}"


def works(house: House, minute: float) -> None:
    house.pass_time(minute)
    house.run(lambda conn: report_good(conn, "source:meet", now=at(minute)))


async def test_a_short_failure_is_nobodys_concern(database: Database):
    house = House(database, meeting=[])
    fails(house, 0)
    fails(house, 4)
    assert house.keep_house() == 0


async def test_a_lasting_failure_is_told_once(database: Database):
    house = House(database, meeting=[])
    fails(house, 0)
    fails(house, 6)
    assert house.keep_house() == 1
    assert house.keep_house() == 0
    await house.until(7)
    assert [post.parcel.recipient.address for post in house.sent(NOTICE)] == [ANNA]


async def test_what_is_told_names_when_it_began_and_not_when_it_was_told(database: Database):
    house = House(database, meeting=[])
    fails(house, 0)
    fails(house, 6)
    house.keep_house()
    await house.until(7)
    (post,) = house.sent(NOTICE)
    assert _clock(0) in post.parcel.text
    assert _clock(6) not in post.parcel.text


async def test_what_needs_a_person_is_told_at_once(database: Database):
    house = House(database, meeting=[])
    fails(house, 0, CredentialsLost("the token was withdrawn"))
    assert house.keep_house() == 1


async def test_it_is_told_again_every_day_while_it_lasts(database: Database):
    house = House(database, meeting=[])
    fails(house, 0, CredentialsLost("the token was withdrawn"))
    told = []
    for hour in range(0, 72, 6):
        house.pass_time(hour * 60 + 1)
        told.append(house.keep_house())
    assert sum(told) == 3


async def test_recovery_is_told_once_and_only_if_the_failure_was(database: Database):
    house = House(database, meeting=[])
    fails(house, 0)
    works(house, 1)
    assert house.keep_house() == 0
    fails(house, 10, CredentialsLost("withdrawn"))
    house.keep_house()
    works(house, 20)
    assert house.keep_house() == 1
    assert house.keep_house() == 0
    await house.until(21)
    first, second = (post.parcel.text for post in house.sent(NOTICE))
    assert first != second


async def test_a_part_that_fails_again_after_recovery_is_told_again(database: Database):
    house = House(database, meeting=[])
    for minute in (0, 60):
        fails(house, minute, CredentialsLost("withdrawn"))
        assert house.keep_house() == 1
        works(house, minute + 30)
        assert house.keep_house() == 1


async def test_the_notice_about_a_channel_goes_through_the_other_one(database: Database):
    house = House(database)
    await house.until(-2)
    house.happen(join=ANNA)
    house.happen(lost="chat")
    await house.until(5)
    house.keep_house()
    await house.until(6)
    assert {post.channel for post in house.sent(NOTICE)} == {"mail"}


async def test_answers_that_are_not_heard_are_told_through_another_channel(database: Database):
    house = House(database)
    desk = AnswerDesk(house.parts)
    await desk.heard("chat")
    for minute in (0, 6):
        house.pass_time(minute)
        await desk.heard("chat", Temporary("nobody answers there"))
    assert house.keep_house() == 1
    await house.until(7)
    assert {post.channel for post in house.sent(NOTICE)} == {"mail"}
    await desk.heard("chat")
    assert house.keep_house() == 1, "and that they are heard again"


async def test_what_the_configuration_no_longer_has_is_no_trouble_any_more(database: Database):
    house = House(database, meeting=[])
    fails(house, 0, CredentialsLost("withdrawn"))
    assert house.keep_house() == 1

    def renew(conn: sa.Connection) -> None:
        let_go(conn, health.keep(conn, ["source:another"]), now=at(60))

    house.run(renew)
    house.pass_time(2 * DAY)
    assert house.keep_house() == 0, "nobody is reminded"
    assert house.run(health.read) == []
    assert [one.ended for one in house.run(lambda conn: outages.between(conn, at(0), at(DAY)))] == [at(60)]
