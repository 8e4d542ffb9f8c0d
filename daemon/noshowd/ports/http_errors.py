"""What an HTTP answer says in the four words, for vendors who have no words of their own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from noshowd.ports.errors import CredentialsLost, Permanent, Temporary


def require_good(status: int, retry_after: str = "", *, unauthorised: str, forbidden: str) -> None:
    """Pass a 200. Raises `CredentialsLost` (reason `unauthorised`) for a 401, `Permanent` (`forbidden`) for a 403,
    `Temporary` for 429 and the vendor's own faults, `Permanent` for everything else.

    `retry_after` is that header, honoured in seconds (RFC 9110, 10.2.3); none of these vendors writes a date there.
    """
    if status == 401:
        raise CredentialsLost(unauthorised)
    if status == 403:
        raise Permanent(forbidden)
    if status == 429 or status >= 500:
        wish = timedelta(seconds=int(retry_after)) if retry_after.isdecimal() else None
        raise Temporary(f"http_{status}", retry_after=wish)
    if status != 200:
        raise Permanent(f"http_{status}")


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body holds. Raises `Temporary` for anything else: a proxy's page, an answer cut off."""
    try:
        page = json.loads(body)
    except ValueError:
        page = None
    if not isinstance(page, dict):
        raise Temporary("unreadable_answer")
    return page
