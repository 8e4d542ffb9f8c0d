"""Calls through the simulated Twilio: it answers itself, and rings the other end with a leg of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
ANONYMOUS = "+266696687"


@dataclass(slots=True, kw_only=True)
class SwitchLeg:
    """One call of the list."""

    sid: str
    parent: str | None
    direction: str
    caller: str
    called: str
    status: str
    began: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    answered_by: str | None = None

    def end(self, status: str, at: datetime) -> None:
        self.status, self.ended = status, at

    def entry(self, account: str) -> Json:
        duration = None if self.ended is None else "0"
        if self.ended is not None and self.answered is not None and self.status == "completed":
            duration = str(int((self.ended - self.answered).total_seconds()))
        return {
            "sid": self.sid,
            "account_sid": account,
            "parent_call_sid": self.parent,
            "from": self.caller,
            "to": self.called,
            "status": self.status,
            "direction": self.direction,
            "date_created": _stamp(self.began),
            "start_time": _stamp(self.began),
            "end_time": _stamp(self.ended) if self.ended else None,
            "duration": duration,
            "answered_by": self.answered_by,
        }


@dataclass(slots=True, kw_only=True)
class SwitchCall:
    """A call of two legs: the one that Twilio answered or made itself, and the one that rings the other end."""

    parent: SwitchLeg
    child: SwitchLeg


@dataclass(slots=True)
class Switch:
    """All calls of one account with these numbers."""

    now: Callable[[], datetime]
    numbers: set[str] = field(default_factory=set)
    legs: list[SwitchLeg] = field(default_factory=list)
    #: Told of every leg that changes (for callbacks).
    changed: list[SwitchLeg] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ring(self, *, outward: bool, line: str, number: str | None) -> SwitchCall:
        if outward:
            parent = self._leg(None, "outbound-api", line, "client:anna", "in-progress")
            child = self._leg(parent.sid, "outbound-dial", line, number or "", "ringing")
        else:
            parent = self._leg(None, "inbound", number or ANONYMOUS, line, "in-progress")
            child = self._leg(parent.sid, "outbound-dial", number or ANONYMOUS, "client:anna", "ringing")
        parent.answered = self.now()
        return SwitchCall(parent=parent, child=child)

    def answer(self, call: SwitchCall) -> None:
        call.child.status, call.child.answered = "in-progress", self.now()
        self.changed.append(call.child)

    def hang_up(self, call: SwitchCall, status: str | None = None) -> None:
        call.child.end(status or ("completed" if call.child.answered else "no-answer"), self.now())
        call.parent.end("completed", self.now())
        self.changed += [call.child, call.parent]

    def listed(self, since_day: str) -> list[SwitchLeg]:
        """Newest first; a day is one of UTC."""
        return [leg for leg in reversed(self.legs) if leg.began.astimezone(UTC).date().isoformat() >= since_day]

    def _leg(self, parent: str | None, direction: str, caller: str, called: str, status: str) -> SwitchLeg:
        leg = SwitchLeg(
            sid=f"CA{next(self._ids):032x}",
            parent=parent,
            direction=direction,
            caller=caller,
            called=called,
            status=status,
            began=self.now(),
        )
        self.legs.append(leg)
        self.changed.append(leg)
        return leg


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
