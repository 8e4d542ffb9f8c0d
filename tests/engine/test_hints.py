"""Whoever is in some call is not asked about a meeting until that is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.house import ANNA, House
from noshowd.domain.followup import FollowUpKind
from noshowd.ports.errors import Temporary
from noshowd.store import health
from noshowd.store.database import Database
from noshowd.store.health import Condition

QUESTION = FollowUpKind.QUESTION


class Hints:
    """What a source of hints says, or that it cannot say anything."""

    name = "presence"

    def __init__(self) -> None:
        self.busy: frozenset[str] = frozenset()
        self.broken = False
        self.asked = 0

    async def in_a_call(self, addresses: frozenset[str]) -> frozenset[str]:
        self.asked += 1
        if self.broken:
            raise Temporary("it is down")
        return addresses & self.busy


@pytest.fixture
def hints() -> Hints:
    return Hints()


@pytest.fixture
def unseen(database: Database, hints: Hints) -> House:
    """Nobody is seen in the room: a question once that is sure."""
    house = House(database)
    house.parts = replace(house.parts, hints=(hints,))
    return house


async def test_a_question_waits_until_the_other_call_is_over(unseen: House, hints: Hints):
    hints.busy = frozenset({ANNA})
    await unseen.until(20)
    assert unseen.rows(QUESTION)
    assert not unseen.sent(QUESTION)
    hints.busy = frozenset()
    await unseen.until(40)
    assert [post.parcel.recipient.address for post in unseen.sent(QUESTION)] == [ANNA]


async def test_a_hint_that_cannot_be_had_is_none(unseen: House, hints: Hints):
    hints.broken = True
    await unseen.until(20)
    assert hints.asked
    assert unseen.sent(QUESTION)
    told = {one.part: one.state for one in unseen.run(health.read)}
    assert told[f"hint:{hints.name}"] is Condition.FAILING
