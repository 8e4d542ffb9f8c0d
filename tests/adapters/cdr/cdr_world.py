"""The contract's telephone world, made of a simulated switchboard that writes rows and the real adapter."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE, CallWorld
from contract.source_suite import OPENING
from noshowd.adapters.cdr.presence import CdrSource
from noshowd.adapters.cdr.settings import CdrSettings
from noshowd.demo.vendors.cdr.switchboard import BoardCall, Switchboard
from noshowd.domain.evidence import Direction
from noshowd.reading.numbers import NumberFormat, Numbering, normalise

NUMBERING = Numbering(format=NumberFormat.NATIONAL, region="DE", area="089")


def e164(written: str) -> str | None:
    return normalise(written, NUMBERING)


def national(number: str | None) -> str:
    return "anonymous" if number is None else "0" + number.removeprefix("+49")


class CdrWorld(CallWorld):
    """Yesterday both lines were used, so that the table is known to show them. One of them is written as extension."""

    source: CdrSource

    def __init__(self, place: Path, *, silent: bool = False, **settings: Any) -> None:
        self.now = OPENING - timedelta(days=1)
        self.board = Switchboard(place, lambda: self.now)
        where: dict[str, Any] = {"files": (place,)} if place.suffix == ".csv" else {"database": f"sqlite:///{place}"}
        given: dict[str, Any] = {
            "lines": frozenset({OUR_LINE, OTHER_LINE}),
            "extensions": {"201": OTHER_LINE},
            **where,
        }
        self.source = CdrSource(CdrSettings(**(given | settings)), e164)
        for line in () if silent else (OUR_LINE, OTHER_LINE):
            self.board.hang_up(self.board.ring(self.own(line), national(GUEST)))
        self.now = OPENING

    def own(self, line: str) -> str:
        return "201" if line == OTHER_LINE else national(line)

    async def ring(self, direction: Direction, number: str | None, line: str = OUR_LINE) -> BoardCall:
        ends = (national(number), self.own(line))
        return self.board.ring(*(ends if direction is Direction.IN else reversed(ends)))

    async def answer(self, call: BoardCall) -> None:
        self.board.answer(call)

    async def hang_up(self, call: BoardCall) -> None:
        self.board.hang_up(call)

    async def mailbox(self, call: BoardCall) -> bool:
        self.board.answer(call, application="VoiceMail")
        return True

    async def busy(self) -> bool:
        call = await self.ring(Direction.OUT, GUEST)
        call.disposition = "BUSY"
        await self.hang_up(call)
        return True

    async def outage(self) -> None:
        self.board.place.rename(self._aside)

    async def recover(self) -> None:
        self._aside.rename(self.board.place)

    async def nonsense(self) -> bool:
        self.board.place.write_bytes(b"<html>not what you think</html>\n" * 200)
        return True

    @property
    def _aside(self) -> Path:
        return self.board.place.with_suffix(".gone")
