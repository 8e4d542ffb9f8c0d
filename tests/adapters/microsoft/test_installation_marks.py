"""The suite of installation marks, run by Microsoft 365."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.microsoft.tenant import Tenant
from adapters.microsoft.test_calendar_contract import GraphWorld
from contract.mark_suite import MarkSuite, MarkWorld
from noshowd.adapters.microsoft.installation_marks import GraphMarks


class GraphMarkWorld(MarkWorld):
    def __init__(self, tenant: Tenant, *, delta: bool) -> None:
        self.tenant = tenant
        self.keeper = GraphMarks(tenant.graph())
        self.listed = GraphWorld(tenant, delta=delta)

    def mailed(self) -> Sequence[object]:
        """Outlook writes to whoever is invited, and to nobody else."""
        found = self.tenant.sim.calendars.appointments.values()
        return [one.attendees for one in found if one.start.year == 2000 and one.attendees]

    def tidy_up(self) -> None:
        for one in list(self.tenant.sim.calendars.appointments.values()):
            if one.start.year == 2000:
                self.tenant.sim.calendars.remove(one, self.calendar)

    def forbid(self) -> None:
        self.tenant.application.roles.discard("Calendars.ReadWrite")
        self.tenant.application.roles.add("Calendars.Read")


class TestGraphMarks(MarkSuite):
    @pytest.fixture(params=[False, True], ids=["view", "delta"])
    def world(self, request: pytest.FixtureRequest, tenant: Tenant) -> GraphMarkWorld:
        return GraphMarkWorld(tenant, delta=request.param)
