"""The status callbacks of the simulated Twilio: what changed in its switch, signed over address and form."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from noshowd.demo.vendors.twilio.switch import Switch, SwitchLeg

Post = Callable[[bytes, Mapping[str, str]], Awaitable[object]]


class Caller:
    """Posts every change to `address`. With `shared` the second scheme signs (SHA-256, a shared key)."""

    def __init__(self, switch: Switch, post: Post, address: str, token: str, *, shared: bool = False) -> None:
        self._switch = switch
        self._post = post
        self._address = address
        self._token = token
        self._shared = shared

    async def tell(self) -> None:
        """Post what changed since the last time, in its order."""
        changed, self._switch.changed = self._switch.changed, []
        for leg in changed:
            await self.post(_form(leg))

    async def post(self, form: Mapping[str, str]) -> None:
        signed = self._address + "".join(name + form[name] for name in sorted(form))
        digest = hashlib.sha256 if self._shared else hashlib.sha1
        signature = base64.b64encode(hmac.new(self._token.encode(), signed.encode(), digest).digest()).decode()
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
        if self._shared:
            headers["x-twilio-webhooks-signature-settings"] = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
        await self._post(urlencode(form).encode(), headers)


def _form(leg: SwitchLeg) -> dict[str, str]:
    entry = leg.entry("AC")
    form = {
        "CallSid": leg.sid,
        "From": leg.caller,
        "To": leg.called,
        "Direction": leg.direction,
        "CallStatus": leg.status,
        "CallbackSource": "call-progress-events",
    }
    if leg.parent:
        form["ParentCallSid"] = leg.parent
    if leg.ended:
        form["CallDuration"] = entry["duration"]
    if leg.answered_by:
        form["AnsweredBy"] = leg.answered_by
    return form
