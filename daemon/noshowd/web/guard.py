"""What stands before every page: security headers, and a limit on how often somebody asks."""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import ip_address

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from noshowd.ports.clock import Clock

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Puts `HEADERS` on every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, with_headers)


class Limiter:
    """So many requests a minute from one place, refilled evenly. Remembers at most `places` places."""

    def __init__(self, clock: Clock, *, per_minute: int, places: int = 10_000) -> None:
        self._clock = clock
        self._burst = float(per_minute)
        self._places = places
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, host: str) -> bool:
        """Whether one more request from this host is fine now, and count it."""
        place, now = _place(host), self._clock.monotonic()
        left, since = self._left.pop(place, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._burst / 60)
        self._left[place] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > self._places:
            self._left.popitem(last=False)
        return left >= 1


def _place(host: str) -> str:
    """The host; of an IPv6 address the network that one customer has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return address.exploded[:19] if address.version == 6 else host
