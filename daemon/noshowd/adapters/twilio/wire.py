"""Twilio's calls in our values. Pure.

Rules, each with its trap: an inbound call is "in progress" and "completed" as soon as Twilio itself answered it, so the
leg that rings our people (a child, `outbound-dial`) decides; of a call that Twilio dials for us the child is the guest;
"completed" includes mailboxes, told only where machine detection was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from noshowd.domain.evidence import CallRecord, CallResult, Direction

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_RESULTS = {
    "queued": CallResult.RINGING,
    "initiated": CallResult.RINGING,
    "ringing": CallResult.RINGING,
    "in-progress": CallResult.TALKING,
    "completed": CallResult.ANSWERED,
    "busy": CallResult.BUSY,
    "failed": CallResult.FAILED,
    "no-answer": CallResult.NO_ANSWER,
    # taken back while it rang: how long it rang is not told
    "canceled": CallResult.UNCLEAR,
}
_TELLS_MOST = (
    CallResult.TALKING,
    CallResult.ANSWERED,
    CallResult.RINGING,
    CallResult.UNCLEAR,
    CallResult.VOICEMAIL,
    CallResult.NO_ANSWER,
    CallResult.BUSY,
    CallResult.FAILED,
)
_RUNNING = frozenset({CallResult.RINGING, CallResult.TALKING})
#: What Twilio writes for a caller who is not told: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a keypad.
_HIDDEN = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


class UnreadableCallError(ValueError):
    """An entry of the list that is not what Twilio describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One call of the list."""

    sid: str
    parent: str | None
    inbound: bool
    caller: str
    called: str
    began: datetime
    ended: datetime | None
    duration: timedelta
    result: CallResult


def number(written: str) -> str | None:
    """E.164, or None for hidden ones, for SIP addresses and clients."""
    return written if _E164.fullmatch(written) and written not in _HIDDEN else None


def to_leg(call: Mapping[str, Any]) -> Leg:
    """One entry. Raises `UnreadableCallError`."""
    try:
        began = _instant(call.get("start_time") or call["date_created"])
        ended = _instant(call["end_time"]) if call.get("end_time") else None
        return Leg(
            sid=_id(call["sid"]),
            parent=call.get("parent_call_sid") or None,
            inbound=str(call["direction"]) == "inbound",
            caller=str(call["from"] or ""),
            called=str(call["to"] or ""),
            began=began,
            ended=None if ended is None else max(began, ended),
            duration=timedelta(seconds=float(call.get("duration") or 0)),
            result=_result(str(call["status"]), call.get("answered_by")),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableCallError(type(error).__name__) from error


def to_calls(legs: Iterable[Leg], *, source: str, lines: frozenset[str], ringing: timedelta) -> tuple[CallRecord, ...]:
    """Parents with their children as one call each, in the order of their beginning."""
    families: dict[str, list[Leg]] = {}
    for leg in legs:
        families.setdefault(leg.parent or leg.sid, []).append(leg)
    made = (_call(key, family, source, lines, ringing) for key, family in families.items())
    return tuple(sorted((call for call in made if call is not None), key=lambda call: (call.began, call.call)))


def _call(key: str, family: Sequence[Leg], source: str, lines: frozenset[str], ringing: timedelta) -> CallRecord | None:
    parent = next((leg for leg in family if leg.sid == key), family[0])
    children = [leg for leg in family if leg.sid != key]
    telling = min(children or [parent], key=lambda leg: (_TELLS_MOST.index(leg.result), -leg.duration))
    result = telling.result
    if parent.inbound:
        direction, ours, theirs = Direction.IN, parent.called, parent.caller
        if not children and result in (CallResult.ANSWERED, CallResult.TALKING):
            # Twilio itself answered, and nobody of ours was rung yet: a greeting, a menu, a mailbox
            result = CallResult.RINGING if parent.ended is None else CallResult.UNCLEAR
    else:
        direction, ours, theirs = Direction.OUT, telling.caller, telling.called
        if not children and not number(theirs):
            # so far it rings nobody but one of ours
            return None
    if number(ours) not in lines:
        return None
    ended = max((leg.ended for leg in family if leg.ended is not None), default=None)
    running = any(leg.ended is None and leg.result in _RUNNING for leg in family)
    answered = _answered(telling, ringing) if result is CallResult.ANSWERED else None
    return CallRecord(
        source=source,
        call=key,
        direction=direction,
        our_line=number(ours),
        their_number=number(theirs),
        began=min(leg.began for leg in family),
        answered=answered,
        ended=None if running else (telling.ended if answered else ended or parent.began),
        result=result,
    )


def _answered(leg: Leg, ringing: timedelta) -> datetime | None:
    """When it was answered, put as late as it may have been: talk is never overstated."""
    if leg.ended is None:
        return None
    whole = leg.ended - leg.began
    talk = leg.duration if leg.duration < whole else whole - ringing
    return leg.ended - max(timedelta(0), talk)


def _result(status: str, answered_by: object) -> CallResult:
    result = _RESULTS.get(status, CallResult.UNCLEAR)
    by_machine = isinstance(answered_by, str) and answered_by.startswith(("machine", "fax"))
    return CallResult.VOICEMAIL if by_machine and result is CallResult.ANSWERED else result


def _id(sid: object) -> str:
    if not isinstance(sid, str) or not sid:
        raise ValueError("no id")
    return sid


def _instant(written: object) -> datetime:
    """RFC 2822, always with a zone. Raises `ValueError`."""
    moment = parsedate_to_datetime(str(written))
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)
