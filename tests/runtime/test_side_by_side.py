"""A vendor that does not answer holds up what waits for it, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

import pytest

from engine.house import LINK, MEETING, MINUTE, House, at
from noshowd.domain.evidence import Observation, SourceTraits
from noshowd.domain.meeting import Meeting
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.turn import next_due
from noshowd.runtime.loops import Worker
from noshowd.runtime.side_by_side import SideBySide
from noshowd.store.database import Database
from noshowd.story.clock import FakeClock
from runtime.turning import comes_true

ZOOM = "https://zoom.us/j/93456789012"


class Watcher:
    """Sees the rooms behind one link; while `hangs` it does not answer."""

    def __init__(self, name: str, link: str) -> None:
        self.traits = SourceTraits(name=name, keeps_history=True)
        self._link = link
        self.answers = asyncio.Event()
        self.asked: list[datetime] = []

    def sees(self, meeting: Meeting) -> bool:
        return meeting.place.url == self._link

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        self.asked.append(now)
        await self.answers.wait()
        return Observation()


async def test_a_source_that_does_not_answer_keeps_no_other_from_being_asked(database: Database):
    silent, quick = Watcher("zoom", ZOOM), Watcher("meet", LINK)
    house = House(database, meeting=[{**MEETING, "id": "z", "link": ZOOM}, {**MEETING, "at": "10:00:20"}])
    house.presences.clear()
    house.presences.update({"zoom": silent, "meet": quick})
    house.parts = house.open("first")
    await house.until(-1)
    quick.answers.set()
    running = asyncio.create_task(Worker(house.parts, box=AnswerDesk(house.parts))._loop("observe"))
    await due(house)
    await comes_true(lambda: bool(silent.asked))
    assert not quick.asked
    await due(house)
    await comes_true(lambda: bool(quick.asked))
    assert len(silent.asked) == 1
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def due(house: House) -> None:
    """Time passes until another look is due."""
    at = await next_due(house.parts, "observe")
    assert at is not None
    house.clock.set(at)


class Rounds:
    """Rounds that last until they are let go."""

    def __init__(self) -> None:
        self.begun = 0
        self._ends: list[asyncio.Future[int]] = []

    async def __call__(self) -> int:
        self.begun += 1
        self._ends.append(asyncio.get_running_loop().create_future())
        return await self._ends[-1]

    def end(self, number: int, answer: int | Exception) -> None:
        if isinstance(answer, Exception):
            self._ends[number].set_exception(answer)
        else:
            self._ends[number].set_result(answer)


def answering(answer: int) -> Callable[[], Awaitable[int]]:
    async def work() -> int:
        return answer

    return work


async def test_a_round_that_lasts_goes_on_by_itself_and_the_next_one_answers_for_itself():
    slow = Rounds()
    async with asyncio.TaskGroup() as group:
        rounds = SideBySide(group, FakeClock(at(0)), at_most=2, no_later_than=MINUTE, moment=0.01)
        assert await rounds.another(slow) == 0
        assert await rounds.another(answering(7)) == 7
        slow.end(0, 3)


async def test_what_an_earlier_round_met_is_raised_to_whoever_begins_the_next():
    slow = Rounds()
    async with asyncio.TaskGroup() as group:
        rounds = SideBySide(group, FakeClock(at(0)), at_most=2, no_later_than=MINUTE, moment=0.01)
        await rounds.another(slow)
        slow.end(0, KeyError("nobody foresaw that"))
        with pytest.raises(KeyError):
            await rounds.another(answering(1))
        assert await rounds.another(answering(2)) == 2, "it is raised once"


async def settled() -> None:
    """Whatever can go on without anything from outside has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_that_goes_on_alone_is_waited_for():
    slow = Rounds()
    async with asyncio.TaskGroup() as group:
        rounds = SideBySide(group, FakeClock(at(0)), at_most=1, no_later_than=MINUTE, moment=0.01)
        first = asyncio.create_task(rounds.another(slow))
        await asyncio.wait({first}, timeout=0.05)
        assert not first.done()
        slow.end(0, 3)
        assert await first == 3


@pytest.mark.parametrize(
    ("at_most", "passes"),
    [
        pytest.param(2, 0, id="there are as many as there may be"),
        pytest.param(9, 1, id="what an older one holds could be claimed again"),
    ],
)
async def test_no_round_begins_while(at_most: int, passes: float):
    slow, clock = Rounds(), FakeClock(at(0))
    async with asyncio.TaskGroup() as group:
        rounds = SideBySide(group, clock, at_most=at_most, no_later_than=MINUTE, moment=0.01)
        assert await rounds.another(slow) == 0
        assert await rounds.another(slow) == 0
        clock.set(at(passes))
        waiting = asyncio.create_task(rounds.another(answering(5)))
        await settled()
        assert not waiting.done()
        slow.end(0, 3)
        if passes:
            await settled()
            assert not waiting.done(), "the other one is as late"
        slow.end(1, 3)
        assert await waiting == 5
