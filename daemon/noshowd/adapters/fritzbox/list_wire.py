"""Entries of the box's call list in our values. Pure.

Instants and lengths are whole minutes: a call of ten seconds stands there as `0:01`, and so does one that nobody
answered. What was dialled has the same type whether somebody answered or not. So only a call of several minutes is a
talk, a shorter one of ours is unclear, and no call of ours is ever unanswered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from hashlib import blake2s
from zoneinfo import ZoneInfo

from noshowd.adapters.fritzbox.settings import CallListSettings
from noshowd.adapters.fritzbox.wire import dialled
from noshowd.domain.evidence import CallRecord, CallResult, Direction

_MINUTE = timedelta(minutes=1)
#: What is left of a shorter call, once ringing is taken off, may be anything.
_SHORTEST = timedelta(minutes=3)
_LONGEST = timedelta(days=2)


class UnreadableEntryError(ValueError):
    """An entry of the list that is not what AVM describes."""


class Type(IntEnum):
    RECEIVED = 1
    MISSED = 2
    DIALLED = 3
    RUNNING_IN = 9
    REJECTED = 10
    RUNNING_OUT = 11


_OUTWARD = frozenset({Type.DIALLED, Type.RUNNING_OUT})
_RUNNING = frozenset({Type.RUNNING_IN, Type.RUNNING_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One `Call` of the list, its fields as they are written; None where the box leaves one out."""

    type: str | None
    caller: str | None
    caller_number: str | None
    called: str | None
    called_number: str | None
    port: str | None
    date: str | None
    duration: str | None
    path: str | None


def to_call(entry: Entry, settings: CallListSettings, normalise: Callable[[str], str | None]) -> CallRecord:
    """One entry. Raises `UnreadableEntryError`. `began` is the beginning of the minute in which it rang."""
    try:
        kind = Type(int(entry.type or ""))
        began, or_later_by = _instant(entry.date or "", ZoneInfo(settings.zone))
        length = _length(entry.duration)
    except (ValueError, OverflowError) as error:
        raise UnreadableEntryError(type(error).__name__) from error
    outward = kind in _OUTWARD
    direction = Direction.OUT if outward else Direction.IN
    ours, theirs = (
        (entry.caller_number or entry.caller, entry.called)
        if outward
        else (entry.called_number or entry.called, entry.caller)
    )
    result = _result(kind, entry, length, settings.machines)
    # lengths are rounded up, so the last minute may not have been
    ended = began + max(timedelta(0), length - _MINUTE)
    return CallRecord(
        source=settings.name,
        call=f"{began:%Y%m%dT%H%M}-{direction}-{blake2s((theirs or '').encode(), digest_size=4).hexdigest()}",
        direction=direction,
        our_line=normalise(_bare(ours)),
        their_number=normalise(dialled(_bare(theirs))),
        began=began,
        answered=began + settings.ringing if result is CallResult.ANSWERED else None,
        ended=None if kind in _RUNNING else ended,
        result=result,
        or_later_by=or_later_by,
    )


def numbered(calls: Iterable[CallRecord]) -> list[CallRecord]:
    """The calls, the first of the list last, with keys of their own where one minute has several alike.

    Not by the box's own ids: nothing says that a call keeps the one that it had while it ran.
    """
    met: Counter[str] = Counter()
    told = []
    for call in reversed(list(calls)):
        told.append(replace(call, call=f"{call.call}-{met[call.call]}"))
        met[call.call] += 1
    return told


def _result(kind: Type, entry: Entry, length: timedelta, machines: frozenset[int]) -> CallResult:
    if kind in _RUNNING:
        # whether it rings or they talk is not said: something goes on, and no talk is counted
        return CallResult.TALKING
    if kind is Type.MISSED:
        return CallResult.NO_ANSWER
    if kind is Type.REJECTED:
        return CallResult.REJECTED
    if kind is Type.RECEIVED and (entry.path or ((entry.port or "").isdigit() and int(entry.port or "") in machines)):
        return CallResult.VOICEMAIL
    return CallResult.ANSWERED if length >= _SHORTEST else CallResult.UNCLEAR


def _bare(written: str | None) -> str:
    """A number without the word that says over which network our line is reached (`SIP: 23714480`)."""
    return (written or "").rpartition(":")[2].strip()


def _instant(written: str, zone: ZoneInfo) -> tuple[datetime, timedelta]:
    """The instant of a local time, and how much later it may as well have been (the doubled hour in autumn)."""
    moment = datetime.strptime(written.strip(), "%d.%m.%y %H:%M")  # noqa: DTZ007 - the list itself has no zone
    early, late = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return early, max(timedelta(0), late - early)


def _length(written: str | None) -> timedelta:
    if not written:
        return timedelta(0)
    hours, _, minutes = written.partition(":")
    length = timedelta(hours=int(hours), minutes=int(minutes))
    if not timedelta(0) <= length <= _LONGEST:
        raise ValueError("length of a call")
    return length
