"""The contract's telephone world, made of a box simulated down to SOAP and digest, and the real adapter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from adapters.fritzbox.fritzbox_world import as_a_box_writes
from contract.call_suite import OTHER_LINE, OUR_LINE, SECOND, CallWorld
from contract.listening_world import e164
from contract.source_suite import OPENING
from noshowd.adapters.fritzbox.list_presence import FritzboxCallList
from noshowd.adapters.fritzbox.settings import CallListSettings
from noshowd.demo.vendors.fritzbox.calls import CallHistory, ListedCall
from noshowd.demo.vendors.fritzbox.tr064 import Fault, Tr064
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.domain.evidence import Direction


class CallListWorld(CallWorld):
    """Both lines have been used last week, so the list has shown them."""

    source: FritzboxCallList
    #: Of what we dialled the list does not say whether somebody answered.
    tells_unanswered = False

    def __init__(self) -> None:
        self.history = CallHistory(lambda: self.now)
        self.box = Tr064(history=self.history)
        self.server = LoopbackServer(self.box.app())
        self.source = FritzboxCallList(self.settings(), e164)
        self._last_week()

    def settings(self, **more: Any) -> CallListSettings:
        given: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "username": "noshowd",
            "password": "demo-secret",
            "lines": frozenset({OUR_LINE, OTHER_LINE}),
        }
        return CallListSettings(**(given | more))

    def _last_week(self) -> None:
        today, self.now = self.now, OPENING - timedelta(days=7)
        for line in (OUR_LINE, OTHER_LINE):
            call = self.history.begin(outward=True, own=as_a_box_writes(line), other="030901820")
            self.now += 30 * SECOND
            call.ended = self.now
        self.now = today

    async def ring(self, direction: Direction, number: str | None, line: str = OUR_LINE) -> ListedCall:
        return self.history.begin(
            outward=direction is Direction.OUT, own=as_a_box_writes(line), other=as_a_box_writes(number)
        )

    async def answer(self, call: ListedCall) -> None:
        call.answered = self.now

    async def hang_up(self, call: ListedCall) -> None:
        call.ended = self.now

    async def mailbox(self, call: ListedCall) -> bool:
        call.answered, call.port = self.now, 40
        return True

    async def outage(self) -> None:
        self.box.fault = Fault.DOWN

    async def recover(self) -> None:
        self.box.fault = None

    async def nonsense(self) -> bool:
        self.box.fault = Fault.NONSENSE
        return True

    async def lost(self) -> bool:
        self.box.passwords["noshowd"] = "another"
        return True

    async def withhold_right(self) -> bool:
        self.box.telephony.clear()
        return True
