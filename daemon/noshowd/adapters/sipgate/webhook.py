"""The webhook of sipgate.io: every call as it rings, is answered and ends, once the signature is proved.

A delivery that fails is not repeated and nothing tells that it did: the webhook proves calls and writes no coverage.
"""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs
from xml.sax.saxutils import quoteattr

from noshowd.adapters.sipgate.settings import WebhookSettings
from noshowd.adapters.sipgate.wire import number
from noshowd.domain.evidence import CallRecord, CallResult, Direction, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.ports.webhook import WebhookReply, WebhookResult

_SIGNATURE = "x-sipgate-signature"
_CAUSES = {
    "busy": CallResult.BUSY,
    "cancel": CallResult.NO_ANSWER,
    "noAnswer": CallResult.NO_ANSWER,
    "forwarded": CallResult.UNCLEAR,
    "congestion": CallResult.FAILED,
    "notFound": CallResult.FAILED,
}
_REFUSED = WebhookResult(reply=WebhookReply(status=403))
_UNREADABLE = WebhookResult(reply=WebhookReply(status=400))


def is_signed(public_key: str, signature: str, body: bytes) -> bool:
    """Whether `signature` (base64) is sipgate's RSA-SHA256 over the raw body."""
    from cryptography.exceptions import InvalidSignature  # heavy, and only for this account
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = serialization.load_pem_public_key(public_key.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), body, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def asking_for_more(address: str) -> bytes:
    """The answer to `newCall` that makes sipgate tell of answer and hang-up too.

    Both spellings of the second attribute are about (`onHangup` in the reference, `onHangUp` in the vendor's library).
    """
    url = quoteattr(address)
    return f'<?xml version="1.0" encoding="UTF-8"?><Response onAnswer={url} onHangup={url}/>'.encode()


class SipgateWebhook:
    """Calls that go on now, and those that ended lately. Also a presence source that writes no coverage."""

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
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
        if not is_signed(self._settings.public_key, headers.get(_SIGNATURE, ""), body):
            return _REFUSED
        try:
            form = {k: v[0] for k, v in parse_qs(body.decode(), keep_blank_values=True).items()}
        except (UnicodeDecodeError, ValueError):
            return _UNREADABLE
        event, key = form.get("event", ""), form.get("origCallId") or form.get("callId")
        if not key or event not in ("newCall", "answer", "hangup"):
            return _UNREADABLE if not key else WebhookResult(reply=WebhookReply())
        call = self._next(event, key, form, now)
        if call is None:
            return _UNREADABLE
        if call.our_line not in self._settings.lines:
            return WebhookResult(reply=WebhookReply())
        self._remember(call)
        reply = WebhookReply()
        if event == "newCall":
            reply = WebhookReply(body=asking_for_more(self._settings.address), content_type="application/xml")
        return WebhookResult(reply=reply, observation=Observation(calls=(call,)))

    def _remember(self, call: CallRecord) -> None:
        self._calls[call.call] = call
        self._calls.move_to_end(call.call)
        while len(self._calls) > self._settings.remembered:
            self._calls.popitem(last=False)

    def _next(self, event: str, key: str, form: Mapping[str, str], now: datetime) -> CallRecord | None:
        """The call after this event; None when the event does not say whose call it is. Repeats change nothing."""
        known = self._calls.get(key) or self._unknown(key, form, now)
        if known is None or known.ended is not None:
            return known
        if event == "newCall":
            # a transfer rings anew under the first call's id: whoever talked goes on talking
            return known
        if event == "answer":
            by_machine = "voicemail" in form.get("user", "").lower()
            result = CallResult.VOICEMAIL if by_machine else CallResult.TALKING
            return replace(known, answered=known.answered or now, result=result)
        return _ended(known, form.get("cause", ""), now)

    def _unknown(self, key: str, form: Mapping[str, str], now: datetime) -> CallRecord | None:
        direction = {"in": Direction.IN, "out": Direction.OUT}.get(form.get("direction", ""))
        if direction is None or "from" not in form or "to" not in form:
            return None
        ours, theirs = (form["to"], form["from"]) if direction is Direction.IN else (form["from"], form["to"])
        return CallRecord(
            source=self.name,
            call=key,
            direction=direction,
            our_line=number(ours),
            their_number=number(theirs),
            began=now,
            result=CallResult.RINGING,
        )


def _ended(known: CallRecord, cause: str, now: datetime) -> CallRecord:
    """After hang-up. A hang-up whose answer we never heard of says nothing about a talk."""
    if known.result is CallResult.TALKING:
        return replace(known, ended=now, result=CallResult.ANSWERED)
    if known.result is CallResult.VOICEMAIL:
        return replace(known, ended=now)
    return replace(known, ended=now, result=_CAUSES.get(cause, CallResult.UNCLEAR))
