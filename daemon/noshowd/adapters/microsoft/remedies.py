"""What an administrator types to give noshowd a right at Microsoft. Pure; every line can be copied as it stands."""

from __future__ import annotations

from collections.abc import Iterable

from noshowd.adapters.microsoft.rights import Grant
from noshowd.adapters.microsoft.settings import MicrosoftSettings

#: Name of the group, the scope and the policy that an administrator makes.
_NAME = "noshowd"
_GRAPH = "00000003-0000-0000-c000-000000000000"
#: Where each cloud's administrators work.
_PORTALS = {
    "login.microsoftonline.us": "https://entra.microsoft.us",
    "login.chinacloudapi.cn": "https://entra.microsoftonline.cn",
}


def scoped(settings: MicrosoftSettings, roles: Iterable[str]) -> str:
    """Roles of Exchange Online for the mailboxes of this account and no others (application RBAC)."""
    app = settings.client_id
    members = ", ".join(settings.mailboxes)
    assignments = [
        f'New-ManagementRoleAssignment -App {app} -Role "{role}" -CustomResourceScope {_NAME}' for role in roles
    ]
    tests = [f"Test-ServicePrincipalAuthorization -Identity {app} -Resource {one}" for one in settings.mailboxes]
    return _lines(
        "In PowerShell (once; the group and the scope serve every step):",
        "Connect-ExchangeOnline; Connect-MgGraph -Scopes Application.Read.All",
        f"$app = Get-MgServicePrincipal -Filter \"appId eq '{app}'\"",
        f"New-ServicePrincipal -AppId {app} -ObjectId $app.Id -DisplayName {_NAME}",
        f"New-DistributionGroup -Name {_NAME} -Type Security -Members {members}",
        f"$group = (Get-Group {_NAME}).DistinguishedName",
        f"New-ManagementScope -Name {_NAME} -RecipientRestrictionFilter \"MemberOfGroup -eq '$group'\"",
        *assignments,
        "It takes effect within 30 minutes to 2 hours; what was granted is shown at once by",
        *tests,
    )


def unscoped(settings: MicrosoftSettings, names: Iterable[str]) -> str:
    """How to take a right back that reaches every mailbox: it is added to what Exchange limits, not cut by it."""
    return _lines(
        f"Remove {', '.join(names)} in Entra: beside it the limit to some mailboxes is void.",
        _registration(settings),
    )


def consent(settings: MicrosoftSettings, grant: Grant) -> str:
    """Application permissions of Graph, and the policy of Teams where it wants one."""
    app, names = settings.client_id, ", ".join(grant.application)
    each = [
        f"$role = $graph.AppRoles | Where-Object Value -eq '{name}'; "
        "New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $app.Id -PrincipalId $app.Id "
        "-ResourceId $graph.Id -AppRoleId $role.Id"
        for name in grant.application
    ]
    return _lines(
        f"Add {names} (application permission of Microsoft Graph): {_registration(settings)}",
        f"and consent: {settings.authority.rstrip('/')}/{settings.tenant}/adminconsent?client_id={app}",
        "Or in PowerShell, both at once:",
        "Connect-MgGraph -Scopes Application.Read.All, AppRoleAssignment.ReadWrite.All",
        f"$app = Get-MgServicePrincipal -Filter \"appId eq '{app}'\"",
        f"$graph = Get-MgServicePrincipal -Filter \"appId eq '{_GRAPH}'\"",
        *each,
        *(_policy(settings) if grant.teams_policy else []),
    )


def policy(settings: MicrosoftSettings) -> str:
    """The application access policy of Teams alone."""
    return _lines(*_policy(settings))


def sign_in_again(settings: MicrosoftSettings) -> str:
    return f"noshowd auth microsoft --account {settings.account}"


def _policy(settings: MicrosoftSettings) -> list[str]:
    grants = [
        f"Grant-CsApplicationAccessPolicy -PolicyName {_NAME} -Identity (Get-CsOnlineUser {mailbox}).Identity"
        for mailbox in settings.mailboxes
    ]
    return [
        "Teams besides wants to know for whom (effective within 30 minutes):",
        "Connect-MicrosoftTeams",
        f"New-CsApplicationAccessPolicy -Identity {_NAME} -AppIds {settings.client_id}",
        *grants,
    ]


def _registration(settings: MicrosoftSettings) -> str:
    host = settings.authority.partition("://")[2].strip("/")
    portal = _PORTALS.get(host, "https://entra.microsoft.com")
    page = "#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/CallAnAPI/appId"
    return f"{portal}/{page}/{settings.client_id}"


def _lines(*lines: str) -> str:
    return "\n".join(lines)
