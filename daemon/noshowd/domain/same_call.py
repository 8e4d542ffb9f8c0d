"""One call that two sources tell of: what one of them cannot tell is not in doubt where the other can."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from noshowd.domain.evidence import CallRecord, CallResult

#: Two sources put the same beginning no further apart: one writes whole minutes, clocks differ, a trunk rings later.
_APART = timedelta(seconds=90)


def told_once(calls: Iterable[CallRecord]) -> list[CallRecord]:
    """The calls without those unclear ones that another source tells clearly, each by one record of its own.

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


def _told_by(call: CallRecord, clear: Iterable[CallRecord], spoken: set[tuple[str, str, str]]) -> bool:
    """Whether a clear record of another source is this call; it is then taken for this source."""
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
        call.source != other.source
        and call.direction is other.direction
        and call.their_number == other.their_number
        and len(lines) <= 1
        and _apart(call, other) <= _APART
    )


def _apart(call: CallRecord, other: CallRecord) -> timedelta:
    readings = (call.began, call.began + call.or_later_by)
    return min(abs(began - other.began) for began in readings)
