"""What nobody uses just now is tried now and then: how often, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from engine.house import House, at
from noshowd.engine.alerts import LASTING
from noshowd.ports.check import Finding, Grade
from noshowd.runtime.conditions import Conditions
from noshowd.runtime.rounds import Rounds, to_be_tried
from noshowd.store import health
from noshowd.store.database import Database, open_database
from noshowd.store.health import Condition
from runtime.turning import TurningClock, state_of


@pytest.fixture
def database() -> Iterator[Database]:
    with open_database("sqlite://") as opened:
        yield opened


async def test_a_token_that_nobody_uses_is_tried_every_hour(database: Database):
    house = House(database, meeting=[], begins=0)
    grades = [Grade.GOOD, Grade.BAD]
    tried_at = []

    async def check() -> list[Finding]:
        tried_at.append((house.clock.now() - at(0)).total_seconds())
        someone = Finding(grade=Grade.BAD, what="ben@us.example in Slack", says="users_not_found")
        return [Finding(grade=grades[len(tried_at) - 1], what="bot token", says="token_revoked"), someone]

    trials = to_be_tried({"channel chat": check, "account work": check, "presence box": check}, {"source:box"})
    assert set(trials) == {"trial:channel:chat"}, "the others are heard all the time"
    clock = TurningClock(house, 2)
    rounds = asyncio.create_task(Rounds(trials, Conditions(house.database, clock), clock).run())
    await clock.asleep.wait()
    rounds.cancel()
    assert state_of(house, "trial:channel:chat") == (Condition.STOPPED, "bot token: token_revoked")
    assert tried_at == [120, 3720]
    house.run(lambda conn: health.record(conn, "channel:chat", Condition.STOPPED, now=at(62), error="token_revoked"))
    house.pass_time(63)
    assert house.keep_house() == 1, "what was tried and what was used are one trouble"
    await house.until(64)
    assert {post.channel for post in house.posts} == {"mail"}


async def test_what_a_person_mends_is_known_to_work_again_ten_minutes_later(database: Database):
    house = House(database, meeting=[], begins=0)
    words = [Grade.BAD, Grade.GOOD, Grade.GOOD]
    tried_at = []

    async def check() -> list[Finding]:
        tried_at.append((house.clock.now() - at(0)).total_seconds())
        return [Finding(grade=words[len(tried_at) - 1], what="bot token")]

    clock = TurningClock(house, 3)
    rounds = asyncio.create_task(Rounds({"trial:channel:chat": check}, Conditions(house.database, clock), clock).run())
    await clock.asleep.wait()
    rounds.cancel()
    assert tried_at == [120, 720, 4320]
    assert state_of(house, "trial:channel:chat") == (Condition.WELL, "bot token")


async def test_an_outage_that_a_trial_meets_is_tried_again_before_it_is_told(database: Database):
    house = House(database, meeting=[], begins=0)
    tries = 0

    async def check() -> list[Finding]:
        nonlocal tries
        tries += 1
        return [Finding(grade=Grade.UNREACHED if tries == 1 else Grade.GOOD, what="sign-in")]

    clock = TurningClock(house, 2)
    rounds = asyncio.create_task(Rounds({"trial:source:box": check}, Conditions(house.database, clock), clock).run())
    await clock.asleep.wait()
    rounds.cancel()
    assert house.clock.now() - at(0) < LASTING
    assert state_of(house, "trial:source:box") == (Condition.WELL, "sign-in")
