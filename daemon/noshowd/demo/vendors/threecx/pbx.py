"""Calls of a simulated 3CX: running ones, and the segments of those that have ended."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
TRUNK = "10001"
#: An inner end that is no extension of a person.
MAILBOX = "*4100"


@dataclass(slots=True, kw_only=True)
class PbxCall:
    """One call; `extension` is the inner end that it has now. An empty number is withheld."""

    id: int
    outward: bool
    extension: str
    number: str
    began: datetime
    segment_began: datetime
    answered: datetime | None = None
    ended: datetime | None = None


@dataclass(slots=True)
class Pbx:
    """One system. `history` is what the XAPI shows, the oldest first."""

    now: Callable[[], datetime]
    names: dict[str, str] = field(default_factory=lambda: {"100": "Anna Berger", "101": "Ben Adler"})
    running: list[PbxCall] = field(default_factory=list)
    history: list[Json] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _segments: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ring(self, *, outward: bool, extension: str, number: str) -> PbxCall:
        now = self.now()
        call = PbxCall(
            id=next(self._ids), outward=outward, extension=extension, number=number, began=now, segment_began=now
        )
        self.running.append(call)
        return call

    def answer(self, call: PbxCall, extension: str | None = None) -> None:
        call.answered, call.extension = self.now(), extension or call.extension

    def put_through(self, call: PbxCall, extension: str) -> None:
        """The part so far is over, another extension rings."""
        self._write(call)
        call.extension, call.segment_began, call.answered = extension, self.now(), None

    def hang_up(self, call: PbxCall) -> None:
        call.ended = self.now()
        self._write(call)
        self.running.remove(call)

    def active(self) -> list[Json]:
        return [self._active(call) for call in self.running]

    def _active(self, call: PbxCall) -> Json:
        inner = f"{call.extension} {self.names.get(call.extension, '')}".strip()
        outer = f"{TRUNK} Provider ({call.number})"
        return {
            "Id": call.id,
            "Caller": inner if call.outward else outer,
            "Callee": outer if call.outward else inner,
            "Status": "Talking" if call.answered else "Routing",
            "EstablishedAt": _stamp(call.began),
            "LastChangeStatus": _stamp(call.answered or call.segment_began),
            "ServerNow": _stamp(self.now()),
        }

    def _write(self, call: PbxCall) -> None:
        inner = {"Dn": call.extension, "CallerNumber": call.extension, "External": False, "DnType": 0}
        outer = {"Dn": TRUNK, "CallerNumber": call.number, "External": True, "DnType": 1}
        src, dst = (inner, outer) if call.outward else (outer, inner)
        length = self.now() - call.segment_began
        self.history.append(
            {
                "SegmentId": next(self._segments),
                "SegmentStartTime": _stamp(call.segment_began),
                "SegmentEndTime": _stamp(self.now()),
                "CallAnswered": call.answered is not None,
                "CallTime": f"PT{int(length.total_seconds())}S",
                **{f"Src{key}": value for key, value in src.items()},
                **{f"Dst{key}": value for key, value in dst.items()},
                "SrcInternal": not src["External"],
                "DstInternal": not dst["External"],
            }
        )


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
