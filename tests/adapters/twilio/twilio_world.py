"""The contract's telephone world, made of the simulated Twilio and the real adapters."""

from __future__ import annotations

from typing import Any

from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE, SECOND, CallWorld
from noshowd.adapters.twilio.presence import TwilioCalls
from noshowd.adapters.twilio.settings import TwilioSettings
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.demo.vendors.twilio.rest import Api, Fault
from noshowd.demo.vendors.twilio.switch import Switch, SwitchCall
from noshowd.domain.evidence import Direction


class TwilioWorld(CallWorld):
    """Both lines are numbers of the account."""

    source: TwilioCalls

    def __init__(self) -> None:
        self.switch = Switch(lambda: self.now, {OUR_LINE, OTHER_LINE})
        self.api = Api(switch=self.switch)
        self.server = LoopbackServer(self.api.app())
        self.source = TwilioCalls(self.settings())

    def settings(self, **more: Any) -> TwilioSettings:
        given: dict[str, Any] = {
            "account_sid": self.api.account,
            "key_sid": self.api.key_sid,
            "key": self.api.key,
            "url": self.server.url,
            "lines": frozenset({OUR_LINE, OTHER_LINE}),
        }
        return TwilioSettings(**(given | more))

    async def ring(self, direction: Direction, number: str | None, line: str = OUR_LINE) -> SwitchCall:
        return self.switch.ring(outward=direction is Direction.OUT, line=line, number=number)

    async def answer(self, call: SwitchCall) -> None:
        self.switch.answer(call)

    async def hang_up(self, call: SwitchCall) -> None:
        self.switch.hang_up(call)

    async def busy(self) -> bool:
        call = await self.ring(Direction.OUT, GUEST)
        await self.pass_to(self.now + 2 * SECOND)
        self.switch.hang_up(call, "busy")
        return True

    async def outage(self) -> None:
        self.api.fault = Fault.DOWN

    async def recover(self) -> None:
        self.api.fault = None

    async def nonsense(self) -> bool:
        self.api.fault = Fault.NONSENSE
        return True

    async def lost(self) -> bool:
        self.api.key = "another"
        return True

    async def withhold_right(self) -> bool:
        self.api.may_read = False
        return True
