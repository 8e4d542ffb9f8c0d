"""The simulated Microsoft 365 as one application: the web side for clients, methods for the control side."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as WebRoute

from noshowd.demo.vendors.microsoft.answers import Answer, Call, Refusal, Route
from noshowd.demo.vendors.microsoft.batches import batch
from noshowd.demo.vendors.microsoft.calendars import Calendars
from noshowd.demo.vendors.microsoft.delta import DeltaFeed
from noshowd.demo.vendors.microsoft.described import GraphDescription
from noshowd.demo.vendors.microsoft.devices import denied
from noshowd.demo.vendors.microsoft.entra import Entra, Holder
from noshowd.demo.vendors.microsoft.events import Events
from noshowd.demo.vendors.microsoft.faults import Faults
from noshowd.demo.vendors.microsoft.mail import Mail
from noshowd.demo.vendors.microsoft.people import People, object_id
from noshowd.demo.vendors.microsoft.schedules import Schedules
from noshowd.demo.vendors.microsoft.subscriptions import Subscriptions
from noshowd.demo.vendors.microsoft.teams import Teams
from noshowd.demo.vendors.microsoft.todo import ToDo

_OUTLOOK = re.compile(r"/users/([^/]+)/(calendar|calendarView|events|messages|sendMail)\b")


class MicrosoftSimulation:
    """One tenant. `now` stamps everything; `description` is the file requests are checked against."""

    def __init__(self, *, tenant: str, now: Callable[[], datetime], description: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.people = People()
        self.entra = Entra(tenant)
        self.faults = Faults()
        self.teams = Teams(tenant, self.people, now, self.lock)
        self.calendars = Calendars(self.people, self.teams, now, self.lock)
        self.delta = DeltaFeed(self.calendars)
        self.schedules = Schedules(self.calendars)
        self.subscriptions = Subscriptions(self.teams, self.entra, now)
        self.mail = Mail(self.people, now, self.lock)
        self.todo = ToDo(self.people, now, self.lock)
        #: So many parts of the next batch are not answered.
        self.forgets_parts = 0
        #: Every call as it came in, parts of a batch included.
        self.calls: list[Call] = []
        self._description = GraphDescription(description) if description else None
        self._routes: list[Route] = [
            *self.delta.routes(),
            *Events(self.calendars).routes(),
            *self.schedules.routes(),
            *self.mail.routes(),
            *self.todo.routes(),
            *self.teams.routes(),
            *self.subscriptions.routes(),
        ]
        self.app = Starlette(
            routes=[
                WebRoute("/v1.0/{path:path}", self._graph, methods=["GET", "POST", "PATCH", "DELETE"]),
                WebRoute(f"/{tenant}/v2.0/.well-known/openid-configuration", self._discovery),
                WebRoute(f"/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
                WebRoute("/beta/{path:path}", self._graph, methods=["GET", "POST", "PATCH", "DELETE"]),
                WebRoute(f"/{tenant}/discovery/v2.0/keys", self._keys),
                WebRoute(f"/{tenant}/oauth2/v2.0/devicecode", self._device, methods=["POST"]),
            ]
        )

    def carry_out(self, call: Call) -> Answer:
        """Answer one call below `/v1.0` as Graph would, a scripted fault included."""
        with self.lock:
            self.calls.append(call)
            fault = self.faults.take(call)
            return fault.answer(call, self._answer) if fault else self._answer(call)

    def withdraw_secret(self, client_id: str) -> None:
        """The administrator deletes the secret; tokens made with it end at once (in truth within an hour)."""
        with self.lock:
            self.entra.applications[client_id].secret = None
            self.entra.end_tokens(client_id)

    def give_secret(self, client_id: str, secret: str) -> None:
        """The administrator makes a new secret."""
        with self.lock:
            self.entra.applications[client_id].secret = secret

    def _answer(self, call: Call) -> Answer:
        try:
            return self._dispatch(call)
        except Refusal as refusal:
            return refusal.answer

    def _dispatch(self, call: Call) -> Answer:
        holder = self.entra.holder(call)
        if call.path == "/$batch":
            left_out, self.forgets_parts = self.forgets_parts, 0
            return batch(call, self.carry_out, left_out=left_out)
        call = replace(call, path=_of_somebody(call.path, holder))
        for route in self._routes:
            found = re.match(route.pattern, call.path)
            if found and route.method == call.method:
                self._require(holder, route, call)
                return route.answer(call, *found.groups())
        raise Refusal(404, "UnknownPath", f"Resource not found for {call.path}.")

    def _require(self, holder: Holder, route: Route, call: Call) -> None:
        application = holder.application
        rights = application.roles if holder.person is None else _as_roles(holder.scopes)
        if not route.roles & (rights - application.not_yet):
            raise Refusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        outlook = _OUTLOOK.match(call.path)
        scope = application.mailboxes if holder.person is None else _reach(holder, route, self.people)
        if outlook and scope is not None and self.people.find(outlook[1]).address not in scope:
            raise Refusal(403, "ErrorAccessDenied", "Access to OData is disabled.")
        if self._description is not None:
            self._description.check(call)

    async def _graph(self, request: Request) -> Response:
        raw = await request.body()
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            return _web(Refusal(400, "BadRequest", "The body is not JSON.").answer)
        call = Call(
            method=request.method,
            path=f"/{request.path_params['path']}",
            root=f"{_root(request)}/{request.url.path.split('/')[1]}",
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
        )
        return _web(self.carry_out(call))

    async def _discovery(self, request: Request) -> Response:
        return _web(self.entra.discovery(_root(request)))

    async def _keys(self, _: Request) -> Response:
        return _web(self.entra.keys())

    async def _token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        with self.lock:
            return _web(self.entra.token(_root(request), form))

    async def _device(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        with self.lock:
            application = self.entra.applications.get(form.get("client_id", ""))
            if application is None:
                unknown = denied(400, "unauthorized_client", 700016, "The application was not found in the directory.")
                return _web(unknown)
            return _web(self.entra.devices.start(_root(request), form, public=application.public))


def _of_somebody(path: str, holder: Holder) -> str:
    """`/me` is whoever signed in; an application is nobody."""
    if not path.startswith("/me/") and path != "/me":
        return path
    if holder.person is None:
        raise Refusal(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    return f"/users/{object_id(holder.person)}{path.removeprefix('/me')}"


def _as_roles(scopes: frozenset[str]) -> set[str]:
    """The application rights that open the same calls as these scopes of one person."""
    plain = {scope.removesuffix(".Shared") for scope in scopes}
    return {*plain, *(f"{scope}.All" for scope in plain)}


def _reach(holder: Holder, route: Route, people: People) -> frozenset[str] | None:
    """One person reaches their own mailbox, and with a right to what is shared those of others."""
    shared = {scope.removesuffix(".Shared") for scope in holder.scopes if scope.endswith(".Shared")}
    if route.roles & shared:
        return None
    return frozenset({people.find(holder.person or "").address})


def _root(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _web(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.text is not None:
        return Response(answer.text, answer.status, headers, media_type="text/html")
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return JSONResponse(answer.body, answer.status, headers)
