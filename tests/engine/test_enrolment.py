"""People are told that they are watched, leave and come back by themselves; while they are away nobody looks."""

from __future__ import annotations

from engine.house import ANNA, BEN, House
from noshowd.domain.followup import FollowUpKind
from noshowd.domain.verdict import Outcome
from noshowd.engine import enrolment
from noshowd.engine.answers.choices import Verb
from noshowd.ports.channel import Choice
from noshowd.store import evidence
from noshowd.store.database import Database

NOTICE = FollowUpKind.NOTICE


async def welcomed(house: House) -> list[Choice]:
    """Everybody is told; the buttons under Anna's word."""
    house.run(lambda conn: enrolment.welcome(conn, house.parts, now=house.clock.now()))
    await house.until(-5)
    told = {post.parcel.recipient.address: post.parcel for post in house.sent(NOTICE)}
    assert told.keys() == {ANNA, BEN}
    return list(told[ANNA].choices)


async def test_everybody_is_told_once(database: Database) -> None:
    house = House(database)
    assert [choice.label for choice in await welcomed(house)] == ["Take me out"]
    assert house.run(lambda conn: enrolment.welcome(conn, house.parts, now=house.clock.now())) == 0


async def test_nobody_looks_into_the_meetings_of_who_has_left(database: Database) -> None:
    house = House(database)
    await welcomed(house)
    nth = [row.followup.key.person for row in house.rows(NOTICE)].index(ANNA)
    assert await house.press(Verb.LEAVE, NOTICE, nth=nth) == "noted"
    house.happen(join=ANNA)
    await house.until(90)
    key, round_ = house.meeting.id
    noted = house.run(lambda conn: evidence.history(conn, key, round_))
    assert noted == [], "not even that Anna was there"
    assert house.meeting.verdict is None or house.meeting.verdict.outcome is not Outcome.THEY_ARE_MISSING
    assert {post.parcel.recipient.address for post in house.posts} == {ANNA, BEN}, "no word to the guest"


async def test_who_comes_back_is_watched_again(database: Database) -> None:
    house = House(database)
    await welcomed(house)
    nth = [row.followup.key.person for row in house.rows(NOTICE)].index(ANNA)
    await house.press(Verb.LEAVE, NOTICE, nth=nth)
    await house.until(-4)
    left = house.sent(NOTICE)[-1].parcel
    assert [choice.label for choice in left.choices] == ["Watch again"]
    nth = [row.key for row in house.rows(NOTICE)].index(left.key)
    assert await house.press(Verb.COME_BACK, NOTICE, nth=nth) == "noted"
    await house.until(-3)
    back = house.sent(NOTICE)[-1].parcel
    assert [choice.label for choice in back.choices] == ["Take me out"], "it is said, and how to leave once more"
    house.happen(join=ANNA)
    await house.until(90)
    assert house.meeting.verdict is not None
    assert house.meeting.verdict.outcome is Outcome.THEY_ARE_MISSING
