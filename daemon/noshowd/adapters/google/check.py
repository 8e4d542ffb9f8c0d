"""Tries one Google account for real: each calendar, and each right that something switched on needs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.free_busy import GoogleFreeBusy
from noshowd.adapters.google.rights import TESTING_TRAP, WITHOUT, missing
from noshowd.adapters.google.scopes import Scope
from noshowd.domain.spans import Span
from noshowd.ports.check import Finding, Grade
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError

_TESTING_ENDS = timedelta(days=7)
_LIST = Method(api="calendar", name="events.list", scope=Scope.READ_EVENTS)
#: What each right is tried with; nothing of it changes anything. The others are only signed in for.
_TRIALS: dict[Scope, tuple[Method, dict[str, Any]]] = {
    Scope.MEET: (Method(api="meet", name="conferenceRecords.list", scope=Scope.MEET), {"pageSize": 1}),
    Scope.PEOPLE: (
        Method(api="people", name="people.get", scope=Scope.PEOPLE),
        {"resourceName": "people/me", "personFields": "metadata"},
    ),
    Scope.TASKS: (Method(api="tasks", name="tasklists.list", scope=Scope.TASKS), {"maxResults": 1}),
    Scope.READ_MAIL: (
        Method(api="gmail", name="users.messages.list", scope=Scope.READ_MAIL),
        {"userId": "me", "maxResults": 1},
    ),
}
_DIRECTORY = Method(api="admin", name="users.get", scope=Scope.DIRECTORY)
_SWITCHED_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_NO_SCOPE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "PERMISSION_DENIED"})


async def check(
    client: GoogleClient, *, calendars: tuple[str, ...], wanted: frozenset[Scope], now: datetime
) -> list[Finding]:
    """A finding for each calendar and each right, in an order that a person can follow."""
    found = [_stored(client, wanted)] if not client.sign_ins.delegated else []
    found += [await _calendar(client, calendar, now) for calendar in calendars]
    for scope in sorted(wanted - {Scope.READ_EVENTS}):
        found.append(await _judge(client, _short(scope), scope, _trial(client, scope, now), now))
    return found


async def _calendar(client: GoogleClient, calendar: str, now: datetime) -> Finding:
    what = f"calendar {calendar}"

    async def read() -> None:
        page = await client.call(
            _LIST,
            subject=client.sign_ins.subject(calendar),
            calendarId=calendar,
            maxResults=1,
            fields="accessRole,nextPageToken,nextSyncToken",
        )
        if page.get("accessRole") in ("none", "freeBusyReader"):
            raise Permanent("it shows times only, neither who nor where")

    return await _judge(client, what, Scope.READ_EVENTS, read, now)


def _trial(client: GoogleClient, scope: Scope, now: datetime) -> Callable[[], Coroutine[Any, Any, object]]:
    mailbox = client.account.mailbox
    if scope is Scope.FREE_BUSY:
        window = Span(start=now, end=now + timedelta(hours=1))
        return lambda: GoogleFreeBusy(client).busy((mailbox,), window)
    if scope is Scope.DIRECTORY:
        asked: dict[str, Any] = {"userKey": mailbox, "viewType": "domain_public", "fields": "id"}
        return lambda: client.call(_DIRECTORY, subject=client.sign_ins.subject(mailbox), **asked)
    if scope in _TRIALS:
        method, parameters = _TRIALS[scope]
        return lambda: client.call(method, subject=client.sign_ins.subject(mailbox), **parameters)
    # the queue is read as the service account itself
    subject = None if scope is Scope.PUBSUB else client.sign_ins.subject(mailbox)
    return lambda: client.sign_in(subject, scope)


async def _judge(
    client: GoogleClient, what: str, scope: Scope, trial: Callable[[], Coroutine[Any, Any, object]], now: datetime
) -> Finding:
    try:
        await trial()
    except Temporary as error:
        return Finding(grade=Grade.UNREACHED, what=what, says=error.reason)
    except VendorError as error:
        grade = Grade.BAD if scope is Scope.READ_EVENTS else Grade.GAP
        return Finding(
            grade=grade, what=what, says=f"{error.reason}. {WITHOUT[scope]}", do=_remedy(client, scope, error, now)
        )
    untried = scope not in _TRIALS and scope in (Scope.WRITE_EVENTS, Scope.SEND_MAIL, Scope.DRAFT_MAIL)
    return Finding(grade=Grade.GOOD, what=what, says="signed in; not tried, as it would write" if untried else "")


def _remedy(client: GoogleClient, scope: Scope, error: VendorError, now: datetime) -> str:
    reason = error.reason
    if reason in _SWITCHED_OFF:
        return f"Switch on the API behind {_short(scope)} in the Google Cloud project (APIs & Services, Library)."
    if client.sign_ins.delegated and (reason == "unauthorized_client" or reason in _NO_SCOPE):
        return (
            "Admin console, Security, API controls, Domain-wide delegation: add exactly "
            f"{scope} to the client id {client.sign_ins.client_id}. It may take a day."
        )
    if isinstance(error, CredentialsLost) and not client.sign_ins.delegated:
        began = client.sign_ins.signed_in_at
        trap = f" {TESTING_TRAP}" if began is not None and now - began >= _TESTING_ENDS else ""
        return f"Sign in again: noshowd auth google --account {client.account.name} ...{trap}"
    if reason in _NO_SCOPE:
        return f"Sign in again and tick {scope}: noshowd auth google --account {client.account.name} ..."
    if scope is Scope.READ_EVENTS:
        return "Check the address, and that this calendar is shared with the account with all details."
    return ""


def _stored(client: GoogleClient, wanted: frozenset[Scope]) -> Finding:
    """What was granted at the sign-in, against what is switched on now."""
    granted = client.sign_ins.granted
    lacking = missing(wanted, granted) if granted is not None else []
    if not lacking:
        return Finding(grade=Grade.GOOD, what="sign-in of one person", says=TESTING_TRAP)
    names = ", ".join(lacking)
    return Finding(
        grade=Grade.GAP,
        what="sign-in of one person",
        says=f"{names} not granted. " + " ".join(WITHOUT[scope] for scope in lacking),
        do=f"Sign in again: noshowd auth google --account {client.account.name} ...",
    )


def _short(scope: Scope) -> str:
    return scope.rpartition("/")[2]
