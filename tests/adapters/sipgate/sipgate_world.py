"""The contract's telephone world, made of the simulated sipgate and the real adapter."""

from __future__ import annotations

from datetime import timedelta

from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE, SECOND, CallWorld
from contract.source_suite import OPENING
from noshowd.adapters.sipgate.presence import SipgateHistory
from noshowd.adapters.sipgate.settings import SipgateSettings
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.demo.vendors.sipgate.exchange import Call, Exchange, Fate, Way
from noshowd.demo.vendors.sipgate.rest import Api, Fault
from noshowd.domain.evidence import Direction

WAYS = {Direction.IN: Way.IN, Direction.OUT: Way.OUT}


class SipgateWorld(CallWorld):
    """Both lines have been used last week, so the token has shown that it sees them."""

    source: SipgateHistory

    def __init__(self) -> None:
        self.exchange = Exchange(lambda: self.now, frozenset({OUR_LINE, OTHER_LINE}))
        self.api = Api(exchange=self.exchange)
        self.server = LoopbackServer(self.api.app())
        self.source = self.connect()
        self._last_week()

    def connect(self, **more) -> SipgateHistory:
        settings = {
            "token_id": self.api.token_id,
            "token": self.api.token,
            "url": f"{self.server.url}/v2",
            "lines": frozenset({OUR_LINE, OTHER_LINE}),
        }
        return SipgateHistory(SipgateSettings(**(settings | more)))

    def _last_week(self) -> None:
        today, self.now = self.now, OPENING - timedelta(days=7)
        for line in (OUR_LINE, OTHER_LINE):
            call = self.exchange.ring(Way.OUT, line, "+4930901820")
            self.now += 30 * SECOND
            self.exchange.hang_up(call)
        self.now = today

    async def ring(self, direction: Direction, number: str | None, line: str = OUR_LINE) -> Call:
        return self.exchange.ring(WAYS[direction], line, number)

    async def answer(self, call: Call) -> None:
        self.exchange.answer(call)

    async def hang_up(self, call: Call) -> None:
        self.exchange.hang_up(call)

    async def mailbox(self, call: Call) -> bool:
        self.exchange.answer(call, voicemail=True)
        return True

    async def busy(self) -> bool:
        call = self.exchange.ring(Way.OUT, OUR_LINE, GUEST)
        await self.pass_to(self.now + 2 * SECOND)
        self.exchange.hang_up(call, Fate.BUSY)
        return True

    async def outage(self) -> None:
        self.api.fault = Fault.DOWN

    async def recover(self) -> None:
        self.api.fault = None

    async def nonsense(self) -> bool:
        self.api.fault = Fault.NONSENSE
        return True

    async def lost(self) -> bool:
        self.api.token = "another"
        return True

    async def withhold_right(self) -> bool:
        self.api.scopes.clear()
        return True
