"""What only this machine may ask: readiness and metrics. From outside these addresses do not exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

#: Headers of a reverse proxy: the question comes from elsewhere, whoever hands it on.
_HANDED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Who answers: `ready` whether work is done, `metrics` in the Prometheus text format with its content type."""

    ready: Callable[[], Awaitable[bool]]
    metrics: Callable[[], Awaitable[tuple[bytes, str]]]

    def routes(self) -> list[Route]:
        return [Route("/readyz", self._ready), Route("/metrics", self._metrics)]

    async def _ready(self, request: Request) -> Response:
        _only_from_here(request)
        return PlainTextResponse("ready") if await self.ready() else PlainTextResponse("not ready", status_code=503)

    async def _metrics(self, request: Request) -> Response:
        _only_from_here(request)
        body, content_type = await self.metrics()
        return Response(body, headers={"content-type": content_type})


def _only_from_here(request: Request) -> None:
    host = request.client.host if request.client is not None else ""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local or any(header in request.headers for header in _HANDED_ON):
        raise HTTPException(404)
