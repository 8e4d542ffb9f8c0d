"""The REST API of the simulated Twilio: calls and numbers, page by page, and nothing that Twilio does not have."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from noshowd.demo.vendors.twilio.switch import Switch

_KNOWN = frozenset(
    {"To", "From", "ParentCallSid", "Status", "StartTime", "StartTime<", "StartTime>", "EndTime", "EndTime<"}
    | {"EndTime>", "PageSize", "Page", "PageToken"}
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?")


class Fault(StrEnum):
    """What is wrong with it just now."""

    DOWN = "down"
    TOO_FAST = "too_fast"
    NONSENSE = "nonsense"


@dataclass(slots=True, kw_only=True)
class Api:
    """Serves one account to one key."""

    switch: Switch
    account: str = "AC" + "0" * 32
    key_sid: str = "SK" + "0" * 32
    key: str = "demo-secret"
    may_read: bool = True
    fault: Fault | None = None
    #: Entries on one page at most.
    page: int = 1000
    #: Entries that stand in the list as they are.
    oddities: list[dict[str, Any]] | None = None

    def app(self) -> Starlette:
        base = "/2010-04-01/Accounts/{account}"
        return Starlette(
            routes=[
                Route(f"{base}/Calls.json", self._calls),
                Route(f"{base}/IncomingPhoneNumbers.json", self._numbers),
            ]
        )

    def _calls(self, request: Request) -> Response:
        since = request.query_params.get("StartTime>", "")
        if since and not _DAY.fullmatch(since):
            return _error(400, 20001, "Invalid date")
        entries = [leg.entry(self.account) for leg in self.switch.listed(since[:10])]
        return self._answer(request, "calls", (self.oddities or []) + entries)

    def _numbers(self, request: Request) -> Response:
        entries = [{"sid": f"PN{n:032x}", "phone_number": one} for n, one in enumerate(sorted(self.switch.numbers))]
        return self._answer(request, "incoming_phone_numbers", entries)

    def _answer(self, request: Request, what: str, entries: list[dict[str, Any]]) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        size = min(int(request.query_params.get("PageSize", "50")), self.page)
        first = int(request.query_params.get("Page", "0")) * size
        rest = first + size < len(entries)
        query = {**request.query_params, "Page": str(first // size + 1), "PageSize": str(size)}
        return JSONResponse(
            {
                what: entries[first : first + size],
                "page": first // size,
                "page_size": size,
                "next_page_uri": f"{request.url.path}?{urlencode(query)}" if rest else None,
            }
        )

    def _refusal(self, request: Request) -> Response | None:
        if self.fault is Fault.DOWN:
            return Response(status_code=503)
        if self.fault is Fault.TOO_FAST:
            return Response(status_code=429, headers={"Retry-After": "11"})
        if self.fault is Fault.NONSENSE:
            return HTMLResponse("<html><body>Captive portal</body></html>")
        expected = base64.b64encode(f"{self.key_sid}:{self.key}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _error(401, 20003, "Authenticate")
        if request.path_params["account"] != self.account or not self.may_read:
            return _error(403, 20004, "Permission denied")
        if set(request.query_params) - _KNOWN:
            return _error(400, 20001, "Unknown parameter")
        return None


def _error(status: int, code: int, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "status": status}, status_code=status)
