"""Requests of vendors. Who sent them is for the vendor's adapter to prove; here only their size is bounded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from noshowd.domain.evidence import Observation
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Temporary, VendorError
from noshowd.ports.presence import Stir
from noshowd.ports.webhook import Signal, Webhook

LARGEST_REQUEST = 64 * 1024
_TAKEN, _REFUSED = (200, 202, 204), 403
_UNSIGNED = Temporary("a post came that the secret of the configuration does not prove: a new secret, or a stranger")


async def _unheard(_: Signal) -> None:
    """Where nobody asked to be told of changes."""


async def _unnoted(_: str, __: VendorError | None) -> None:
    """Where nobody keeps whether posts come."""


async def _unhurried(_: Stir) -> None:
    """Where no look is brought forward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """The requests of these vendors. `receive`, `heed` and `hurry` get what they bring before they are answered;
    `heard` is told by name who posts, and whose posts are refused.
    """

    hooks: Sequence[Webhook]
    receive: Callable[[Observation], Awaitable[object]]
    heed: Callable[[Signal], Awaitable[object]] = _unheard
    hurry: Callable[[Stir], Awaitable[object]] = _unhurried
    heard: Callable[[str, VendorError | None], Awaitable[object]] = _unnoted
    clock: Clock

    def routes(self) -> list[Route]:
        return [Route(hook.path, self._endpoint(hook), methods=["POST"]) for hook in self.hooks]

    def _endpoint(self, hook: Webhook) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            body = await _body(request)
            headers = {**request.headers, ":path": f"{request.url.path}?{request.url.query}"}
            result = hook.handle(headers, body, self.clock.now())
            await self.receive(result.observation)
            if result.signal is not None:
                await self.heed(result.signal)
            if result.stir is not None:
                await self.hurry(result.stir)
            reply = result.reply
            if result.tells and reply.status in (*_TAKEN, _REFUSED):
                await self.heard(hook.name, _UNSIGNED if reply.status == _REFUSED else None)
            return Response(reply.body, status_code=reply.status, media_type=reply.content_type)

        return endpoint


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_REQUEST:
            raise HTTPException(413)
    return bytes(body)
