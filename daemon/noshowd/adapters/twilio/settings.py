"""What a Twilio source has to be told; secrets arrive resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """The calls of one account, read with an API key (or the account's own SID and token)."""

    #: Name of the source in the configuration.
    name: str = "twilio"
    account_sid: str
    key_sid: str
    key: str = field(repr=False)
    #: Our numbers at Twilio, E.164.
    lines: frozenset[str]
    url: str = "https://api.twilio.com"
    ca_file: str | None = None
    proxy: str | None = None
    #: Longest wait for one answer, seconds.
    timeout: float = 20.0
    #: So far behind the present the list may be.
    lag: timedelta = timedelta(seconds=30)
    #: Where duration and time from start to end are the same, so much of it may be ringing.
    ringing: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackSettings:
    """Status callbacks of the same account. `address` is exactly what Twilio posts to."""

    name: str = "twilio_live"
    address: str
    path: str = "/webhooks/twilio"
    #: The account's auth token, or the secret of a shared key for webhooks.
    token: str = field(repr=False)
    #: Our numbers at Twilio, E.164.
    lines: frozenset[str]
    #: Where duration and time from start to end are the same, so much of it may be ringing.
    ringing: timedelta = timedelta(seconds=30)
    #: Most calls remembered at one time; the oldest are forgotten first.
    remembered: int = 500
