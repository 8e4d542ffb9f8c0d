"""Puts whatever the Google libraries raise into the four words, with Google's own machine reason."""

from __future__ import annotations

import http.client
import json
import socket
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httplib2
import msgspec
from google.auth import exceptions as auth
from googleapiclient.errors import HttpError

from noshowd.adapters.google.transport import NotConnectedError
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError

#: 403 means both "too fast" and "not allowed"; these are "too fast".
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
#: The reason for which Google closes somebody's calendars for writing, although no call was too many.
QUOTA_EXCEEDED = "quotaExceeded"
#: Google closes a calendar for writing for hours after too many invitations; going on makes it worse.
_QUOTA_PAUSE = timedelta(hours=3)
#: A channel's address that Google does not take is answered with 401, and has nothing to do with the sign-in.
_ABOUT_PUSH = "push."
#: The server may have done its work before it failed. A 503 is turned away at the door.
_PERHAPS_DONE = frozenset({500, 502, 504})


class Refused(Permanent):
    """Google said no; `status` is the HTTP code, for callers to whom 404, 409, 410 or 412 means something."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def in_our_words(error: Exception, *, writing: bool) -> VendorError | None:
    """The vendor error for an exception of the libraries; None for one that is ours to mend.

    `writing` says that doing it twice is not the same as doing it once: only then is anything uncertain.
    """
    match error:
        case HttpError():
            return _refused(error, writing=writing)
        case auth.RefreshError():
            return _sign_in_refused(error)
        case auth.TransportError():
            return Temporary("sign_in_unreachable")
        case NotConnectedError() | ConnectionRefusedError() | socket.gaierror() | httplib2.ServerNotFoundError():
            return Temporary("unreachable")
        case httplib2.socks.ProxyError():
            return Temporary("proxy_unreachable")
        case TimeoutError():
            return Temporary("timeout", uncertain=writing)
        case json.JSONDecodeError() | UnicodeDecodeError() | msgspec.MsgspecError():
            return Temporary("unreadable_answer", uncertain=writing)
        case OSError() | http.client.HTTPException() | httplib2.HttpLib2Error():
            return Temporary("connection_lost", uncertain=writing)
    return None


def _refused(error: HttpError, *, writing: bool) -> VendorError:
    status, reason = int(error.resp.status), _machine_reason(error)
    if status == 401 and not reason.startswith(_ABOUT_PUSH):
        return CredentialsLost(reason)
    if status == 429 or (status == 403 and reason in _TOO_FAST):
        return Temporary(reason, retry_after=_retry_after(error.resp))
    if status == 403 and reason == QUOTA_EXCEEDED:
        # what was invited too often cannot be written for hours, and is read as before
        return Temporary(reason, retry_after=_retry_after(error.resp) or (_QUOTA_PAUSE if writing else None))
    if status >= 500:
        uncertain = writing and status in _PERHAPS_DONE
        return Temporary(reason, retry_after=_retry_after(error.resp), uncertain=uncertain)
    return Refused(status, reason)


def _machine_reason(error: HttpError) -> str:
    """`errors[0].reason` of the older APIs, `details[].reason` or `status` of the newer ones, else the code."""
    try:
        body: Any = json.loads(error.content)["error"]
        listed = [i["reason"] for i in (*body.get("errors", ()), *body.get("details", ())) if "reason" in i]
        return str(listed[0] if listed else body.get("status", f"http_{error.resp.status}"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"http_{error.resp.status}"


def _retry_after(headers: dict[str, str]) -> timedelta | None:
    """Seconds, or an instant compared with the answer's own Date header."""
    wish = headers.get("retry-after", "").strip()
    if wish.isdigit():
        return timedelta(seconds=int(wish))
    try:
        wait = parsedate_to_datetime(wish) - parsedate_to_datetime(headers["date"])
    except (ValueError, TypeError, KeyError):
        return None
    return max(wait, timedelta(0))


def _sign_in_refused(error: auth.RefreshError) -> VendorError:
    """`invalid_grant` for an unknown mailbox concerns that mailbox only; everything else the account."""
    if error.retryable:
        return Temporary("sign_in_unavailable")
    answer = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
    if "Invalid email" in answer.get("error_description", ""):
        return Permanent("mailbox_unknown")
    return CredentialsLost(str(answer.get("error", "sign_in_refused")))
