"""Tries one Microsoft account for real: step by step what is granted, what is effective, and what stays unknown."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from cryptography.x509 import load_pem_x509_certificate

from noshowd.adapters.microsoft import remedies
from noshowd.adapters.microsoft.graph import Graph
from noshowd.adapters.microsoft.refusals import Denied, NotThere
from noshowd.adapters.microsoft.rights import CALENDARS, GRANTS, NO_CHAT, SEND_MAIL, Grant, Right
from noshowd.adapters.microsoft.wire import instant
from noshowd.ports.check import Finding, Grade
from noshowd.ports.errors import Permanent, Temporary, VendorError

#: A meeting and a chat that cannot be: the answer tells the right all the same.
_NO_MEETING = "JoinWebUrl eq 'https://teams.microsoft.com/l/meetup-join/none'"
_NOT_YET = "granted, not yet effective"
#: A certificate this close to its end is told of.
_RENEW = timedelta(days=30)
#: The wider right that an API takes in place of a narrow one.
_WIDER = {"Calendars.Read": "Calendars.ReadWrite"}

Trial = Callable[[Graph, str], Awaitable[object]]


async def check(graph: Graph, *, now: datetime) -> list[Finding]:
    """Findings in the order of the steps. Sending mail and writing are not tried."""
    settings = graph.settings
    try:
        token = await graph.sign_in.token(fresh=True)
    except Temporary as error:
        return [Finding(grade=Grade.UNREACHED, what="sign-in", says=error.reason)]
    except VendorError as error:
        do = remedies.sign_in_again(settings) if settings.person else "Check tenant, client_id and the credential."
        return [Finding(grade=Grade.BAD, what="sign-in", says=f"{error.reason}. {CALENDARS.without}", do=do)]
    told = _Told(graph, claims(token))
    found = _certificate(settings.certificate, now)
    found += [await told.calendar(mailbox, now) for mailbox in settings.mailboxes]
    found.append(told.mail())
    ordered = sorted(Right, key=lambda one: (GRANTS[one].step, one.value))
    found += [await told.opt_in(right) for right in ordered]
    return [*found, Finding(grade=Grade.GOOD, what="Teams chat with guests", says=f"not offered: {NO_CHAT}")]


def _certificate(pem: str | None, now: datetime) -> list[Finding]:
    """How long the certificate lasts. When a client secret ends, nobody but Entra knows."""
    if pem is None:
        return []
    ends = load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    says = f"it ends on {ends:%Y-%m-%d}"
    if ends - now > _RENEW:
        return [Finding(grade=Grade.GOOD, what="certificate", says=says)]
    do = "Make a new one, add it to the app registration beside the old one, and put it in the place of the secret."
    return [Finding(grade=Grade.GAP, what="certificate", says=says, do=do)]


def claims(token: str) -> frozenset[str] | None:
    """The permissions that an access token names; None where it cannot be read (which Microsoft allows itself)."""
    try:
        part = token.split(".")[1]
        told = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        scopes = str(told.get("scp", "")).split()
        return frozenset([*told.get("roles", ()), *scopes])
    except (IndexError, ValueError, AttributeError, TypeError, binascii.Error):
        return None


class _Told:
    """What the token and the trials tell, in findings."""

    def __init__(self, graph: Graph, named: frozenset[str] | None) -> None:
        self._graph = graph
        self._settings = graph.settings
        self._named = named

    async def calendar(self, mailbox: str, now: datetime) -> Finding:
        what = f"step 1, calendars of {mailbox}"
        query = {"startDateTime": instant(now), "endDateTime": instant(now + timedelta(days=1)), "$top": "1"}

        async def ask(graph: Graph, whose: str) -> object:
            return await graph.get(f"{graph.user(whose)}/calendarView", query)

        error = await _refused(ask, self._graph, mailbox)
        if isinstance(error, Temporary):
            return Finding(grade=Grade.UNREACHED, what=what, says=error.reason)
        if error is None:
            return self._scoped(what, CALENDARS)
        if self._names(CALENDARS) and isinstance(error, Denied):
            says = f"{_NOT_YET}: the token names it and Graph refuses it. {error.reason}"
        else:
            says = f"{error.reason}. Not granted for this mailbox, or {_NOT_YET}. {CALENDARS.without}"
        return Finding(grade=Grade.BAD, what=what, says=says, do=self._how(CALENDARS))

    def mail(self) -> Finding:
        found = self._scoped("step 1, sending mail", SEND_MAIL)
        if self._settings.person is not None and not self._names(SEND_MAIL):
            return Finding(
                grade=Grade.GAP, what=found.what, says=f"not granted. {SEND_MAIL.without}", do=self._how(SEND_MAIL)
            )
        if found.grade is Grade.GAP or self._settings.person is not None:
            return found
        return Finding(
            grade=Grade.GOOD,
            what=found.what,
            says=f"not tried, as it would write; Test-ServicePrincipalAuthorization shows it. {SEND_MAIL.reach}",
            do=self._how(SEND_MAIL),
        )

    async def opt_in(self, right: Right) -> Finding:
        grant = GRANTS[right]
        what = f"step {grant.step}, {right}"
        if right not in self._settings.rights:
            return self._not_asked_for(what, right, grant)
        named = self._names(grant)
        if grant.scoped_role is not None and self._settings.person is None:
            says = f"switched on; not tried, as it would write. {grant.reach}"
            return self._scoped(what, grant) if named else _good(what, says, self._how(grant))
        errors = [await _refused(_TRIALS[right], self._graph, one) for one in self._settings.mailboxes]
        passing = next((one for one in errors if isinstance(one, Temporary)), None)
        if passing is not None:
            return Finding(grade=Grade.UNREACHED, what=what, says=passing.reason)
        refused = next((one for one in errors if isinstance(one, Denied)), None)
        if refused is None and named is not False:
            return _good(what, f"granted. {grant.reach}")
        if refused is not None and named:
            says = f"{_NOT_YET}. {refused.reason}. {grant.without}"
            do = remedies.policy(self._settings) if grant.teams_policy else "Wait some minutes and ask again."
            return Finding(grade=Grade.GAP, what=what, says=says, do=do)
        return Finding(grade=Grade.GAP, what=what, says=f"not granted. {grant.without}", do=self._how(grant))

    def _not_asked_for(self, what: str, right: Right, grant: Grant) -> Finding:
        if self._settings.person is not None and not grant.delegated:
            return _good(what, f"cannot be given by one person. {grant.without}")
        says = f"not switched on. {grant.without} Its reach: {grant.reach}"
        do = f'Add "{right}" to rights of account {self._settings.account}, then:\n{self._how(grant)}'
        return Finding(grade=Grade.GAP, what=what, says=says, do=do)

    def _scoped(self, what: str, grant: Grant) -> Finding:
        """It works; whether for some mailboxes or for all depends on where it was granted."""
        if self._settings.person is not None:
            return _good(what, "granted by the person who signed in")
        wide = sorted(self._wide(grant))
        if not wide:
            return _good(what, f"granted for named mailboxes. {grant.reach}")
        return Finding(
            grade=Grade.GAP,
            what=what,
            says=f"{', '.join(wide)} was granted for every mailbox of the tenant",
            do=f"{remedies.unscoped(self._settings, wide)}\n{self._how(grant)}",
        )

    def _wide(self, grant: Grant) -> set[str]:
        wanted = {*grant.application, *(_WIDER[name] for name in grant.application if name in _WIDER)}
        return wanted & (self._named or frozenset())

    def _names(self, grant: Grant) -> bool | None:
        """Whether the token names all of it; None where the token tells nothing."""
        if self._named is None:
            return None
        wanted = grant.application if self._settings.person is None else grant.delegated
        return all({name, _WIDER.get(name, name)} & self._named for name in wanted)

    def _how(self, grant: Grant) -> str:
        if self._settings.person is not None:
            return remedies.sign_in_again(self._settings)
        if grant.scoped_role is not None:
            return remedies.scoped(self._settings, [grant.scoped_role])
        return remedies.consent(self._settings, grant)


def _good(what: str, says: str, do: str = "") -> Finding:
    return Finding(grade=Grade.GOOD, what=what, says=says, do=do)


async def _refused(trial: Trial, graph: Graph, mailbox: str) -> VendorError | None:
    try:
        await trial(graph, mailbox)
    except VendorError as error:
        return error
    return None


async def _reports(graph: Graph, mailbox: str) -> None:
    place = f"{await _whose(graph, mailbox)}/onlineMeetings"
    await _any(graph, place, {"$filter": _NO_MEETING})
    await _any(graph, f"{place}/none/attendanceReports")


async def _meetings(graph: Graph, mailbox: str) -> None:
    await _any(graph, f"{await _whose(graph, mailbox)}/onlineMeetings", {"$filter": _NO_MEETING})


async def _chats(graph: Graph, mailbox: str) -> None:  # noqa: ARG001 - a chat is nobody's
    await _any(graph, "/chats/19:meeting_none@thread.v2/messages", {"$top": "1"})


async def _presence(graph: Graph, mailbox: str) -> None:
    who = await graph.get(graph.user(mailbox), {"$select": "id"})
    await graph.post("/communications/getPresencesByUserId", {"ids": [who["id"]]})


async def _tasks(graph: Graph, mailbox: str) -> None:
    await graph.get(f"{graph.user(mailbox)}/todo/lists", {"$top": "1"})


async def _untried(graph: Graph, mailbox: str) -> None:
    """Writing is not tried."""


async def _whose(graph: Graph, mailbox: str) -> str:
    """Online meetings lie below the object id."""
    if graph.settings.is_own(mailbox):
        return graph.user(mailbox)
    who: dict[str, Any] = await graph.get(graph.user(mailbox), {"$select": "id"})
    return graph.user(str(who["id"]))


async def _any(graph: Graph, path: str, query: dict[str, str] | None = None) -> None:
    """Ask for what cannot be: not found, or not understood, is an answer to somebody who may ask."""
    try:
        await graph.get(path, query)
    except NotThere:
        return
    except Denied:
        raise
    except Permanent:
        return


_TRIALS: dict[Right, Trial] = {
    Right.ATTENDANCE_REPORTS: _reports,
    Right.LIVE_ROSTER: _meetings,
    Right.MEETING_CHAT: _chats,
    Right.COLLEAGUE_PRESENCE: _presence,
    Right.TASKS: _tasks,
    Right.VERIFY_MAIL: _untried,
    Right.MOVE_EVENTS: _untried,
}
