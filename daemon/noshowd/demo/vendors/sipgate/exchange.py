"""The simulated telephone exchange: calls that ring, are answered, end, and only then stand in the history."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Way(StrEnum):
    IN = "in"
    OUT = "out"


class Fate(StrEnum):
    """What became of a call; the value is the hang-up cause of the webhook."""

    TALKED = "normalClearing"
    NO_ANSWER = "noAnswer"
    CANCELLED = "cancel"
    BUSY = "busy"
    FAILED = "notFound"


@dataclass(slots=True, kw_only=True)
class Call:
    """One call of the account. `number` None is a hidden caller."""

    key: str
    way: Way
    line: str
    number: str | None
    began: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    fate: Fate | None = None
    #: Picked up by the account's own mailbox.
    voicemail: bool = False
    follow_ups: Json = field(default_factory=dict)


class Exchange:
    """All calls of one account. `lines` are those that the token's user may see."""

    def __init__(self, now: Callable[[], datetime], lines: frozenset[str]) -> None:
        self.now = now
        self.lines = lines
        self.calls: list[Call] = []
        #: Entries that stand in the history as they are, whatever they say.
        self.oddities: list[Json] = []
        self._numbers: Iterator[int] = itertools.count(1)

    def ring(self, way: Way, line: str, number: str | None) -> Call:
        call = Call(key=f"{next(self._numbers):08d}", way=way, line=line, number=number, began=self.now())
        self.calls.append(call)
        return call

    def answer(self, call: Call, *, voicemail: bool = False) -> None:
        call.answered = self.now()
        call.voicemail = voicemail

    def hang_up(self, call: Call, fate: Fate | None = None) -> None:
        call.ended = self.now()
        call.fate = fate or (Fate.TALKED if call.answered else Fate.NO_ANSWER)

    def history(self, since: datetime, until: datetime) -> list[Json]:
        """Entries of ended calls, newest first, as sipgate sorts them."""
        told = [
            entry
            for call in self.calls
            if call.ended is not None and call.line in self.lines and since <= call.began <= until
            for entry in entries(call)
        ]
        return self.oddities + sorted(told, key=lambda entry: str(entry["created"]), reverse=True)


def entries(call: Call) -> list[Json]:
    """The history of one ended call: one entry, and a second one for a message in the mailbox."""
    listed = [_entry(call, "CALL")]
    if call.voicemail:
        listed.append({**_entry(call, "VOICEMAIL"), "id": f"{call.key}v"})
    return listed


def _entry(call: Call, kind: str) -> Json:
    assert call.ended is not None
    talked = call.answered is not None and not call.voicemail
    word = {Way.IN: "INCOMING", Way.OUT: "OUTGOING"}[call.way]
    ours, theirs = call.line, call.number or "anonymous"
    return {
        "id": call.key,
        "callId": call.key,
        "source": theirs if call.way is Way.IN else ours,
        "target": ours if call.way is Way.IN else theirs,
        "sourceAlias": "",
        "targetAlias": "",
        "type": kind,
        "created": _stamp(call.began),
        "lastModified": _stamp(call.ended),
        "direction": word if talked else f"MISSED_{word}",
        "incoming": call.way is Way.IN,
        "status": "PICKUP" if talked else "NOPICKUP",
        "callStatus": _call_status(call),
        "connectionIds": ["p0"],
        "endpoints": [{"extension": "p0", "type": "REGISTER", "endpoint": {}}],
        "responder": "p0",
        "responderAlias": "",
        # ringing counts, so that a call nobody answered has a duration too
        "duration": int((call.ended - call.began).total_seconds()),
        "starred": False,
        "archived": False,
        "note": None,
        "recordings": [],
    }


def _call_status(call: Call) -> str:
    if call.voicemail:
        return "VOICEMAIL_NO_MESSAGE"
    if call.fate is Fate.BUSY:
        return "BUSY"
    if call.fate is Fate.FAILED:
        return "FAILURE"
    return "SUCCESS" if call.answered is not None else "MISSED"


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
