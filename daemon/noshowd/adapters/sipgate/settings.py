"""What a sipgate source has to be told; secrets arrive resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SipgateSettings:
    """The REST history of one account, read with a personal access token (right `history:read`)."""

    #: Name of the source in the configuration.
    name: str = "sipgate"
    token_id: str
    token: str = field(repr=False)
    #: Our lines it is asked about, E.164; empty means every line that the history shows.
    lines: frozenset[str] = frozenset()
    #: The line behind an extension id (`p3`), for whoever shows the main number when they ring out.
    extensions: Mapping[str, str] = field(default_factory=dict)
    url: str = "https://api.sipgate.com/v2"
    ca_file: str | None = None
    proxy: str | None = None
    #: Longest wait for one answer, seconds.
    timeout: float = 20.0
    #: How long after hang-up a call may be missing in the history ("shortly", says sipgate; no figure is published).
    lag: timedelta = timedelta(seconds=60)
    #: Of a call's duration so much may be ringing: talk time is taken to be the rest.
    ringing: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """The webhook of the same account. `address` is where sipgate reaches `path`, without a query."""

    name: str = "sipgate_live"
    address: str
    path: str = "/webhooks/sipgate"
    #: sipgate's published RSA key, PEM.
    public_key: str
    #: Our lines, E.164: sipgate signs the calls of all its customers with the same key.
    lines: frozenset[str]
    #: Most calls remembered at one time; the oldest are forgotten first.
    remembered: int = 500
