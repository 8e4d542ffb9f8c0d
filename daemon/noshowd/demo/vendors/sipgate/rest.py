"""The REST API of the simulated sipgate: `GET /v2/history`, and nothing that the real one does not have."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from noshowd.demo.vendors.sipgate.exchange import Exchange

_KNOWN = frozenset(
    {"connectionIds", "types", "directions", "archived", "starred", "from", "to", "phonenumber", "offset", "limit"}
)
_TYPES = frozenset({"CALL", "VOICEMAIL", "SMS", "FAX"})
_MOST = 100


class Fault(StrEnum):
    """What is wrong with it just now."""

    DOWN = "down"
    TOO_FAST = "too_fast"
    #: A proxy's page with status 200.
    NONSENSE = "nonsense"
    #: The second page is missing.
    CUT_SHORT = "cut_short"


@dataclass(slots=True, kw_only=True)
class Api:
    """Serves one account to one token."""

    exchange: Exchange
    token_id: str = "token-DEMO"
    token: str = "demo-secret"
    scopes: set[str] = field(default_factory=lambda: {"history:read"})
    fault: Fault | None = None
    #: Entries on one page at most; below what is asked for, as the real one may do.
    page: int = _MOST

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v2/history", self._history)])

    async def _history(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            since, until, offset, limit = _asked(request)
        except ValueError as error:
            return JSONResponse({"cause": str(error)}, 400)
        listed = self.exchange.history(since, until)
        wanted = set(request.query_params.getlist("types"))
        listed = [entry for entry in listed if not wanted or entry["type"] in wanted]
        items = listed[offset : offset + min(limit, self.page)]
        if self.fault is Fault.CUT_SHORT and offset:
            items = []
        return JSONResponse({"items": items, "totalCount": len(listed)})

    def _refusal(self, request: Request) -> Response | None:
        if self.fault is Fault.DOWN:
            return Response(status_code=503)
        if self.fault is Fault.TOO_FAST:
            return Response(status_code=429, headers={"Retry-After": "17"})
        if self.fault is Fault.NONSENSE:
            return HTMLResponse("<html><body>Captive portal</body></html>")
        expected = base64.b64encode(f"{self.token_id}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return Response(status_code=401)
        if "history:read" not in self.scopes:
            return Response(status_code=403)
        return None


def _asked(request: Request) -> tuple[datetime, datetime, int, int]:
    """The checked query. Raises `ValueError` with what is wrong."""
    query = request.query_params
    unknown = set(query.keys()) - _KNOWN
    if unknown or not set(query.getlist("types")) <= _TYPES:
        raise ValueError(f"unknown parameter or type: {sorted(unknown)}")
    since, until = (datetime.fromisoformat(query[name]) for name in ("from", "to"))
    if since.tzinfo is None or until.tzinfo is None:
        raise ValueError("from and to need a zone")
    offset, limit = int(query.get("offset", "0")), int(query.get("limit", "10"))
    if offset < 0 or not 0 < limit <= _MOST:
        raise ValueError("offset or limit out of range")
    return since, until, offset, limit
