"""What `noshowd doctor` tells of a Microsoft account: each step, granted, not yet effective, or what stays unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import trustme

from adapters.microsoft.tenant import ANNA, BEN, CLIENT, NOW, SECRET, TENANT, Tenant
from noshowd.adapters.microsoft.check import check, claims
from noshowd.adapters.microsoft.rights import GRANTS, Right, application_rights, delegated_scopes
from noshowd.ports.check import Finding, Grade

ALL = frozenset(Right)
MAIL_AND_CALENDARS = frozenset({"Calendars.Read", "Mail.Send"})


async def examined(tenant: Tenant, *rights: Right, **changes: object) -> dict[str, Finding]:
    found = await check(tenant.graph(rights=frozenset(rights), **changes), now=NOW)
    return {one.what: one for one in found}


def give(tenant: Tenant, *roles: str, **more: Any) -> None:
    application = replace(tenant.application, roles=set(roles), **more)
    tenant.sim.entra.register(application)


async def test_the_smallest_step_limited_to_named_mailboxes_is_good(tenant: Tenant) -> None:
    give(tenant, *MAIL_AND_CALENDARS, scoped=MAIL_AND_CALENDARS, mailboxes=frozenset({ANNA, BEN}))
    found = await examined(tenant)
    for mailbox in (ANNA, BEN):
        assert found[f"step 1, calendars of {mailbox}"].grade is Grade.GOOD
        assert "named mailboxes" in found[f"step 1, calendars of {mailbox}"].says
    assert found["step 1, sending mail"].grade is Grade.GOOD
    assert "would write" in found["step 1, sending mail"].says


async def test_a_right_consented_to_in_entra_defeats_the_limit(tenant: Tenant) -> None:
    give(tenant, *MAIL_AND_CALENDARS)
    found = await examined(tenant)
    told = found[f"step 1, calendars of {ANNA}"]
    assert told.grade is Grade.GAP
    assert "every mailbox of the tenant" in told.says
    assert "Remove Calendars.Read in Entra" in told.do
    assert found["step 1, sending mail"].grade is Grade.GAP


async def test_the_powershell_can_be_copied_as_it_stands(tenant: Tenant) -> None:
    give(tenant)
    told = (await examined(tenant))[f"step 1, calendars of {ANNA}"]
    assert told.grade is Grade.BAD
    lines = told.do.splitlines()
    role = 'New-ManagementRoleAssignment -App noshowd-test -Role "Application Calendars.Read"'
    assert f"{role} -CustomResourceScope noshowd" in lines
    assert f"New-DistributionGroup -Name noshowd -Type Security -Members {ANNA}, {BEN}" in lines
    assert f"Test-ServicePrincipalAuthorization -Identity {CLIENT} -Resource {ANNA}" in lines
    assert "$app = Get-MgServicePrincipal -Filter \"appId eq 'noshowd-test'\"" in lines


async def test_a_mailbox_outside_the_scope_may_only_not_be_effective_yet(tenant: Tenant) -> None:
    give(tenant, *MAIL_AND_CALENDARS, scoped=MAIL_AND_CALENDARS, mailboxes=frozenset({ANNA}))
    told = (await examined(tenant))[f"step 1, calendars of {BEN}"]
    assert told.grade is Grade.BAD
    assert "or granted, not yet effective" in told.says
    assert "outside the scope" in told.says


async def test_what_the_token_names_and_graph_refuses_is_not_yet_effective(tenant: Tenant) -> None:
    rights = {"Tasks.ReadWrite.All", *MAIL_AND_CALENDARS}
    give(tenant, *rights, not_yet=frozenset({"Tasks.ReadWrite.All"}))
    told = (await examined(tenant, Right.TASKS))["step 3, tasks"]
    assert told.grade is Grade.GAP
    assert told.says.startswith("granted, not yet effective")


async def test_a_missing_policy_of_teams_is_named_with_its_cmdlets(tenant: Tenant) -> None:
    tenant.sim.teams.access_policy = False
    told = (await examined(tenant, Right.ATTENDANCE_REPORTS))["step 2, attendance_reports"]
    assert told.says.startswith("granted, not yet effective")
    assert "application access policy" in told.says
    assert f"New-CsApplicationAccessPolicy -Identity noshowd -AppIds {CLIENT}" in told.do
    assert f"-PolicyName noshowd -Identity (Get-CsOnlineUser {BEN}).Identity" in told.do


@pytest.mark.parametrize("right", sorted(ALL))
async def test_without_the_right_the_consent_and_the_loss_are_named(tenant: Tenant, right: Right) -> None:
    give(tenant, *MAIL_AND_CALENDARS, "User.ReadBasic.All")
    grant = GRANTS[right]
    told = (await examined(tenant, right))[f"step {grant.step}, {right}"]
    if grant.scoped_role is None:
        assert told.grade is Grade.GAP
        assert told.says == f"not granted. {grant.without}"
        assert f"/{TENANT}/adminconsent?client_id={CLIENT}" in told.do
        assert all(f"Value -eq '{name}'" in told.do for name in grant.application)
    else:
        assert f'-Role "{grant.scoped_role}"' in told.do


@pytest.mark.parametrize("right", sorted(ALL))
async def test_what_is_not_switched_on_is_told_with_its_reach(tenant: Tenant, right: Right) -> None:
    grant = GRANTS[right]
    told = (await examined(tenant))[f"step {grant.step}, {right}"]
    assert told.grade is Grade.GAP
    assert grant.without in told.says
    assert grant.reach in told.says
    assert f'Add "{right}" to rights of account office' in told.do


async def test_everything_granted_and_switched_on_is_good(tenant: Tenant) -> None:
    scoped = frozenset({"Calendars.Read", "Calendars.ReadWrite", "Mail.Send", "Mail.ReadWrite"})
    give(tenant, *application_rights(ALL), scoped=scoped, mailboxes=frozenset({ANNA, BEN}))
    found = await examined(tenant, *ALL)
    assert {one.what: one.says for one in found.values() if one.grade is not Grade.GOOD} == {}


async def test_why_nobody_is_written_to_in_a_teams_chat(tenant: Tenant) -> None:
    assert "Teamwork.Migrate.All" in (await examined(tenant))["Teams chat with guests"].says


async def test_a_lost_credential_stops_the_rest(tenant: Tenant) -> None:
    tenant.sim.withdraw_secret(CLIENT)
    (told,) = (await examined(tenant)).values()
    assert told.grade is Grade.BAD
    assert "AADSTS7000222" in told.says
    tenant.sim.give_secret(CLIENT, SECRET)


@pytest.mark.parametrize(("left", "grade"), [(timedelta(days=31), Grade.GOOD), (timedelta(days=29), Grade.GAP)])
async def test_a_certificate_is_told_of_before_it_ends(tenant: Tenant, left: timedelta, grade: Grade) -> None:
    issued = trustme.CA().issue_cert("noshowd.example", key_type=trustme.KeyType.RSA, not_after=NOW + left)
    certificate = issued.cert_chain_pems[0].bytes().decode()
    tenant.application.certificate = certificate
    pem = issued.private_key_pem.bytes().decode() + certificate
    told = (await examined(tenant, secret=None, certificate=pem))["certificate"]
    assert told.grade is grade
    assert f"{NOW + left:%Y-%m-%d}" in told.says


async def test_no_network_is_unreached(tenant: Tenant) -> None:
    (told,) = await check(tenant.unreachable(), now=NOW)
    assert told.grade is Grade.UNREACHED


async def test_nothing_is_written_while_trying(tenant: Tenant) -> None:
    await examined(tenant, *ALL)
    writes = [call.path for call in tenant.sim.calls if call.method != "GET"]
    assert set(writes) == {"/communications/getPresencesByUserId"}


def test_a_token_that_tells_nothing_is_no_trouble() -> None:
    assert claims("opaque") is None
    assert claims("a.b.c") is None


def test_others_mailboxes_need_what_is_shared() -> None:
    assert delegated_scopes((), shared=False) == ["Calendars.Read", "Mail.Send", "User.Read"]
    assert "Calendars.Read.Shared" in delegated_scopes((), shared=True)
