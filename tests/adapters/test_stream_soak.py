"""Many random days on the wires of a FRITZ!Box and an Asterisk: lines cut in the middle, said again, connections lost.

Whatever happens: talk is never overstated, a talk is never told as an unanswered call, and a talk that lies wholly in
what the source covers was told.
"""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from adapters.asterisk.asterisk_world import AsteriskWorld
from adapters.fritzbox.fritzbox_world import FritzboxWorld
from contract.call_suite import GUEST, OUR_LINE, SECOND, STRANGER
from contract.source_suite import OPENING
from noshowd.domain.evidence import CallRecord, CallResult, Direction, Observation
from noshowd.ports.errors import Temporary

_TALKS = (CallResult.ANSWERED, CallResult.TALKING)
_UNANSWERED = (CallResult.NO_ANSWER, CallResult.BUSY, CallResult.REJECTED, CallResult.FAILED)


@dataclass(slots=True)
class Truth:
    """One call as it really was."""

    handle: Any
    direction: Direction
    number: str | None
    began: datetime
    answered: datetime | None = None
    ended: datetime | None = None


class Day:
    """A world and the truth about it."""

    def __init__(self, world: FritzboxWorld | AsteriskWorld, chance: Random) -> None:
        self.world = world
        self.chance = chance
        self.up = True
        self.calls: list[Truth] = []

    async def run(self, steps: int) -> None:
        for _ in range(steps):
            self.world.now += timedelta(seconds=self.chance.choice((1, 7, 40, 130, 400)))
            happening = self.chance.choices(
                (self.ring, self.go_on, self.go_on, self.say_again, self.cut, self.mend), (5, 6, 6, 2, 1, 4)
            )[0]
            await happening()
        while not self.up:
            await self.mend()

    async def said(self, saying: Awaitable[Any]) -> Any:
        """Heard where somebody listens, else lost."""
        return await (self.world.heard(saying) if self.up else saying)

    async def ring(self) -> None:
        if sum(call.ended is None for call in self.calls) >= 6:
            return
        direction, number = self.chance.choice(list(Direction)), self.chance.choice((GUEST, STRANGER, None))
        if direction is Direction.OUT and number is None:
            number = GUEST
        server: Any = self.world.server
        if isinstance(self.world, FritzboxWorld):
            own, other = "23714480", "" if number is None else "0" + number[3:]
            saying = server.ring(other, own) if direction is Direction.IN else server.dial(own, other)
        else:
            ends = ["" if number is None else "0" + number[3:], "0" + OUR_LINE[3:]]
            saying = server.ring(*(ends if direction is Direction.IN else ends[::-1]))
        handle = await self.said(saying)
        self.calls.append(Truth(handle=handle, direction=direction, number=number, began=self.world.now))

    async def go_on(self) -> None:
        living = [call for call in self.calls if call.ended is None]
        if not living:
            return
        call, server = self.chance.choice(living), self.world.server
        if call.answered is None and self.chance.random() < 0.6:
            connect: Any = server.connect if hasattr(server, "connect") else server.answer
            await self.said(connect(call.handle))
            call.answered = self.world.now
            return
        end: Any = server.disconnect if hasattr(server, "disconnect") else server.hang_up
        await self.said(end(call.handle))
        call.ended = self.world.now

    async def say_again(self) -> None:
        said = self.world.server.said
        if said and self.up:
            await self.world.heard(self.world.server.say(said[-1]))

    async def cut(self) -> None:
        """The connection ends in the middle of a line."""
        if not self.up:
            return
        unfinished = self.chance.choice((b"", b"10.03.26 09:0", b"Event: Newcha"))
        before = self.world.woken
        await self.world.server.drop(unfinished)
        await self.world.until(lambda: self.world.woken > before)
        self.up = False

    async def mend(self) -> None:
        if not self.up:
            await self.world.reconnect()
            self.up = True

    def check(self, seen: Observation) -> None:
        for told in seen.calls:
            if told.result is CallResult.UNCLEAR:
                # claims nothing
                continue
            truths = [truth for truth in self.calls if self.may_be(truth, told)]
            assert truths, told
            assert told.talked(self.world.now) <= max(map(self.talk, truths)) + SECOND
            if told.result in _UNANSWERED:
                assert any(truth.answered is None for truth in truths), told
        for truth in self.calls:
            if truth.answered is not None and any(self.inside(truth, c.span.start, c.span.end) for c in seen.coverages):
                assert any(self.is_told(truth, told) for told in seen.calls), truth

    def talk(self, truth: Truth) -> timedelta:
        return timedelta(0) if truth.answered is None else (truth.ended or self.world.now) - truth.answered

    def inside(self, truth: Truth, start: datetime, end: datetime) -> bool:
        return start <= truth.began and (truth.ended or self.world.now) <= end

    def may_be(self, truth: Truth, told: CallRecord) -> bool:
        until = told.ended or self.world.now
        return truth.number == told.their_number and truth.began <= until and told.began <= (truth.ended or until)

    def is_told(self, truth: Truth, told: CallRecord) -> bool:
        same = told.their_number == truth.number and told.result in (*_TALKS, CallResult.UNCLEAR)
        return same and abs(told.began - truth.began) <= SECOND


@pytest.mark.soak
@pytest.mark.parametrize("kind", [FritzboxWorld, AsteriskWorld])
async def test_random_days_never_accuse_anybody(kind, soak_rounds: int, soak_seed: int) -> None:
    for turn in range(soak_rounds):
        chance = Random(f"{soak_seed}-{turn}")
        # a short time of uncertainty, so that there is something to be held to
        async with kind(unseen_calls=timedelta(minutes=chance.choice((1, 20)))) as world:
            day = Day(world, chance)
            await day.run(120)
            with suppress(Temporary):
                day.check(await world.look(OPENING - timedelta(hours=1)))
