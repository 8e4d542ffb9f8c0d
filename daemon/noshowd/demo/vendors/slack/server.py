"""The simulated Slack as a server on loopback, with what tests and the demo do as the people in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.demo.vendors.slack.methods import METHODS
from noshowd.demo.vendors.slack.refusal import Refusal
from noshowd.demo.vendors.slack.sockets import Sockets
from noshowd.demo.vendors.slack.views import Modal
from noshowd.demo.vendors.slack.workspace import Message, Workspace


class SlackServer:
    """A running workspace. `url` is what `base_url` of a client must be."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.workspace = Workspace(now=now)
        self.sockets = Sockets()
        self._loop: asyncio.AbstractEventLoop | None = None
        app = Starlette(
            routes=[
                Route("/api/{method}", self._api, methods=["GET", "POST"]),
                Route("/actions/{user}/{nonce}", self._respond, methods=["POST"]),
                WebSocketRoute("/link", self._link),
            ]
        )
        self._server = LoopbackServer(app)
        self.url = f"{self._server.url}/api/"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None:
            self._do(self.sockets.drop())
        self._server.__exit__(kind, error, trace)

    def press(self, user_id: str, message: Message, label: str, *, times: int = 1) -> str:
        """This user presses the button with this label; returns the envelope's id, sent `times` times.

        Raises `LookupError` when the button is not there (any more), `ConnectionError` when nobody listens.
        """
        buttons = [element for block in message.blocks for element in block.get("elements", ())]
        button = next((one for one in buttons if one["text"]["text"] == label), None)
        if button is None:
            raise LookupError(f"no button {label!r}")
        envelope = self._envelope(user_id, message, button)
        self._do(self.sockets.deliver(envelope, times=times))
        return str(envelope["envelope_id"])

    def submit(self, modal: Modal, text: str, *, times: int = 1) -> str:
        """Whoever has this modal before them sends it off with this text; the envelope's id, sent `times` times.

        What the app answered to it is in `sockets.replies`. Raises `ValueError` for a text Slack does not take.
        """
        payload = {
            "type": "view_submission",
            "team": {"id": self.workspace.TEAM},
            "user": {"id": modal.user_id, "team_id": self.workspace.TEAM},
            "api_app_id": "A0NOSHOWD",
            "trigger_id": self.workspace.modals.trigger(modal.user_id, self.workspace.now()),
            "view": modal.filled(text),
            "response_urls": [],
        }
        envelope = _wrapped(payload, takes_reply=True)
        self._do(self.sockets.deliver(envelope, times=times))
        return str(envelope["envelope_id"])

    def announce_disconnect(self, reason: str = "warning") -> None:
        self._do(self.sockets.say_disconnect(reason))

    def drop_connections(self, *, oldest: int | None = None) -> None:
        self._do(self.sockets.drop(oldest=oldest))

    def say_raw(self, raw: str) -> None:
        """Send something no documentation knows to every connection."""
        self._do(self.sockets.send_raw(raw))

    def _envelope(self, user_id: str, message: Message, button: dict[str, Any]) -> dict[str, Any]:
        workspace = self.workspace
        payload = {
            "type": "block_actions",
            "user": {"id": user_id, "team_id": workspace.TEAM},
            "team": {"id": workspace.TEAM},
            "channel": {"id": message.channel},
            "message": message.shown(),
            "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
            "trigger_id": workspace.modals.trigger(user_id, workspace.now()),
            "response_url": f"{self._server.url}/actions/{user_id}/{uuid4().hex}",
            "actions": [button | {"block_id": "actions", "action_ts": workspace.next_ts()}],
        }
        return _wrapped(payload)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the server's loop, from another thread, and wait for it."""
        if self._loop is None:
            work.close()
            raise RuntimeError("no Socket Mode connection was ever opened")
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _api(self, request: Request) -> Response:
        name = request.path_params["method"]
        self.workspace.calls.append(name)
        try:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if name == "apps.connections.open":
                body = self._connections_open(token)
            else:
                body = self._call(name, token, await _arguments(request))
        except Refusal as refusal:
            return JSONResponse(refusal.body, status_code=refusal.status, headers=refusal.headers)
        if name == "chat.postMessage" and self.workspace.levers.lose_answer:
            self.workspace.levers.lose_answer = False
            return _cut_off()
        if name == "views.open":
            self.sockets.open()
        return JSONResponse({"ok": True, **body})

    def _call(self, name: str, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        workspace = self.workspace
        method = METHODS.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        if token == workspace.app_token:
            raise Refusal("not_allowed_token_type")
        _check_token(token, workspace.bot_token, revoked=workspace.revoked)
        if method.scope and method.scope not in workspace.scopes:
            raise Refusal("missing_scope", needed=method.scope, provided=",".join(sorted(workspace.scopes)))
        if name in {"chat.postMessage", "chat.update"} and workspace.levers.throttle is not None:
            seconds, workspace.levers.throttle = workspace.levers.throttle, None
            raise Refusal("ratelimited", status=429, headers={"Retry-After": str(seconds)})
        return method.run(workspace, arguments)

    def _connections_open(self, token: str) -> dict[str, Any]:
        if token == self.workspace.bot_token:
            raise Refusal("not_allowed_token_type")
        _check_token(token, self.workspace.app_token, revoked=self.workspace.revoked)
        base = self._server.url.replace("http", "ws", 1)
        return {"url": f"{base}/link?ticket={self.sockets.ticket()}&app_id=A0NOSHOWD"}

    async def _link(self, socket: WebSocket) -> None:
        self._loop = asyncio.get_running_loop()
        await self.sockets.serve(socket)

    async def _respond(self, request: Request) -> Response:
        body = await request.json()
        if body.get("response_type") != "ephemeral" or body.get("replace_original") is not False:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, status_code=400)
        self.workspace.ephemeral.append((request.path_params["user"], body["text"]))
        self.sockets.tell()
        return Response("ok", media_type="text/html")


def _wrapped(payload: dict[str, Any], *, takes_reply: bool = False) -> dict[str, Any]:
    return {
        "envelope_id": str(uuid4()),
        "type": "interactive",
        "accepts_response_payload": takes_reply,
        "payload": payload,
    }


def _check_token(token: str, right: str, *, revoked: bool) -> None:
    if not token:
        raise Refusal("not_authed")
    if token != right:
        raise Refusal("invalid_auth")
    if revoked:
        raise Refusal("token_revoked")


async def _arguments(request: Request) -> dict[str, Any]:
    if request.method == "GET":
        return dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        arguments = json.loads(await request.body())
        if not isinstance(arguments, dict):
            raise Refusal("json_not_object")
        return arguments
    return dict(request.query_params) | dict(await request.form())


def _cut_off() -> Response:
    """An answer that breaks off in the middle: it promises more than it sends, then the line closes."""

    async def beginning() -> Any:
        yield b'{"ok": '

    return StreamingResponse(
        beginning(), media_type="application/json", headers={"content-length": "500", "connection": "close"}
    )
