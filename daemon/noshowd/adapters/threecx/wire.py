"""Segments of the call history and running calls of a 3CX in our values. Pure.

One call is several segments (ringing a group, a queue, an extension, a transfer), and the history gives them no common
id: segments with the same outside number that follow each other at once are one call. A segment is answered by a menu,
a queue or a mailbox too; only one whose inner end is an extension of ours is a talk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from noshowd.adapters.threecx.settings import ThreeCxSettings
from noshowd.domain.evidence import CallRecord, CallResult, Direction

#: The next segment of a call begins no later after the one before.
_AT_ONCE = timedelta(seconds=5)
_TELLS_MOST = (CallResult.ANSWERED, CallResult.UNCLEAR, CallResult.NO_ANSWER)
#: `100 Anna Berger`, `10001 Provider (+491713920050)`.
_WITH_NUMBER = re.compile(r"^\s*(?P<dn>\S+)?(?:\s+.*?)?(?:\((?P<number>[^()]*)\))?\s*$")

Normalise = Callable[[str], str | None]


class UnreadableSegmentError(ValueError):
    """Not what the XAPI describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a call with the outside."""

    id: int
    direction: Direction
    #: Our line, where the inner end is an extension that we know.
    line: str | None
    number: str | None
    began: datetime
    ended: datetime
    answered: bool


def to_segment(entry: Mapping[str, Any], settings: ThreeCxSettings, normalise: Normalise) -> Segment | None:
    """One entry; None for what stays inside the house. Raises `UnreadableSegmentError`."""
    try:
        from_outside, to_outside = bool(entry["SrcExternal"]), bool(entry["DstExternal"])
        began, ended = _instant(entry["SegmentStartTime"]), _instant(entry["SegmentEndTime"])
        sides = {
            side: (str(entry[f"{side}Dn"] or ""), str(entry[f"{side}CallerNumber"] or "")) for side in ("Src", "Dst")
        }
        key, answered = int(entry["SegmentId"]), bool(entry["CallAnswered"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableSegmentError(type(error).__name__) from error
    if not (from_outside or to_outside):
        return None
    inner, outer = ("Dst", "Src") if from_outside else ("Src", "Dst")
    return Segment(
        id=key,
        direction=Direction.IN if from_outside else Direction.OUT,
        # a call put through to an outside telephone has no inner end
        line=None if from_outside and to_outside else settings.extensions.get(sides[inner][0]),
        number=normalise(sides[outer][1]),
        began=began,
        ended=max(began, ended),
        answered=answered,
    )


def to_calls(segments: Iterable[Segment], settings: ThreeCxSettings) -> list[CallRecord]:
    """Segments that follow each other joined to one call, in the order of their beginning."""
    groups: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda one: (one.began, one.id)):
        before = next((g for g in reversed(groups) if _goes_on(g, segment)), None)
        if before is None:
            groups.append([segment])
        else:
            before.append(segment)
    return [_call(group, settings) for group in groups]


def _goes_on(group: Sequence[Segment], segment: Segment) -> bool:
    same = group[0].direction is segment.direction and group[0].number == segment.number
    latest = max(one.ended for one in group)
    # two hidden callers at one time are two
    return same and segment.number is not None and abs(segment.began - latest) <= _AT_ONCE


def _call(group: Sequence[Segment], settings: ThreeCxSettings) -> CallRecord:
    results = {one.id: _result(one, settings) for one in group}
    telling = min(group, key=lambda one: (_TELLS_MOST.index(results[one.id]), one.began - one.ended))
    result = results[telling.id]
    line = telling.line or next((one.line for one in group if one.line is not None), None)
    return CallRecord(
        source=settings.name,
        call=str(group[0].id),
        direction=group[0].direction,
        our_line=line,
        their_number=group[0].number,
        began=group[0].began,
        answered=min(telling.began + settings.ringing, telling.ended) if result is CallResult.ANSWERED else None,
        ended=telling.ended if result is CallResult.ANSWERED else max(one.ended for one in group),
        result=result,
    )


def _result(segment: Segment, settings: ThreeCxSettings) -> CallResult:
    if segment.answered:
        return CallResult.ANSWERED if segment.line is not None else CallResult.UNCLEAR
    short = segment.ended - segment.began < settings.busy_within
    return CallResult.UNCLEAR if short and segment.direction is Direction.OUT else CallResult.NO_ANSWER


def to_running(entry: Mapping[str, Any], settings: ThreeCxSettings, normalise: Normalise) -> CallRecord | None:
    """A running call; None for one inside the house. Raises `UnreadableSegmentError`."""
    try:
        began = _instant(entry["EstablishedAt"])
        since = _instant(entry["LastChangeStatus"])
        caller, called = _end(str(entry["Caller"] or "")), _end(str(entry["Callee"] or ""))
        key, talks = f"running-{int(entry['Id'])}-{began:%Y%m%dT%H%M%S}", str(entry["Status"]) == "Talking"
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableSegmentError(type(error).__name__) from error
    outward = caller[0] in settings.extensions
    inner, outer = (caller, called) if outward else (called, caller)
    number = normalise(outer[1] or outer[0])
    if number is None and outer[0] in settings.extensions:
        return None
    return CallRecord(
        source=settings.name,
        call=key,
        direction=Direction.OUT if outward else Direction.IN,
        our_line=settings.extensions.get(inner[0]),
        their_number=number,
        began=began,
        answered=max(began, since) if talks else None,
        result=CallResult.TALKING if talks else CallResult.RINGING,
    )


def lost_from_sight(call: CallRecord, at: datetime) -> CallRecord:
    """A call that ran and no longer does, until the history tells the rest: it lasted at least this long."""
    result = CallResult.ANSWERED if call.result is CallResult.TALKING else CallResult.UNCLEAR
    return replace(call, ended=max(at, call.answered or call.began), result=result)


def _end(written: str) -> tuple[str, str]:
    """The extension or trunk, and the number in brackets, of one end of a running call."""
    found = _WITH_NUMBER.match(written)
    if found is None:
        raise ValueError("end of a call")
    return found["dn"] or "", (found["number"] or "").strip()


def _instant(written: object) -> datetime:
    moment = datetime.fromisoformat(str(written))
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)
