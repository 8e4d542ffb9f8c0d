"""sipgate's history in our values. Pure.

Rules, each with its trap: `duration` counts ringing too and is above zero for calls that nobody answered, so direction
and status decide; a voicemail entry is no talk; entries with the same `callId` are one call; an instant without a zone
is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from noshowd.domain.evidence import CallRecord, CallResult, Direction

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_DIRECTIONS = {
    "INCOMING": Direction.IN,
    "MISSED_INCOMING": Direction.IN,
    "OUTGOING": Direction.OUT,
    "MISSED_OUTGOING": Direction.OUT,
}
_UNANSWERED = {
    "BUSY": CallResult.BUSY,
    "BUSY_ON_BUSY": CallResult.BUSY,
    "REJECTED": CallResult.REJECTED,
    "REJECTED_DND": CallResult.REJECTED,
    "FAILURE": CallResult.FAILED,
    "VOICEMAIL_NO_MESSAGE": CallResult.VOICEMAIL,
}
#: The leg that says most about a call of several.
_TELLS_MOST = (CallResult.ANSWERED, CallResult.UNCLEAR, CallResult.VOICEMAIL, CallResult.BUSY, CallResult.REJECTED)


class UnreadableEntryError(ValueError):
    """An entry of the history that is not what sipgate describes."""


def number(written: object) -> str | None:
    """E.164 of a number as sipgate writes it: with a plus in the history, without one in the webhook.

    None for hidden numbers and for internal ones.
    """
    digits = str(written or "").strip()
    if digits and not digits.startswith("+"):
        digits = f"+{digits}"
    return digits if _E164.fullmatch(digits) else None


def to_call(
    entry: Mapping[str, Any], *, source: str, extensions: Mapping[str, str], ringing: timedelta
) -> CallRecord | None:
    """One entry; None for what is no call (SMS, fax). Raises `UnreadableEntryError`.

    The moment of the answer is not recorded: it is put as late as `ringing` allows, so that talk is never overstated.
    """
    if entry.get("type") not in ("CALL", "VOICEMAIL"):
        return None
    try:
        direction = _DIRECTIONS[entry["direction"]]
        began = _instant(entry["created"])
        ended = began + timedelta(seconds=float(entry.get("duration") or 0))
        key = str(entry.get("callId") or entry["id"])
        ours, theirs = (
            (entry["target"], entry["source"])
            if direction is Direction.IN
            else (
                entry["source"],
                entry["target"],
            )
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableEntryError(type(error).__name__) from error
    result = _result(entry)
    answered = min(began + ringing, ended) if result is CallResult.ANSWERED else None
    return CallRecord(
        source=source,
        call=key,
        direction=direction,
        our_line=_line(entry, extensions) or number(ours),
        their_number=number(theirs),
        began=began,
        answered=answered,
        ended=ended,
        result=result,
    )


def one_a_call(calls: Iterable[CallRecord]) -> tuple[CallRecord, ...]:
    """Legs with the same id joined: first ring to last hang-up, and the result that says most."""
    joined: dict[str, CallRecord] = {}
    for call in calls:
        other = joined.get(call.call)
        joined[call.call] = call if other is None else _join(other, call)
    return tuple(sorted(joined.values(), key=lambda call: (call.began, call.call)))


def _join(first: CallRecord, second: CallRecord) -> CallRecord:
    telling = first if _weight(first) <= _weight(second) else second
    answers = [call.answered for call in (first, second) if call.answered is not None]
    ends = [call.ended for call in (first, second) if call.ended is not None]
    return replace(
        telling,
        began=min(first.began, second.began),
        answered=min(answers, default=None),
        ended=max(ends, default=None),
    )


def _weight(call: CallRecord) -> int:
    return _TELLS_MOST.index(call.result) if call.result in _TELLS_MOST else len(_TELLS_MOST)


def _line(entry: Mapping[str, Any], extensions: Mapping[str, str]) -> str | None:
    """The line behind the extension that rang, where the configuration knows it."""
    for endpoint in entry.get("endpoints") or ():
        extension = str(endpoint.get("extension")) if isinstance(endpoint, Mapping) else ""
        if extension in extensions:
            return extensions[extension]
    return None


def _instant(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)


def _result(entry: Mapping[str, Any]) -> CallResult:
    """Direction and status decide; what contradicts itself or is new to us is unclear."""
    if entry["type"] == "VOICEMAIL":
        return CallResult.VOICEMAIL
    missed = str(entry["direction"]).startswith("MISSED")
    status, detail = entry.get("status"), entry.get("callStatus")
    if detail in _UNANSWERED and (missed or status != "PICKUP"):
        return _UNANSWERED[detail]
    if status == "PICKUP" and not missed and detail in (None, "SUCCESS"):
        return CallResult.ANSWERED
    if status == "NOPICKUP" or (missed and status != "PICKUP"):
        return CallResult.NO_ANSWER
    return CallResult.UNCLEAR
