"""Twilio's status callbacks: every leg as it rings, is answered and ends, once the signature is proved.

Deliveries may be lost and arrive out of order: the callback proves calls and writes no coverage. A leg of its own
cannot tell who else is on the call, so what Twilio itself answers is no talk here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from noshowd.adapters.twilio.settings import CallbackSettings
from noshowd.adapters.twilio.wire import Leg, UnreadableCallError, to_calls, to_leg
from noshowd.domain.evidence import CallRecord, Observation, SourceTraits
from noshowd.domain.lines import can_know_of, concerns
from noshowd.domain.meeting import Meeting
from noshowd.ports.webhook import WebhookReply, WebhookResult

_SIGNATURE = "x-twilio-signature"
#: `key=...,algorithm=HMAC_SHA256` where a shared key signs.
_SETTINGS = "x-twilio-webhooks-signature-settings"
_HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
_ORDER = ("queued", "initiated", "ringing", "in-progress")
_TAKEN = WebhookResult(reply=WebhookReply())
_REFUSED = WebhookResult(reply=WebhookReply(status=403))
_UNREADABLE = WebhookResult(reply=WebhookReply(status=400))


def is_signed(token: str, address: str, headers: Mapping[str, str], form: Sequence[tuple[str, str]]) -> bool:
    """Whether the signature is Twilio's over the address and the sorted form.

    With and without the standard port: Twilio signs either, and what a proxy makes of it does not matter here.
    """
    parts = (part.partition("=") for part in headers.get(_SETTINGS, "").split(","))
    algorithm = next((value.strip() for name, _, value in parts if name.strip() == "algorithm"), "HMAC_SHA1")
    digest = _HASHES.get(algorithm)
    if digest is None:
        return False
    rest = "".join(name + value for name, value in sorted(set(form)))
    given = headers.get(_SIGNATURE, "").encode()
    made = (
        base64.b64encode(hmac.new(token.encode(), f"{one}{rest}".encode(), digest).digest())
        for one in _addresses(address)
    )
    return any(hmac.compare_digest(one, given) for one in made)


def _addresses(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2].partition(":")[0]
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts._replace(netloc=host).geturl(), parts._replace(netloc=f"{host}:{port}").geturl()


class TwilioCallback:
    """Calls that go on now, and those that ended lately. Also a presence source that writes no coverage."""

    def __init__(self, settings: CallbackSettings) -> None:
        self._settings = settings
        #: Legs by the call they belong to.
        self._families: OrderedDict[str, dict[str, Leg]] = OrderedDict()
        self.name = settings.name
        self.path = settings.path
        self.traits = SourceTraits(
            name=settings.name, telephone=True, presence_only=True, lag=timedelta(0), settles_after=timedelta(0)
        )

    def sees(self, meeting: Meeting) -> bool:
        return can_know_of(self._settings.lines, meeting)

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        """What was told since then. Never fails: nothing is asked."""
        calls = (call for family in self._families.values() for call in self._calls(family))
        return Observation(calls=tuple(c for c in calls if (c.ended or now) >= since and concerns(c, meeting)))

    def handle(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookResult:
        try:
            form = parse_qsl(body.decode(), keep_blank_values=True)
        except (UnicodeDecodeError, ValueError):
            return _UNREADABLE
        if not is_signed(self._settings.token, self._settings.address, headers, form):
            return _REFUSED
        try:
            leg = _leg(dict(form), now)
        except UnreadableCallError:
            return _UNREADABLE
        calls = self._calls(self._enter(leg))
        if not calls:
            return _TAKEN
        return WebhookResult(reply=WebhookReply(), observation=Observation(calls=calls))

    def _enter(self, leg: Leg) -> dict[str, Leg]:
        """The family after this leg; an earlier state that comes late changes nothing."""
        key = leg.parent or leg.sid
        family = self._families.setdefault(key, {})
        self._families.move_to_end(key)
        while len(self._families) > self._settings.remembered:
            self._families.popitem(last=False)
        known = family.get(leg.sid)
        if known is None or known.ended is None:
            family[leg.sid] = leg if known is None else replace(leg, began=known.began)
        return family

    def _calls(self, family: Mapping[str, Leg]) -> tuple[CallRecord, ...]:
        return to_calls(family.values(), source=self.name, lines=self._settings.lines, ringing=self._settings.ringing)


def _leg(form: Mapping[str, str], now: datetime) -> Leg:
    """A callback as a leg. Raises `UnreadableCallError`. Its instants are those at which we heard of it."""
    status = form.get("CallStatus", "")
    stamp = now.strftime("%a, %d %b %Y %H:%M:%S +0000")
    return to_leg(
        {
            "sid": form.get("CallSid"),
            "parent_call_sid": form.get("ParentCallSid"),
            "direction": form.get("Direction", ""),
            "from": form.get("From", ""),
            "to": form.get("To", ""),
            "status": status,
            "answered_by": form.get("AnsweredBy"),
            "start_time": stamp,
            "end_time": None if status in _ORDER else stamp,
            "duration": form.get("CallDuration") or form.get("Duration"),
        }
    )
