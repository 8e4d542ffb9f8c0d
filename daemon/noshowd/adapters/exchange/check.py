"""Tries one Exchange account for real: each mailbox, its calendar, its tasks, and the availability service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from exchangelib import EWSDateTime

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.free_busy import ExchangeFreeBusy
from noshowd.adapters.exchange.settings import Access, SignIn
from noshowd.domain.spans import Span
from noshowd.ports.certificates import remedy
from noshowd.ports.check import Finding, Grade
from noshowd.ports.errors import CredentialsLost, Temporary, VendorError

_HOUR = timedelta(hours=1)


async def check(client: ExchangeClient, *, now: datetime) -> list[Finding]:
    """A finding for each mailbox and each thing that is read in it. Writing and sending are not tried."""
    start, end = (EWSDateTime.from_datetime(one) for one in (now, now + _HOUR))

    def calendar(account: Any) -> object:
        return list(account.calendar.view(start, end, max_items=1).only("subject"))

    def tasks(account: Any) -> object:
        return account.tasks.name

    found = []
    for mailbox in client.settings.mailboxes:
        read = await _tried(client, f"calendar of {mailbox}", mailbox, calendar)
        found.append(read)
        if read.grade is Grade.GOOD:
            found.append(await _tried(client, f"tasks of {mailbox}", mailbox, tasks))
        elif read.grade is Grade.UNREACHED:
            return found
    if any(one.grade is Grade.GOOD for one in found):
        found.append(await _free_busy(client, now))
    return found


async def _tried(client: ExchangeClient, what: str, mailbox: str, work: Callable[[Any], object]) -> Finding:
    try:
        await client.run(mailbox, work)
    except Temporary as error:
        return Finding(grade=Grade.UNREACHED, what=what, says=error.reason)
    except VendorError as error:
        do = _remedy(client, error, mailbox)
        return Finding(grade=Grade.BAD, what=what, says=f"{error.reason}. Nothing of it is known.", do=do)
    return Finding(grade=Grade.GOOD, what=what)


async def _free_busy(client: ExchangeClient, now: datetime) -> Finding:
    what = "free and busy"
    mailbox = client.settings.mailboxes[0]
    try:
        (found,) = await ExchangeFreeBusy(client).busy((mailbox,), Span(start=now, end=now + _HOUR))
    except Temporary as error:
        return Finding(grade=Grade.UNREACHED, what=what, says=error.reason)
    except VendorError as error:
        return Finding(grade=Grade.GAP, what=what, says=f"{error.reason}. No new time can be offered.")
    if found.known:
        return Finding(grade=Grade.GOOD, what=what)
    return Finding(grade=Grade.GAP, what=what, says="The server tells no busy times: no new time can be offered.")


def _remedy(client: ExchangeClient, error: VendorError, mailbox: str) -> str:
    """The cmdlet that gives the right to the named mailboxes and to no other."""
    settings = client.settings
    if isinstance(error, CredentialsLost):
        if settings.auth_type is SignIn.OAUTH:
            return f"Check client_id, scope and the secrets against what is registered at {settings.token_url}."
        return f"Check the name {settings.username}, its password and auth_type."
    if "certificate" in error.reason:
        return remedy(error.reason)
    if settings.access is Access.DELEGATE:
        return f"Add-MailboxPermission -Identity {mailbox} -User '{settings.username}' -AccessRights FullAccess"
    members = ", ".join(settings.mailboxes)
    return (
        "In the Exchange Management Shell, for these mailboxes and no other:\n"
        f"New-DistributionGroup -Name noshowd -Type Security -Members {members}\n"
        "$group = (Get-Group noshowd).DistinguishedName\n"
        "New-ManagementScope -Name noshowd -RecipientRestrictionFilter \"MemberOfGroup -eq '$group'\"\n"
        "New-ManagementRoleAssignment -Name noshowd -Role ApplicationImpersonation "
        f"-User '{settings.username}' -CustomRecipientWriteScope noshowd"
    )
