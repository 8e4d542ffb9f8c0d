"""Tries one Microsoft account for real, and says which right to give where Graph refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType

from noshowd.adapters.microsoft.graph import Graph
from noshowd.adapters.microsoft.refusals import NotThere
from noshowd.ports.check import Finding, Grade, tried

#: Narrowed to some mailboxes (facts: Exchange RBAC for Applications); the ids are those of the enterprise application.
_SCOPED = (
    "In Exchange Online PowerShell: New-ServicePrincipal -AppId {app} -ObjectId OBJECT-ID; "
    "New-ManagementScope -Name noshowd -RecipientRestrictionFilter \"MemberOfGroup -eq 'GROUP-DN'\"; "
    'New-ManagementRoleAssignment -App {app} -Role "Application {role}" -CustomResourceScope noshowd. '
    "Remove the same right from the app in Entra: it would reach every mailbox. Changes take up to two hours; "
    "Test-ServicePrincipalAuthorization {app} -Resource {mailbox} shows them at once."
)
_TENANT_WIDE = "In Entra, app registrations, {app}, API permissions: add {right} (application) and grant admin consent."
#: right -> (what is missing without it, what to do)
RIGHTS = MappingProxyType(
    {
        "Calendars.Read": ("No calendar can be read: nothing is watched.", _SCOPED),
        "OnlineMeetings.Read.All": (
            "Who was in a Teams meeting is unknown: people are asked instead.",
            _TENANT_WIDE + " Then, in Teams PowerShell: New-CsApplicationAccessPolicy -Identity noshowd -AppIds {app}; "
            "Grant-CsApplicationAccessPolicy -PolicyName noshowd -Identity {mailbox}.",
        ),
        "Tasks.ReadWrite.All": ("Recall tasks come as a message to the person.", _TENANT_WIDE),
    }
)


async def check(graph: Graph, *, teams: bool, tasks: bool, now: datetime) -> list[Finding]:
    """A finding for each mailbox and each right that something switched on needs. Sending mail is not tried."""
    found: list[Finding] = []
    for mailbox in graph.settings.mailboxes:
        day = {"startDateTime": now.isoformat(), "endDateTime": (now + timedelta(days=1)).isoformat()}
        trials = [("Calendars.Read", "calendarView", day)]
        if teams:
            # a meeting that cannot be: the answer tells the right all the same
            nobody = "JoinWebUrl eq 'https://teams.microsoft.com/l/meetup-join/none'"
            trials.append(("OnlineMeetings.Read.All", "onlineMeetings", {"$filter": nobody}))
        if tasks:
            trials.append(("Tasks.ReadWrite.All", "todo/lists", {"$top": "1"}))
        found += [await _try(graph, mailbox, *trial) for trial in trials]
    return found


async def _try(graph: Graph, mailbox: str, right: str, path: str, query: dict[str, str]) -> Finding:
    without, do = RIGHTS[right]
    app, role = graph.settings.client_id, right.removesuffix(".All")
    remedy = do.format(app=app, role=role, right=right, mailbox=mailbox)

    async def ask() -> None:
        try:
            await graph.get(f"{graph.user(mailbox)}/{path}", query)
        except NotThere:
            if path != "onlineMeetings":
                raise

    finding = await tried(f"{right} for {mailbox}", ask(), without=without, do=remedy)
    if finding.grade is Grade.BAD and right != "Calendars.Read":
        return Finding(grade=Grade.GAP, what=finding.what, says=finding.says, do=finding.do)
    return finding
