"""The suite of installation marks, run by Exchange Server."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.exchange.house import ANNA, House
from adapters.exchange.test_calendar_contract import ExchangeWorld
from contract.mark_suite import OURS, MarkSuite, MarkWorld
from noshowd.adapters.exchange.installation_marks import ExchangeMarks
from noshowd.demo.vendors.exchange.simulation import Trouble


class ExchangeMarkWorld(MarkWorld):
    def __init__(self, house: House, *, delta: bool) -> None:
        self.house = house
        self.keeper = ExchangeMarks(house.server())
        self.listed = ExchangeWorld(house, delta=delta)

    def mailed(self) -> Sequence[object]:
        return self.house.sim.operations.sent

    def tidy_up(self) -> None:
        for item in list(self.house.sim.store.items.values()):
            if item.text("calendar:Start").startswith("2000"):
                self.house.sim.store.remove(item)

    def forbid(self) -> None:
        for operation in ("CreateItem", "UpdateItem"):
            self.house.sim.troubles.append(Trouble(operation=operation, code="ErrorAccessDenied"))


class TestExchangeMarks(MarkSuite):
    @pytest.fixture(params=[False, True], ids=["view", "delta"])
    def world(self, request: pytest.FixtureRequest, house: House) -> ExchangeMarkWorld:
        return ExchangeMarkWorld(house, delta=request.param)


async def test_whoever_may_not_see_private_items_sees_a_mark(house: House) -> None:
    """The EWS reference, ViewPrivateItems: without it a delegate is shown none of the principal's private items."""
    await ExchangeMarks(house.server()).leave(ANNA, OURS)
    [item] = house.sim.store.items.values()
    assert item.text("item:Sensitivity") == "Normal"
