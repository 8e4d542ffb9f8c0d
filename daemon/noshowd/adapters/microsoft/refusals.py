"""What Graph answers, alone or as a part of a batch, and which of the four words a refusal is. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from noshowd.ports.errors import CursorExpired, Permanent, Temporary, VendorError

_EXPIRED = frozenset({"syncstatenotfound", "resyncrequired", "syncstateinvalid"})
#: Words of a refusal that name what is missing.
_HINTS = (
    (
        "application access policy",
        "an application access policy for the organiser is missing in Teams, or not yet effective",
    ),
    (
        "access to odata is disabled",
        "the mailbox is outside the scope granted to the application, or the grant is not yet effective",
    ),
)
#: A code that says more than the status.
_CODES = {"erroroccurrencecrossingboundary": "an occurrence cannot be moved onto or past its neighbour"}


class NotThere(Permanent):
    """404: what was asked for does not exist."""


class Denied(Permanent):
    """403: the right is missing, or not effective yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers by lower-case name, and the JSON in it; `intact` False where that could not be read."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    intact: bool = True


def answer_of(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    """The answer to a call of its own. An empty body is None."""
    lowered = {name.lower(): value for name, value in headers.items()}
    if not content:
        return Answer(status=status, headers=lowered)
    try:
        return Answer(status=status, headers=lowered, body=json.loads(content))
    except ValueError:
        return Answer(status=status, headers=lowered, intact=False)


def content(answer: Answer, *, acts: bool) -> Any:
    """The JSON of a good answer (None for an empty one), else the error in one of the four words."""
    if not 200 <= answer.status < 300:
        raise refused(answer, acts=acts)
    if not answer.intact:
        raise Temporary("Graph's answer is cut off or not its own", uncertain=acts)
    return answer.body


def refused(answer: Answer, *, acts: bool) -> VendorError:
    """What an error answer means. `acts`: the request may have taken effect before it failed."""
    status, code, hint = answer.status, *_error_of(answer)
    ids = ", ".join(
        f"{name} {answer.headers[name]}" for name in ("request-id", "client-request-id") if name in answer.headers
    )
    reason = f"Graph: {status} {code}{hint} ({ids or 'no request-id'})"
    if status == 410 or code.lower() in _EXPIRED:
        return CursorExpired(reason)
    if status == 429:
        return Temporary(reason, retry_after=retry_after(answer))
    if status == 409:  # two writers of one item
        return Temporary(reason)
    if status >= 500 or status < 400 or status == 408:  # Graph itself never redirects
        return Temporary(reason, retry_after=retry_after(answer), uncertain=acts)
    return {404: NotThere, 403: Denied}.get(status, Permanent)(reason)


def retry_after(answer: Answer) -> timedelta | None:
    """How long Graph wants to be left alone; None where it does not say."""
    text = str(answer.headers.get("retry-after", ""))
    return timedelta(seconds=int(text)) if text.isdecimal() else None


def _error_of(answer: Answer) -> tuple[str, str]:
    """Graph's code and, where its message is known, what is missing. The message itself may name people."""
    try:
        error = answer.body["error"]
        code, message = str(error["code"])[:60], str(error.get("message", "")).lower()
    except (ValueError, KeyError, TypeError):
        return "without a reason", ""
    if code.lower() in _CODES:
        return code, f": {_CODES[code.lower()]}"
    return code, next((f": {hint}" for words, hint in _HINTS if words in message), "")
