"""The simulated Exchange Server as one application: EWS for clients, a store for the control side."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from noshowd.demo.vendors.exchange.availability import server_time_zones, user_availability
from noshowd.demo.vendors.exchange.issuer import Issuer
from noshowd.demo.vendors.exchange.operations import Operations
from noshowd.demo.vendors.exchange.soap import M, Refusal, T, answer, bad, busy, envelope, parse
from noshowd.demo.vendors.exchange.store import Store
from noshowd.demo.vendors.exchange.sync import sync_folder_items


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One wrong answer to the next `operation` ("" for any): `after` carries it out all the same."""

    operation: str = ""
    status: int = 500
    #: EWS response code in place of an HTTP error.
    code: str | None = None
    after: bool = False
    text: str = ""
    #: The server is busy and asks for this many milliseconds of peace.
    back_off: int | None = None


class ExchangeSimulation:
    """One server. `password` may change; `now` stamps everything."""

    path = "/EWS/Exchange.asmx"

    def __init__(self, *, username: str, password: str, now: Callable[[], datetime]) -> None:
        self.username = username
        self.password = password
        self.store = Store(now)
        self.operations = Operations(self.store)
        #: Whose tokens it takes in place of name and password.
        self.issuer: Issuer | None = None
        #: Troubles still to come, each once, and one that stays.
        self.troubles: list[Trouble] = []
        self.standing: Trouble | None = None
        #: Every request and answer body, for a check against the schemas.
        self.exchanged: list[tuple[ET.Element, ET.Element]] = []
        self.app = Starlette(routes=[Route(self.path, self._ews, methods=["POST"])])

    async def _ews(self, request: Request) -> Response:
        if not self._lets_in(request.headers.get("authorization")):
            wanted = 'Basic realm="exchange"' if self.issuer is None else "Bearer"
            return Response(status_code=401, headers={"WWW-Authenticate": wanted})
        operation, header = parse(await request.body())
        name = operation.tag.removeprefix(M)
        trouble = self._trouble(name)
        if trouble is not None and not trouble.after:
            return _wrong(trouble, name)
        with self.store.lock:
            body = self._answer(name, operation, _acted_for(header))
        self.exchanged.append((operation, body))
        return Response(envelope(body), media_type="text/xml") if trouble is None else _wrong(trouble, name)

    def _lets_in(self, authorization: str | None) -> bool:
        if self.issuer is not None:
            return self.issuer.takes(authorization)
        credentials = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return authorization == f"Basic {credentials}"

    def _trouble(self, operation: str) -> Trouble | None:
        for one in self.troubles:
            if one.operation in ("", operation):
                self.troubles.remove(one)
                return one
        return self.standing

    def _answer(self, name: str, operation: ET.Element, mailbox: str) -> ET.Element:
        known: dict[str, Callable[[ET.Element, str], ET.Element]] = {
            "GetFolder": self.operations.get_folder,
            "FindFolder": self.operations.find_folder,
            "CreateFolder": self.operations.create_folder,
            "FindItem": self.operations.find_item,
            "GetItem": self.operations.get_item,
            "CreateItem": self.operations.create_item,
            "UpdateItem": self.operations.update_item,
            "DeleteItem": self.operations.delete_item,
            "SyncFolderItems": lambda request, mailbox: sync_folder_items(request, mailbox, self.store),
            "GetServerTimeZones": lambda request, _: server_time_zones(request),
            "GetUserAvailabilityRequest": lambda request, _: user_availability(request, self.store),
        }
        try:
            return known[name](operation, mailbox)
        except Refusal as refusal:
            return answer(name, [bad(name, refusal)])


def _acted_for(header: ET.Element | None) -> str:
    """The mailbox that is impersonated; without impersonation nothing is open."""
    place = f"{T}ExchangeImpersonation/{T}ConnectingSID/{T}PrimarySmtpAddress"
    return (header.findtext(place) if header is not None else "") or ""


def _wrong(trouble: Trouble, operation: str) -> Response:
    if trouble.back_off is not None:
        return Response(envelope(busy(trouble.back_off)), 500, media_type="text/xml")
    if trouble.code is None:
        return Response(trouble.text, trouble.status, media_type="text/html")
    refusal = Refusal(trouble.code, "Simulated.")
    return Response(envelope(answer(operation, [bad(operation, refusal)])), media_type="text/xml")
