"""The telephone appointments that are watched now, found by line and number: a call is held against few of them."""

from __future__ import annotations

from collections.abc import Iterable

from noshowd.domain.evidence import CallRecord
from noshowd.domain.lines import concerns, lines_of_ours, lines_of_theirs, trunk
from noshowd.domain.meeting import Meeting


class Appointments:
    """Answers which appointments a call may have to do with, exactly as `concerns` does for each of them."""

    def __init__(self, meetings: Iterable[Meeting]) -> None:
        self._by_line: dict[str, list[int]] = {}
        self._by_trunk: dict[str, list[int]] = {}
        self._meetings = list(meetings)
        for number, meeting in enumerate(self._meetings):
            for line in lines_of_ours(meeting):
                self._by_line.setdefault(line, []).append(number)
            for line in lines_of_theirs(meeting) | {meeting.place.phone or ""}:
                self._by_trunk.setdefault(trunk(line), []).append(number)
        self._lengths = sorted({len(one) for one in self._by_trunk})

    def concerned(self, call: CallRecord) -> list[Meeting]:
        """Those that this call may have to do with, in the order given."""
        found = set(self._by_line.get(call.our_line or "", ()))
        theirs = call.their_number
        if theirs is not None:
            for length in self._lengths:
                found.update(self._by_trunk.get(theirs[:length], ()))
        near = (self._meetings[number] for number in sorted(found))
        return [meeting for meeting in near if concerns(call, meeting)]
