"""Rows of a table of call records in our values. Pure.

A row is no talk because it is there: a call to nobody leaves a row of zero seconds, a mailbox and a menu are answered
too. What says neither is unclear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2s
from zoneinfo import ZoneInfo

from noshowd.adapters.cdr.settings import CdrSettings
from noshowd.adapters.cdr.times import Readings, between, reader, seconds
from noshowd.domain.evidence import CallRecord, CallResult, Direction
from noshowd.domain.lines import End, House, directions

Row = Mapping[str, object]
#: The leg that says most about a call of several.
_TELLS_MOST = (CallResult.ANSWERED, CallResult.UNCLEAR, CallResult.VOICEMAIL, CallResult.BUSY, CallResult.REJECTED)
_NO_WORD = ""


class UnreadableRowError(ValueError):
    """A row that is not what the configuration describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One row: a call or a part of one. `talk` is the last part of `length`."""

    call: str
    direction: Direction
    our_line: str | None
    their_number: str | None
    began: Readings
    length: timedelta
    talk: timedelta
    result: CallResult


class RowReader:
    """Reads the rows of one table. `normalise` gives E.164 of a number as the table writes it, or None."""

    def __init__(self, settings: CdrSettings, normalise: Callable[[str], str | None]) -> None:
        self._settings = settings
        self._house = House(settings.lines, settings.extensions, normalise)
        self._instant = reader(settings.times, settings.time_format, ZoneInfo(settings.zone))

    def began(self, row: Row) -> Readings:
        """When it began. Raises `UnreadableRowError`."""
        try:
            return self._instant(row[self._settings.columns.began])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise UnreadableRowError(type(error).__name__) from error

    def legs(self, row: Row) -> Iterator[Leg]:
        """The row as a leg, or both readings of it; none for a call inside the house. Raises `UnreadableRowError`."""
        began = self.began(row)
        try:
            length, talk = self._lengths(row, began)
            caller = self._house.end(self._cell(row, self._settings.columns.caller))
            called = self._house.end(self._cell(row, self._settings.columns.called))
            result = self._result(row, talk)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise UnreadableRowError(type(error).__name__) from error
        key = self._cell(row, self._settings.columns.call) or _own_key(began, caller, called)
        line = self._house.end(self._cell(row, self._settings.columns.line)).line
        for direction in self._directions(row, caller, called, line):
            ours, theirs = (called, caller) if direction is Direction.IN else (caller, called)
            yield Leg(
                call=key,
                direction=direction,
                our_line=line or ours.line or ours.number,
                their_number=theirs.number,
                began=began,
                length=length,
                talk=talk if result is CallResult.ANSWERED else timedelta(0),
                result=result,
            )

    def _cell(self, row: Row, column: str | None) -> str:
        if column is None:
            return _NO_WORD
        cell = row[column]
        return _NO_WORD if cell is None else str(cell).strip()

    def _lengths(self, row: Row, began: Readings) -> tuple[timedelta, timedelta]:
        """The whole length and the time of talk, which is never put too high."""
        columns = self._settings.columns
        ended = self._optional(row, columns.ended)
        answered = self._optional(row, columns.answered)
        if columns.duration is not None:
            length = seconds(row[columns.duration])
        else:
            length = between(began, ended) if ended else timedelta(0)
        if columns.talk is not None:
            talk = seconds(row[columns.talk])
        elif columns.answered is not None:
            talk = max(timedelta(0), length - between(began, answered)) if answered else timedelta(0)
        else:
            talk = max(timedelta(0), length - self._settings.ringing)
        return max(length, talk), talk

    def _optional(self, row: Row, column: str | None) -> Readings:
        return self._instant(row[column]) if column is not None and self._cell(row, column) else ()

    def _directions(self, row: Row, caller: End, called: End, line: str | None) -> tuple[Direction, ...]:
        if self._settings.columns.direction is not None:
            word = self._cell(row, self._settings.columns.direction).casefold()
            if word in self._settings.incoming:
                return (Direction.IN,)
            return (Direction.OUT,) if word in self._settings.outgoing else ()
        if line is not None and caller.line is None and not caller.internal:
            # who rang our line is outside, wherever the call went then (a ring group may look like a number)
            return (Direction.IN,)
        return directions(caller, called)

    def _result(self, row: Row, talk: timedelta) -> CallResult:
        columns, settings = self._settings.columns, self._settings
        if columns.result is None:
            result = CallResult.ANSWERED if talk > timedelta(0) else CallResult.UNCLEAR
        else:
            word = " ".join(self._cell(row, columns.result).casefold().split())
            result = settings.results.get(word, CallResult.UNCLEAR)
        if result is not CallResult.ANSWERED:
            known_talk = columns.talk is not None or columns.answered is not None
            return CallResult.UNCLEAR if known_talk and talk > timedelta(0) else result
        if self._cell(row, columns.application).casefold() in settings.voicemail:
            return CallResult.VOICEMAIL
        alone = columns.peer is not None and not self._cell(row, columns.peer)
        return CallResult.UNCLEAR if alone else result


def _own_key(began: Readings, caller: End, called: End) -> str:
    """A key for a row that has none: the same row has it again, and nobody's number can be read in it."""
    return f"{began[0]:%Y%m%dT%H%M%S}-{blake2s(f'{began}{caller}{called}'.encode(), digest_size=4).hexdigest()}"


def to_calls(legs: Iterable[Leg], source: str) -> tuple[CallRecord, ...]:
    """Legs with the same key, direction and other number joined to one call, in the order of their beginning."""
    groups: dict[tuple[str, Direction, str | None], list[Leg]] = {}
    for leg in sorted(legs, key=lambda leg: leg.began):
        groups.setdefault((leg.call, leg.direction, leg.their_number), []).append(leg)
    met: Counter[str] = Counter()
    made = []
    for (key, _, _), group in groups.items():
        made.append(_join(f"{key}/{met[key]}", group, source))
        met[key] += 1
    return tuple(made)


def _join(key: str, legs: Sequence[Leg], source: str) -> CallRecord:
    """First ring, and the leg that says most with its own talk: two talks are not added up."""
    first, telling = legs[0], min(legs, key=lambda leg: (_weight(leg.result), -leg.talk))
    rang = telling.began[0] - first.began[0]
    answered = rang + telling.length - telling.talk if telling.result is CallResult.ANSWERED else None
    began = first.began[0]
    return CallRecord(
        source=source,
        call=key,
        direction=first.direction,
        our_line=next((leg.our_line for leg in (telling, *legs) if leg.our_line is not None), None),
        their_number=first.their_number,
        began=began,
        answered=None if answered is None else began + answered,
        ended=began + rang + telling.length,
        result=telling.result,
        or_later_by=first.began[-1] - began,
    )


def _weight(result: CallResult) -> int:
    return _TELLS_MOST.index(result) if result in _TELLS_MOST else len(_TELLS_MOST)
