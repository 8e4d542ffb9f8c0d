"""The calls that a box told of: from its lines to call records. No I/O; the same line twice changes nothing.

`connId` is used again as soon as a call has ended, so it is a key only while the call lives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from noshowd.adapters.fritzbox.settings import FritzboxSettings
from noshowd.adapters.fritzbox.wire import Event, Line
from noshowd.domain.evidence import CallRecord, CallResult, Direction

#: Calls are remembered so long after they ended.
_KEPT = timedelta(hours=24)


class CallBook:
    """Keeps the calls of one box. `normalise` gives E.164 of a number as the box writes it, or None."""

    def __init__(self, settings: FritzboxSettings, normalise: Callable[[str], str | None]) -> None:
        self._settings = settings
        self._normalise = normalise
        self._calls: dict[str, CallRecord] = {}
        #: connId -> key of the call that uses it now.
        self._living: dict[int, str] = {}

    def calls(self, since: datetime) -> Iterator[CallRecord]:
        """Every call that had not ended before `since`."""
        return (call for call in self._calls.values() if call.ended is None or call.ended >= since)

    def enter(self, line: Line, at: datetime, or_later_by: timedelta) -> None:
        """Take one line that stands for the instant `at`."""
        if line.event in (Event.RING, Event.CALL):
            self._begin(line, at, or_later_by)
        elif line.event is Event.CONNECT:
            self._connect(line, at, or_later_by)
        else:
            self._disconnect(line, at)
        self._forget(at)

    def interrupt(self, at: datetime) -> None:
        """The connection is gone: of the calls that were running only what was seen is known."""
        for key in self._living.values():
            self._calls[key] = _cut_short(self._calls[key], at)
        self._living.clear()

    def _begin(self, line: Line, at: datetime, or_later_by: timedelta) -> None:
        key = f"{at:%Y%m%dT%H%M%S}-{line.connection}"
        if key in self._calls:
            return
        replaced = self._living.pop(line.connection, None)
        if replaced is not None:
            # its end was lost
            self._calls[replaced] = _cut_short(self._calls[replaced], at)
        if line.internal:
            return
        self._calls[key] = CallRecord(
            source=self._settings.name,
            call=key,
            direction=Direction.IN if line.event is Event.RING else Direction.OUT,
            our_line=self._normalise(line.own_number),
            their_number=self._normalise(line.other_number),
            began=at,
            result=CallResult.RINGING,
            or_later_by=or_later_by,
        )
        self._living[line.connection] = key

    def _connect(self, line: Line, at: datetime, or_later_by: timedelta) -> None:
        key = self._living.get(line.connection)
        if key is None:
            if not line.internal and not self._repeats(line, at):
                self._join(line, at, or_later_by)
            return
        call = self._calls[key]
        if call.answered is None:
            by_machine = call.direction is Direction.IN and line.extension in self._settings.machines
            result = CallResult.VOICEMAIL if by_machine else CallResult.TALKING
            self._calls[key] = replace(call, answered=max(at, call.began), result=result)

    def _repeats(self, line: Line, at: datetime) -> bool:
        return any(call.answered == at and call.call.endswith(f"-{line.connection}") for call in self._calls.values())

    def _join(self, line: Line, at: datetime, or_later_by: timedelta) -> None:
        """Somebody picked up a call whose ringing was missed: who rang whom is not known, but they talk."""
        key = f"{at:%Y%m%dT%H%M%S}-{line.connection}"
        by_machine = line.extension in self._settings.machines
        self._calls[key] = CallRecord(
            source=self._settings.name,
            call=key,
            direction=Direction.IN,
            our_line=None,
            their_number=self._normalise(line.other_number),
            began=at,
            answered=at,
            result=CallResult.UNCLEAR if by_machine else CallResult.TALKING,
            or_later_by=or_later_by,
        )
        self._living[line.connection] = key

    def _disconnect(self, line: Line, at: datetime) -> None:
        key = self._living.pop(line.connection, None)
        if key is None:
            return
        call = self._calls[key]
        ended = max(at, call.began)
        if call.answered is not None:
            # the box may count on until our handset is put down; it never counts too little
            talked = min(max(at - call.answered, timedelta(0)), timedelta(seconds=line.seconds))
            result = CallResult.ANSWERED if call.result is CallResult.TALKING else call.result
            self._calls[key] = replace(call, ended=call.answered + talked, result=result)
            return
        self._calls[key] = replace(call, ended=ended, result=self._unanswered(call, line, ended))

    def _unanswered(self, call: CallRecord, line: Line, ended: datetime) -> CallResult:
        if line.seconds > 0:
            # connected, but we were not told when
            return CallResult.UNCLEAR
        perhaps_busy = call.direction is Direction.OUT and ended - call.began < self._settings.busy_within
        return CallResult.UNCLEAR if perhaps_busy else CallResult.NO_ANSWER

    def _forget(self, now: datetime) -> None:
        # in the order of their beginning: the first that is not old enough ends the search
        while self._calls:
            key, call = next(iter(self._calls.items()))
            if (call.ended or call.began + _KEPT) >= now - _KEPT:
                return
            del self._calls[key]
            self._living = {number: one for number, one in self._living.items() if one != key}


def _cut_short(call: CallRecord, at: datetime) -> CallRecord:
    """A call of which the rest is not known: it lasted at least this long."""
    result = {CallResult.TALKING: CallResult.ANSWERED, CallResult.RINGING: CallResult.UNCLEAR}
    ended = max(at, call.answered or call.began)
    return replace(call, ended=ended, result=result.get(call.result, call.result))
