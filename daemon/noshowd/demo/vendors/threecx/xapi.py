"""The XAPI of the simulated 3CX: a token for an hour, and two collections in OData."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from noshowd.demo.vendors.threecx.pbx import Pbx

_OPTIONS = frozenset({"$filter", "$orderby", "$top", "$skip", "$count", "$select"})
_SINCE = re.compile(r"SegmentStartTime ge (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
_HOUR = timedelta(hours=1)


class Fault(StrEnum):
    """What is wrong with it just now."""

    DOWN = "down"
    NONSENSE = "nonsense"
    #: The second page is missing.
    CUT_SHORT = "cut_short"


@dataclass(slots=True, kw_only=True)
class Xapi:
    """Serves one system to one client."""

    pbx: Pbx
    client_id: str = "noshowd"
    secret: str = "demo-secret"
    #: The client's role may see calls at all.
    may_read: bool = True
    #: Extensions that the client's role sees; None means all.
    department: set[str] | None = None
    fault: Fault | None = None
    #: Entries on one page at most.
    page: int = 100
    #: Entries of the history that stand there as they are.
    oddities: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, datetime] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/connect/token", self._token, methods=["POST"]),
                Route("/xapi/v1/ActiveCalls", self._active),
                Route("/xapi/v1/CallHistoryView", self._history),
            ]
        )

    async def _token(self, request: Request) -> Response:
        if self.fault is Fault.DOWN:
            return Response(status_code=503)
        form = await request.form()
        given = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}
        if dict(form) != given:
            return JSONResponse({"error": "invalid_client"}, 401)
        token = f"token-{next(self._numbers)}"
        self.tokens[token] = self.pbx.now() + _HOUR
        return JSONResponse({"token_type": "Bearer", "expires_in": 3600, "access_token": token, "refresh_token": None})

    def _active(self, request: Request) -> Response:
        calls = [one for one in self.pbx.active() if self._shown(one["Caller"], one["Callee"])]
        return self._answer(request, calls)

    def _history(self, request: Request) -> Response:
        wanted = request.query_params.get("$filter")
        since = _SINCE.fullmatch(wanted) if wanted else None
        if wanted and since is None:
            return _error(400, "The query specified in the URI is not valid.")
        entries = [
            one
            for one in self.pbx.history
            if (since is None or one["SegmentStartTime"] >= since[1]) and self._shown(one["SrcDn"], one["DstDn"])
        ]
        return self._answer(request, self.oddities + entries)

    def _shown(self, *ends: str) -> bool:
        return self.department is None or any(end.partition(" ")[0] in self.department for end in ends)

    def _answer(self, request: Request, entries: list[dict[str, Any]]) -> Response:
        if self.fault is Fault.DOWN:
            return Response(status_code=503)
        if self.fault is Fault.NONSENSE:
            return HTMLResponse("<html><body>3CX Web Client</body></html>")
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or self.tokens.get(token, self.pbx.now()) <= self.pbx.now():
            return _error(401, "")
        if not self.may_read:
            return _error(403, "")
        if set(request.query_params) - _OPTIONS:
            return _error(400, "The query specified in the URI is not valid.")
        skip, top = (int(request.query_params.get(key, default)) for key, default in (("$skip", "0"), ("$top", "50")))
        part = entries[skip : skip + min(top, self.page)]
        if self.fault is Fault.CUT_SHORT and skip:
            part = []
        counted = {"@odata.count": len(entries)} if request.query_params.get("$count") == "true" else {}
        return JSONResponse({"@odata.context": "https://pbx/xapi/v1/$metadata", **counted, "value": part})


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": {"code": "", "message": message}}, status_code=status)
