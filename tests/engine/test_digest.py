"""The word at the end of the day: what a trial would have done, right or wrong in one tap, and when we were blind."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.house import ANNA, BEN, GUS, House, at
from noshowd.domain.followup import FollowUpKind
from noshowd.domain.verdict import Outcome
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.cards import digest
from noshowd.engine.failure import report_bad, report_good
from noshowd.ports.answers import Answer
from noshowd.ports.errors import Temporary
from noshowd.runtime import mark
from noshowd.runtime.people import ConfiguredDirectory
from noshowd.runtime.reporting import mine, verdicts
from noshowd.store import meetings, outages
from noshowd.store.database import Database

NOTICE = FollowUpKind.NOTICE
#: Half past five in Berlin is half past seven hours after ten.
EVENING = 7.5 * 60


def evening(house: House, minute: float = EVENING + 1) -> int:
    house.pass_time(minute)
    owners = ConfiguredDirectory(house.config).owners()
    watch = digest.Evening()
    return house.run(lambda conn: digest.queue(conn, house.parts, watch, owners, now=house.clock.now()))


@pytest.fixture
async def trial(database: Database) -> House:
    house = House(database, mode="shadow")
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(120)
    assert house.meeting.verdict is not None
    assert house.meeting.verdict.outcome is Outcome.THEY_ARE_MISSING
    return house


async def test_a_trial_is_told_in_the_evening_with_its_verdict(trial: House) -> None:
    assert evening(trial) == 1
    await trial.until(EVENING + 2)
    [post] = trial.sent(NOTICE)
    assert post.parcel.recipient.address == ANNA
    assert "kind message with the link" in post.parcel.text
    assert [choice.label for choice in post.parcel.choices] == ["1: Right", "1: Wrong"]


@pytest.mark.parametrize("minute", [180, 12 * 60])
async def test_not_before_the_day_is_over_nor_long_after(trial: House, minute: float) -> None:
    assert evening(trial, minute) == 0


async def test_the_same_day_is_told_once(trial: House) -> None:
    evening(trial)
    await trial.until(EVENING + 2)
    evening(trial, EVENING + 3)
    await trial.until(EVENING + 4)
    assert len(trial.sent(NOTICE)) == 1


async def _answer(house: House, *, value: str, about: str | None = None, by: str | None = ANNA) -> str:
    answer = Answer(
        answer_id=f"{value}-{by}", channel="mail", by=by, value=value, at=house.clock.now(), text=value, about=about
    )
    return await AnswerDesk(house.parts).put(answer)


@pytest.mark.parametrize(("word", "right", "wrong"), [("right", 1, 0), ("1 falsch", 0, 1), ("1. Richtig", 1, 0)])
@pytest.mark.parametrize("carrier", ["button", "link", "reply"])
async def test_the_reader_finds_it_right_or_wrong(
    trial: House, carrier: str, word: str, right: int, wrong: int
) -> None:
    evening(trial)
    await trial.until(EVENING + 2)
    [post] = trial.sent(NOTICE)
    choice = post.parcel.choices[wrong]
    if carrier == "reply":
        told = await _answer(trial, value=word, about=post.parcel.key)
    else:
        told = await _answer(trial, value=choice.value, by=None if carrier == "link" else ANNA)
    assert told == "noted"
    since, until = at(-600), at(1200)
    found = trial.run(lambda conn: verdicts(conn, since=since, until=until))
    assert (found["judged_by_people"], found["all"]["they_are_missing"]["right"]) == (1, right)
    assert found["all"]["they_are_missing"]["wrong"] == wrong
    assert found["by_source"]["meet"] == found["by_medium"]["video"] == found["all"]


async def test_who_took_no_part_cannot_judge(trial: House) -> None:
    evening(trial)
    await trial.until(EVENING + 2)
    [post] = trial.sent(NOTICE)
    assert await _answer(trial, value=post.parcel.choices[0].value, by=BEN) == "not yours to answer"
    assert await _answer(trial, value=post.parcel.choices[0].value, by=GUS) == "not yours to answer"


async def test_the_owner_hears_of_blind_hours_also_on_a_day_without_meetings(database: Database) -> None:
    house = House(database, meeting=[])
    house.pass_time(10)
    house.run(lambda conn: report_bad(conn, "source:meet", Temporary("down"), now=at(10)))
    house.run(lambda conn: report_good(conn, "source:meet", now=at(41)))
    assert evening(house) == 1
    await house.until(EVENING + 2)
    [post] = house.sent(NOTICE)
    assert 'The source "meet": from 10:10 to 10:41' in post.parcel.text


async def test_the_weekend_is_told_of_on_monday(database: Database) -> None:
    house = House(database, meeting=[])
    friday = at(-60 * 56)  # at two in the morning of Saturday
    house.run(lambda conn: outages.note(conn, "source:meet", began=friday, ended=at(-60 * 40)))
    house.run(lambda conn: outages.note(conn, "source:old", began=at(-60 * 70), ended=at(-60 * 69)))
    house.pass_time(10)
    assert evening(house) == 1
    await house.until(EVENING + 2)
    [post] = house.sent(NOTICE)
    assert 'The source "meet": from Saturday, 28 February, 2:00 to' in post.parcel.text
    assert '"old"' not in post.parcel.text, "Friday's word had it"


async def test_a_day_on_which_nobody_ran_is_told(database: Database, tmp_path: Path) -> None:
    house = House(database, meeting=[])
    house.run(lambda conn: mark.renew(conn, tmp_path, now=at(0)))
    house.pass_time(60)
    house.parts = house.open("second")
    assert evening(house) == 1
    await house.until(EVENING + 2)
    assert "noshowd: from 10:00 to 11:00" in house.sent(NOTICE)[-1].parcel.text


async def test_ones_own_meetings_and_nobody_elses(trial: House) -> None:
    since, until = at(-600), at(1200)
    assert trial.run(lambda conn: mine(conn, ANNA, since=since, until=until)) == {
        "video": {"held": 0, "moved": 0, "missed": 1, "unknown": 0}
    }
    assert trial.run(lambda conn: mine(conn, BEN, since=since, until=until)) == {}
    assert len(trial.run(lambda conn: meetings.between(conn, since, until))) == 1


async def test_the_word_of_a_broken_channel_takes_another_one(database: Database) -> None:
    house = House(database, meeting=[])
    for minute in (0, 6):
        house.pass_time(minute)
        house.run(lambda conn: report_bad(conn, "channel:chat", Temporary("down"), now=house.clock.now()))
    assert house.keep_house() == 1
    await house.until(7)
    assert [post.channel for post in house.sent(NOTICE)] == ["mail"]
