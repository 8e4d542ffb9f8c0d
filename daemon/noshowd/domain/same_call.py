"""One call that is told of twice: what one record cannot tell is not in doubt where the other can."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from noshowd.domain.evidence import CallRecord, CallResult

#: Two sources put the same beginning no further apart: one writes whole minutes, clocks differ, a trunk rings later.
_APART = timedelta(seconds=90)


def told_once(calls: Iterable[CallRecord]) -> list[CallRecord]:
    """The calls without those unclear ones that another record tells clearly, each by one of its own.

    Of several records of one source and call the last counts. A clear record speaks for one call of another source
    only: of two attempts within a minute the second may have been a talk that the first source missed.
    """
    latest = list({(call.source, call.call): call for call in calls}.values())
    unclear = [call for call in latest if call.result is CallResult.UNCLEAR]
    if not unclear:
        return latest
    clear = [call for call in latest if call.result is not CallResult.UNCLEAR]
    spoken: set[tuple[str, str, str]] = set()
    doubtful = [call for call in unclear if not _told_by(call, clear, spoken)]
    return [*clear, *doubtful]


def lost_from_sight(call: CallRecord, at: datetime) -> CallRecord:
    """A call that ran at `at` and of which its source tells nothing any more (it was restarted, a post was lost).

    What became of it is unclear, until a list tells a call that went on at that instant.
    """
    return replace(call, answered=None, ended=max(call.began, at), result=CallResult.UNCLEAR)


def _told_by(call: CallRecord, clear: Iterable[CallRecord], spoken: set[tuple[str, str, str]]) -> bool:
    """Whether a clear record is this call; it is then taken for this source."""
    same = [
        (_apart(call, other), other.source, other.call)
        for other in clear
        if _may_be_one(call, other) and (call.source, other.source, other.call) not in spoken
    ]
    if not same:
        return False
    _, source, key = min(same)
    spoken.add((call.source, source, key))
    return True


def _may_be_one(call: CallRecord, other: CallRecord) -> bool:
    lines = {call.our_line, other.our_line} - {None}
    return (
        (call.source != other.source or _went_on(other, call.ended))
        and call.direction is other.direction
        and call.their_number == other.their_number
        and len(lines) <= 1
        and _apart(call, other) <= _APART
    )


def _went_on(call: CallRecord, at: datetime | None) -> bool:
    """Whether it is over and had not ended at `at`: two calls of one source do not run over one line at once."""
    return at is not None and call.ended is not None and call.began <= at <= call.ended


def _apart(call: CallRecord, other: CallRecord) -> timedelta:
    readings = (call.began, call.began + call.or_later_by)
    return min(abs(began - other.began) for began in readings)
