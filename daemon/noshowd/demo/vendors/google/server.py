"""The HTTP front of the simulated Google: one ASGI application for all its hosts.

Every request is checked in the order the real service would: method, sign-in, scope, form; then comes
trouble that was scripted; then the answer, reduced to the fields asked for.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from threading import RLock
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from noshowd.demo.vendors.google import discovery, masks, validation
from noshowd.demo.vendors.google.access import Access, TokenRefusal
from noshowd.demo.vendors.google.call import Call, Handler
from noshowd.demo.vendors.google.faults import Fault, FaultScript, Manner
from noshowd.demo.vendors.google.paging import Pager
from noshowd.demo.vendors.google.refusals import Refusal

Json = dict[str, Any]
_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Front:
    """Checks and dispatches requests. `asked` lists the accepted ones."""

    def __init__(
        self,
        *,
        access: Access,
        faults: FaultScript,
        pager: Pager,
        handlers: dict[str, Handler],
        now: Callable[[], datetime],
        lock: RLock,
    ) -> None:
        self._access = access
        self._faults = faults
        self._pager = pager
        self._handlers = handlers
        self._now = now
        self.lock = lock
        self.asked: list[Call] = []
        self.token_requests = 0

    def app(self) -> Starlette:
        """The application to serve."""
        routes = [
            Route("/token", self._token, methods=["POST"]),
            Route("/{rest:path}", self._answer, methods=_VERBS),
        ]
        return Starlette(routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=500)])

    async def _token(self, request: Request) -> Response:
        form = {**_client(request), **dict(parse_qsl((await request.body()).decode()))}
        with self.lock:
            self.token_requests += 1
            try:
                return JSONResponse(self._access.token(form))
            except TokenRefusal as refusal:
                return JSONResponse(refusal.body, refusal.code)

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        verb, raw_query = request.method, request.url.query
        if "x-http-method-override" in request.headers:  # a GET too long for a URL travels as a POST form
            verb, raw_query, body = request.headers["x-http-method-override"], body.decode(), b""
        found = discovery.find(verb, request.scope["raw_path"].decode())
        if found is None:
            return JSONResponse({"error": {"code": 404, "message": f"No method for {verb} {request.url.path}"}}, 404)
        method, path = found
        try:
            with self.lock:
                call = self._accept(request, method, path, raw_query, body)
                fault = self._faults.take(method.id)
                return self._carry_out(call, fault)
        except Refusal as refusal:
            return JSONResponse(refusal.body(method.api), refusal.code, refusal.headers)

    def _accept(
        self, request: Request, method: discovery.Method, path: dict[str, str], raw_query: str, body: bytes
    ) -> Call:
        """The request as a call. Raises `Refusal`."""
        grant = self._access.check(request.headers.get("authorization"))
        if method.api in self._access.disabled_apis:
            raise Refusal(403, "accessNotConfigured", f"{method.api} API has not been used in this project or is off.")
        if not grant.scopes & method.scopes:
            raise Refusal(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
        validation.check_path(method, path)
        query = validation.check_parameters(method, parse_qsl(raw_query, keep_blank_values=True))
        content = _content(request, body)
        validation.check_body(method, content)
        if method.id not in self._handlers:
            raise Refusal(501, "notImplemented", f"{method.id} is not simulated")
        call = Call(
            method=method.id,
            grant=grant,
            path=path,
            query=query,
            body=content or {},
            headers=dict(request.headers),
            now=self._now(),
        )
        self.asked.append(call)
        return call

    def _carry_out(self, call: Call, fault: Fault | None) -> Response:
        """The answer, or the trouble scripted in its place. Raises `Refusal`."""
        manner = fault.manner if fault else None
        if fault and manner is Manner.REFUSE:
            raise fault.refusal()
        if manner is Manner.HANG:
            return _Silence()
        self._pager.empty_next = manner is Manner.EMPTY_PAGE
        answer = self._handlers[call.method](call)
        if manner in (Manner.DROP_AFTER, Manner.STALL):
            return _Silence(begun=True, drop=manner is Manner.DROP_AFTER)
        return _reply(answer, call, manner)


class _Silence(Response):
    """No answer, or only its beginning: then the connection is dropped, or held until the client gives up."""

    def __init__(self, *, begun: bool = False, drop: bool = False) -> None:
        super().__init__()
        self._begun = begun
        self._drop = drop

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        if self._begun:
            # Headers that promise a body, and no body.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        if self._drop:
            return  # uvicorn closes the connection
        if self._begun:
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass


def _client(request: Request) -> dict[str, str]:
    """The OAuth client that a header names; others write it into the form."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return {}
    name, _, password = base64.b64decode(given).decode().partition(":")
    return {"client_id": unquote(name), "client_secret": unquote(password)}


def _content(request: Request, body: bytes) -> Any:
    if not body:
        return None
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refusal(400, "parseError", "Expected application/json")
    try:
        return json.loads(body)
    except ValueError:
        raise Refusal(400, "parseError", "Parse Error") from None


def _reply(answer: Json | None, call: Call, manner: Manner | None) -> Response:
    if answer is None:
        return Response(status_code=204)
    if manner is Manner.ENDLESS:
        answer = {k: [_endless(i) for i in v] if isinstance(v, list) else v for k, v in answer.items()}
    if manner is Manner.EMPTY:
        answer = {k: v for k, v in answer.items() if not isinstance(v, list)}
    if fields := call.query.get("fields"):
        answer = masks.apply(answer, masks.parse(fields))
    indent = None if call.query.get("prettyPrint") is False else 2
    text = json.dumps(answer, indent=indent, ensure_ascii=False)
    if manner is Manner.TRUNCATE:
        text = text[: len(text) // 2]
    headers = {"ETag": answer["etag"]} if "etag" in answer else {}
    return Response(text, media_type="application/json; charset=UTF-8", headers=headers)


def _endless(item: Json) -> Json:
    return {k: v for k, v in item.items() if not k.endswith("ndTime")}
