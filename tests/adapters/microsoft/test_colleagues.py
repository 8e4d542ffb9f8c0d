"""The presence of colleagues is a hint: whoever is in a call is left alone, and nobody is judged by it."""

from __future__ import annotations

import pytest

from adapters.microsoft.tenant import ANNA, BEN, GUEST, Tenant
from noshowd.adapters.microsoft.colleagues import ColleaguePresence
from noshowd.demo.vendors.microsoft.faults import Fault
from noshowd.ports.errors import Permanent, Temporary


@pytest.fixture
def hints(tenant: Tenant) -> ColleaguePresence:
    tenant.application.roles.add("Presence.Read.All")
    return ColleaguePresence(tenant.graph(), name="presence")


@pytest.mark.parametrize("activity", ["InACall", "InAConferenceCall", "Presenting", "inacall"])
async def test_whoever_is_in_a_call_is_told(tenant: Tenant, hints: ColleaguePresence, activity: str) -> None:
    tenant.sim.teams.activities[ANNA] = activity
    assert await hints.in_a_call(frozenset({ANNA, BEN})) == {ANNA}


@pytest.mark.parametrize("activity", ["InAMeeting", "Busy", "Available", "DoNotDisturb", "SomethingNew"])
async def test_in_a_meeting_says_nothing_as_the_calendar_alone_sets_it(
    tenant: Tenant, hints: ColleaguePresence, activity: str
) -> None:
    tenant.sim.teams.activities[ANNA] = activity
    assert await hints.in_a_call(frozenset({ANNA})) == frozenset()


async def test_only_our_own_mailboxes_are_asked_about(tenant: Tenant, hints: ColleaguePresence) -> None:
    assert await hints.in_a_call(frozenset({GUEST})) == frozenset()
    assert tenant.sim.calls == []


async def test_an_id_is_looked_up_once(tenant: Tenant, hints: ColleaguePresence) -> None:
    await hints.in_a_call(frozenset({ANNA}))
    await hints.in_a_call(frozenset({ANNA}))
    assert sum(call.method == "GET" for call in tenant.sim.calls) == 1


async def test_what_cannot_be_read_is_an_error_in_four_words(tenant: Tenant, hints: ColleaguePresence) -> None:
    tenant.sim.faults.order(Fault(path="getPresencesByUserId", status=503))
    with pytest.raises(Temporary):
        await hints.in_a_call(frozenset({ANNA}))
    tenant.application.roles.discard("Presence.Read.All")
    with pytest.raises(Permanent, match="403"):
        await hints.in_a_call(frozenset({ANNA}))
