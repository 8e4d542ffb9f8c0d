"""The contract's telephone world, made of the simulated 3CX and the real adapter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE, SECOND, CallWorld
from contract.source_suite import OPENING
from noshowd.adapters.threecx.presence import ThreeCxCalls
from noshowd.adapters.threecx.settings import ThreeCxSettings
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.demo.vendors.threecx.pbx import MAILBOX, Pbx, PbxCall
from noshowd.demo.vendors.threecx.xapi import Fault, Xapi
from noshowd.domain.evidence import Direction
from noshowd.reading.numbers import NumberFormat, Numbering, normalise

NUMBERING = Numbering(format=NumberFormat.NATIONAL, region="DE")
EXTENSIONS = {"100": OUR_LINE, "101": OTHER_LINE}
INNER = {line: extension for extension, line in EXTENSIONS.items()}


def e164(written: str) -> str | None:
    return normalise(written, NUMBERING)


class ThreeCxWorld(CallWorld):
    """Both extensions have been used last week, so the client has shown that it sees them."""

    source: ThreeCxCalls

    def __init__(self) -> None:
        self.pbx = Pbx(lambda: self.now)
        self.xapi = Xapi(pbx=self.pbx)
        self.server = LoopbackServer(self.xapi.app())
        self.source = ThreeCxCalls(self.settings(), e164)
        self._last_week()

    def settings(self, **more: Any) -> ThreeCxSettings:
        given: dict[str, Any] = {
            "url": self.server.url,
            "client_id": "noshowd",
            "secret": "demo-secret",
            "lines": frozenset(INNER),
            "extensions": EXTENSIONS,
        }
        return ThreeCxSettings(**(given | more))

    def _last_week(self) -> None:
        today, self.now = self.now, OPENING - timedelta(days=7)
        for extension in EXTENSIONS:
            call = self.pbx.ring(outward=True, extension=extension, number="030901820")
            self.now += 30 * SECOND
            self.pbx.hang_up(call)
        self.now = today

    async def ring(self, direction: Direction, number: str | None, line: str = OUR_LINE) -> PbxCall:
        written = "" if number is None else "0" + number.removeprefix("+49")
        return self.pbx.ring(outward=direction is Direction.OUT, extension=INNER[line], number=written)

    async def answer(self, call: PbxCall) -> None:
        self.pbx.answer(call)

    async def hang_up(self, call: PbxCall) -> None:
        self.pbx.hang_up(call)

    async def rings_a_mailbox(self) -> PbxCall:
        call = await self.ring(Direction.IN, GUEST)
        self.pbx.put_through(call, MAILBOX)
        self.pbx.answer(call)
        return call

    async def outage(self) -> None:
        self.xapi.fault = Fault.DOWN

    async def recover(self) -> None:
        self.xapi.fault = None

    async def nonsense(self) -> bool:
        self.xapi.fault = Fault.NONSENSE
        return True

    async def lost(self) -> bool:
        self.xapi.secret = "another"
        self.xapi.tokens.clear()
        return True

    async def withhold_right(self) -> bool:
        self.xapi.may_read = False
        return True
