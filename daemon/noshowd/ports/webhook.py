"""What the web floor needs from whoever lets a vendor call us: a path, and what to do with a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from noshowd.domain.evidence import Observation
from noshowd.ports.presence import Stir


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    """What goes back to the vendor."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A channel of a `CalendarWatcher` spoke. It proves that the channel lives and says nothing of what changed."""

    channel: str
    #: The calendar is to be read now; else the channel has only just begun.
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookResult:
    """The reply, and what the request brought. After a `stir` the source is looked at soon."""

    reply: WebhookReply
    signal: Signal | None = None
    observation: Observation = field(default_factory=Observation)
    stir: Stir | None = None
    #: Whether it tells that the vendor's posts come, or are refused; else anybody may have sent it.
    tells: bool = True


class Webhook(Protocol):
    """Receives a vendor's requests. Proves them itself: nothing that is not signed has any effect."""

    #: Name of the source in the configuration.
    name: str
    #: Path below the web address, beginning with a slash, the same for every request of this vendor.
    path: str

    def handle(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookResult:
        """Judge one POST. `headers` have lower-case names, and `:path` is path and query as in HTTP/2; `body` is raw,
        as the signature was made over it.

        Never raises for what a stranger may send: an unsigned or unreadable request is answered with 400 or 403 and
        brings nothing. The same request twice has the same effect as once.
        """
        ...
