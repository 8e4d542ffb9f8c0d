"""Tries whether Google can tell us of changes: our address as whoever comes from outside sees it, and a channel."""

from __future__ import annotations

import secrets
import ssl
from datetime import datetime, timedelta

import httpx2

from noshowd.adapters.google.watcher import GoogleWatcher
from noshowd.ports.check import Finding, Grade
from noshowd.ports.errors import Permanent, Temporary, VendorError

_WHAT = "Google tells of changes"
_WITHOUT = "Calendars are looked at every few minutes instead."
#: The trial's channel ends by itself, should ending it fail.
_SOON = timedelta(minutes=10)
_REMEDIES = {
    "push.webhookUrlNotHttps": "Set public_url in [web] to an https address.",
    "push.webhookUrlUnauthorized": (
        "Google does not take the address: verify its domain in the Google Search Console with an account that owns "
        "the Google Cloud project, and see that its certificate is valid."
    ),
}


def without_address(public_url: str | None) -> Finding:
    """There is no address to which Google would post: https, and no other."""
    if public_url is None:
        return Finding(grade=Grade.GOOD, what=_WHAT, says=f"not used, as [web] has no public_url. {_WITHOUT}")
    return Finding(
        grade=Grade.GAP,
        what=_WHAT,
        says=f"Google posts to https addresses only, and public_url is {public_url}. {_WITHOUT}",
        do="Set public_url in [web] to an https address that can be reached from outside, or watch = false.",
    )


async def check_watch(watcher: GoogleWatcher, calendar: str, *, patience: float, now: datetime) -> list[Finding]:
    """Post to our own address as Google would, and have Google open a channel to it that is ended at once."""
    return [await _reached(watcher, patience), await _opened(watcher, calendar, now)]


async def _reached(watcher: GoogleWatcher, patience: float) -> Finding:
    """Believed are the public authorities alone, as Google does; no proxy of ours leads to it."""
    what = f"address {watcher.address}"
    do = "Let it be reached from outside with a valid certificate, let the reverse proxy hand it on, start noshowd."
    try:
        async with httpx2.AsyncClient(
            timeout=patience, verify=ssl.create_default_context(), trust_env=False
        ) as outside:
            answer = await outside.post(watcher.address, headers=watcher.trial_headers(secrets.token_hex(16)))
    except (httpx2.HTTPError, OSError) as error:
        says = f"it cannot be reached from this machine: {str(error) or type(error).__name__}. {_WITHOUT}"
        return Finding(grade=Grade.GAP, what=what, says=says, do=do)
    if answer.status_code == 204:
        return Finding(grade=Grade.GOOD, what=what, says="it answers (as seen from this machine)")
    says = f"it answers with {answer.status_code}, which this noshowd does not. {_WITHOUT}"
    return Finding(grade=Grade.GAP, what=what, says=says, do=do)


async def _opened(watcher: GoogleWatcher, calendar: str, now: datetime) -> Finding:
    channel = secrets.token_hex(16)
    try:
        promise = await watcher.watch(calendar, channel=channel, until=now + _SOON)
        await watcher.unwatch(calendar, channel=channel, ref=promise.ref)
    except Temporary as error:
        return Finding(grade=Grade.UNREACHED, what=_WHAT, says=error.reason)
    except VendorError as error:
        do = _REMEDIES.get(error.reason, "" if isinstance(error, Permanent) else "Mend the sign-in first.")
        return Finding(grade=Grade.GAP, what=_WHAT, says=f"{error.reason}. {_WITHOUT}", do=do)
    return Finding(grade=Grade.GOOD, what=_WHAT, says="a channel was opened and ended")
