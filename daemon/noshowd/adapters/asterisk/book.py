"""The calls that a manager interface told of. No I/O; the same event twice changes nothing.

All channels of one call share a `Linkedid`, which is the `Uniqueid` of the first. Two of them in one bridge talk;
a channel alone (a mailbox, a menu, a queue) does not, though it was answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from noshowd.adapters.asterisk.settings import AsteriskSettings
from noshowd.adapters.asterisk.wire import Message
from noshowd.domain.evidence import CallRecord, CallResult, Direction
from noshowd.domain.lines import End, House, directions

#: Calls are remembered so long after they ended.
_KEPT = timedelta(hours=24)
_DIALS = {
    "BUSY": CallResult.BUSY,
    "NOANSWER": CallResult.NO_ANSWER,
    "CANCEL": CallResult.NO_ANSWER,
    "CONGESTION": CallResult.FAILED,
    "CHANUNAVAIL": CallResult.FAILED,
}
#: Of several telephones that were tried, the one that says most; what is not here says nothing.
_TELLS_MOST = (CallResult.NO_ANSWER, CallResult.BUSY, CallResult.FAILED)


@dataclass(slots=True, kw_only=True)
class _Call:
    caller: End
    called: End
    began: datetime
    #: Channels that live, and who is in which bridge.
    channels: set[str] = field(default_factory=set)
    bridges: dict[str, str] = field(default_factory=dict)
    talking_since: datetime | None = None
    #: The longest talk that has ended.
    talk: tuple[datetime, datetime] | None = None
    dialled: CallResult | None = None
    ended: datetime | None = None
    #: The connection was lost while it went on.
    cut_short: bool = False

    def settle(self, at: datetime) -> None:
        """After somebody came or left: whether two talk now."""
        rooms = list(self.bridges.values())
        talking = any(rooms.count(room) >= 2 for room in rooms)
        if talking and self.talking_since is None:
            self.talking_since = at
        elif not talking and self.talking_since is not None:
            stretch = (self.talking_since, max(at, self.talking_since))
            self.talk = max(self.talk or stretch, stretch, key=lambda one: one[1] - one[0])
            self.talking_since = None

    def end(self, at: datetime, *, cut_short: bool = False) -> None:
        self.bridges.clear()
        self.settle(at)
        self.ended, self.cut_short = max(at, self.began), cut_short

    @property
    def result(self) -> CallResult:
        if self.ended is None:
            return CallResult.TALKING if self.talking_since or self.talk else CallResult.RINGING
        if self.talk is not None:
            return CallResult.ANSWERED
        return CallResult.UNCLEAR if self.cut_short or self.dialled is None else self.dialled


class CallBook:
    """Keeps the calls of one system. `normalise` gives E.164 of a number as the system writes it, or None."""

    def __init__(self, settings: AsteriskSettings, normalise: Callable[[str], str | None]) -> None:
        self._name = settings.name
        self._house = House(settings.lines, settings.extensions, normalise)
        self._calls: dict[str, _Call] = {}

    def calls(self, since: datetime) -> Iterator[CallRecord]:
        """Every call that had not ended before `since`."""
        for key, call in self._calls.items():
            if call.ended is None or call.ended >= since:
                ways = directions(call.caller, call.called)
                yield from (self._record(key, call, way, several=len(ways) > 1) for way in ways)

    def enter(self, event: Message, at: datetime) -> None:
        """Take one event that came at `at`."""
        kind, key, channel = (event.get(name, "") for name in ("event", "linkedid", "uniqueid"))
        if kind == "DialEnd":
            self._dialled(event)
        elif key and channel:
            if kind == "Newchannel":
                self._begin(key, channel, event.get("exten", ""), event, at)
            elif kind == "BridgeEnter":
                self._bridge(key, channel, event, at)
            elif kind in ("BridgeLeave", "Hangup"):
                self._leave(key, channel, at, gone=kind == "Hangup")
        self._forget(at)

    def interrupt(self, at: datetime) -> None:
        """The connection is gone: of the calls that were running only what was seen is known."""
        for call in self._calls.values():
            if call.ended is None:
                call.end(at, cut_short=True)

    def _begin(self, key: str, channel: str, called: str, event: Message, at: datetime) -> None:
        call = self._calls.get(key)
        if call is None:
            caller = self._house.end(event.get("calleridnum", ""))
            call = self._calls[key] = _Call(caller=caller, called=self._house.end(called), began=at)
        if call.ended is None:
            call.channels.add(channel)

    def _bridge(self, key: str, channel: str, event: Message, at: datetime) -> None:
        """Into a bridge; a call whose ringing was missed begins here."""
        self._begin(key, channel, event.get("connectedlinenum", ""), event, at)
        call = self._calls[key]
        if call.ended is None:
            call.bridges[channel] = event.get("bridgeuniqueid", "")
            call.settle(at)

    def _leave(self, key: str, channel: str, at: datetime, *, gone: bool) -> None:
        call = self._calls.get(key)
        if call is None or call.ended is not None:
            return
        call.bridges.pop(channel, None)
        call.settle(at)
        if gone:
            call.channels.discard(channel)
            if not call.channels:
                call.end(at)

    def _dialled(self, event: Message) -> None:
        call = self._calls.get(event.get("linkedid") or event.get("destlinkedid", ""))
        result = _DIALS.get(event.get("dialstatus", ""))
        if call is None or call.ended is not None or result is None:
            return
        call.dialled = min(call.dialled or result, result, key=_TELLS_MOST.index)

    def _record(self, key: str, call: _Call, way: Direction, *, several: bool) -> CallRecord:
        ours, theirs = (call.called, call.caller) if way is Direction.IN else (call.caller, call.called)
        talking = (call.talking_since, None) if call.talking_since else call.talk or (None, None)
        return CallRecord(
            source=self._name,
            call=f"{key}/{way}" if several else key,
            direction=way,
            our_line=ours.line or ours.number,
            their_number=theirs.number,
            began=call.began,
            answered=talking[0],
            ended=(talking[1] or call.ended) if call.ended else None,
            result=call.result if way is Direction.OUT else _inward(call.result),
        )

    def _forget(self, now: datetime) -> None:
        # in the order of their beginning: the first that is not old enough ends the search
        while self._calls:
            key, call = next(iter(self._calls.items()))
            if (call.ended or call.began + _KEPT) >= now - _KEPT:
                return
            del self._calls[key]


def _inward(result: CallResult) -> CallResult:
    """Of a call to us that reached nobody it does not matter why: busy or switched off were our own telephones."""
    return CallResult.NO_ANSWER if result in _TELLS_MOST else result
