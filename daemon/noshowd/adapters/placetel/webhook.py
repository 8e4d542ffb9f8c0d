"""Placetel's notify API: every call as it begins, is accepted (calls to us only) and ends, once its HMAC is proved.

After Placetel's own description (call-control-notify-api). A delivery that fails is not repeated and nothing tells
that it did: the webhook proves calls and writes no coverage.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from noshowd.adapters.placetel.settings import PlacetelSettings
from noshowd.domain.evidence import CallRecord, CallResult, Direction, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.ports.webhook import WebhookReply, WebhookResult

_SIGNATURE = "x-placetel-signature"
_BEGINS = {"IncomingCall": Direction.IN, "OutgoingCall": Direction.OUT}
#: Why it ended; what is not here says nothing.
_ENDS = {
    "accepted": CallResult.ANSWERED,
    "missed": CallResult.NO_ANSWER,
    "voicemail": CallResult.VOICEMAIL,
    "blocked": CallResult.REJECTED,
    "busy": CallResult.BUSY,
    "unavailable": CallResult.FAILED,
}
_TAKEN = WebhookResult(reply=WebhookReply())
_REFUSED = WebhookResult(reply=WebhookReply(status=403))
_UNREADABLE = WebhookResult(reply=WebhookReply(status=400))


def is_signed(secret: str, signature: str, body: bytes) -> bool:
    """Whether `signature` is the hex HMAC-SHA256 of the raw body under the shared secret."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().lower().encode())


class PlacetelWebhook:
    """Calls that go on now, and those that ended lately. Also a presence source that writes no coverage.

    `normalise` gives E.164 of a number as Placetel writes it (national), or None for hidden ones.
    """

    def __init__(self, settings: PlacetelSettings, normalise: Callable[[str], str | None]) -> None:
        self._settings = settings
        self._normalise = normalise
        self._calls: OrderedDict[str, CallRecord] = OrderedDict()
        self.name = settings.name
        self.path = settings.path
        self.traits = SourceTraits(
            name=settings.name, telephone=True, presence_only=True, lag=timedelta(0), settles_after=timedelta(0)
        )

    def sees(self, meeting: Meeting) -> bool:
        return can_know_of(self._settings.lines, meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        """What was told since then. Never fails: nothing is asked."""
        calls = (c for c in self._calls.values() if (c.ended or now) >= since and concerns(c, meeting))
        return Observation(calls=tuple(calls))

    def handle(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookResult:
        if not is_signed(self._settings.secret, headers.get(_SIGNATURE, ""), body):
            return _REFUSED
        try:
            form = {k: v[0] for k, v in parse_qs(body.decode(), keep_blank_values=True).items()}
        except (UnicodeDecodeError, ValueError):
            return _UNREADABLE
        event, key = form.get("event", ""), form.get("call_id", "")
        if not key or "from" not in form or "to" not in form:
            return _UNREADABLE
        call = self._next(event, key, form, now)
        if call is None or call.our_line not in self._settings.lines:
            return _TAKEN
        self._remember(call)
        return WebhookResult(reply=WebhookReply(), observation=Observation(calls=(call,)))

    def _remember(self, call: CallRecord) -> None:
        self._calls[call.call] = call
        self._calls.move_to_end(call.call)
        while len(self._calls) > self._settings.remembered:
            self._calls.popitem(last=False)

    def _next(self, event: str, key: str, form: Mapping[str, str], now: datetime) -> CallRecord | None:
        """The call after this event; None for one of which nothing follows. Repeats change nothing."""
        known = self._calls.get(key)
        if known is None:
            known = self._begin(event, key, form, now)
        if known is None or known.ended is not None or event in _BEGINS:
            return known
        if event == "CallAccepted":
            return replace(known, answered=known.answered or now, result=CallResult.TALKING)
        return self._end(known, form.get("type", ""), now) if event == "HungUp" else known

    def _begin(self, event: str, key: str, form: Mapping[str, str], now: datetime) -> CallRecord | None:
        """A call of which this is the first that we hear; whose it is may have to be read off its ends."""
        ends = {Direction.IN: (form["to"], form["from"]), Direction.OUT: (form["from"], form["to"])}
        way = _BEGINS.get(event) or next(
            (way for way, (ours, _) in ends.items() if self._normalise(ours) in self._settings.lines), None
        )
        if way is None:
            return None
        ours, theirs = ends[way]
        return CallRecord(
            source=self.name,
            call=key,
            direction=way,
            our_line=self._normalise(ours),
            their_number=self._normalise(theirs),
            began=now,
            result=CallResult.RINGING,
        )

    def _end(self, known: CallRecord, kind: str, now: datetime) -> CallRecord:
        result = _ENDS.get(kind, CallResult.UNCLEAR)
        if result is not CallResult.ANSWERED:
            return replace(known, answered=None, ended=now, result=result)
        # of a call of ours only its end tells that it was answered
        answered = known.answered or min(known.began + self._settings.ringing, now)
        return replace(known, answered=answered, ended=now, result=result)
