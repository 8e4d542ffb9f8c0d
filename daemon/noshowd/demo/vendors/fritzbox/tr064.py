"""TR-064 of a simulated box: it describes itself, asks for a sign-in by digest, and hands out its call list.

After AVM's descriptions of `X_AVM-DE_OnTel:1` (action GetCallList) and of the sign-in ("First steps").
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from enum import StrEnum
from xml.etree import ElementTree as ET

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from noshowd.demo.vendors.fritzbox.calls import CallHistory
from noshowd.demo.vendors.fritzbox.digest import Digest

_TYPE = "urn:dslforum-org:service:X_AVM-DE_OnTel:1"
_DOCUMENT = "root"
_DESCRIPTION = f"""<?xml version="1.0"?>
<{_DOCUMENT} xmlns="urn:dslforum-org:device-1-0">
<specVersion><major>1</major><minor>0</minor></specVersion>
<systemVersion><HW>226</HW><Major>154</Major><Minor>8</Minor><Patch>02</Patch><Buildnumber>119840</Buildnumber>
<Display>154.08.02</Display></systemVersion>
<device>
<deviceType>urn:dslforum-org:device:InternetGatewayDevice:1</deviceType>
<friendlyName>FRITZ!Box 7590</friendlyName><manufacturer>AVM</manufacturer><modelName>FRITZ!Box 7590</modelName>
<serviceList><service>
<serviceType>{_TYPE}</serviceType><serviceId>urn:X_AVM-DE_OnTel-com:serviceId:X_AVM-DE_OnTel1</serviceId>
<controlURL>/upnp/control/x_contact</controlURL><eventSubURL>/upnp/control/x_contact</eventSubURL>
<SCPDURL>/x_contactSCPD.xml</SCPDURL>
</service></serviceList>
</device>
</{_DOCUMENT}>"""
_ACTIONS = """<?xml version="1.0"?>
<scpd xmlns="urn:dslforum-org:service-1-0">
<specVersion><major>1</major><minor>0</minor></specVersion>
<actionList><action><name>GetCallList</name><argumentList><argument><name>NewCallListURL</name>
<direction>out</direction><relatedStateVariable>CallListURL</relatedStateVariable></argument></argumentList></action>
</actionList>
<serviceStateTable><stateVariable sendEvents="no"><name>CallListURL</name><dataType>string</dataType></stateVariable>
</serviceStateTable>
</scpd>"""
_ANSWER = """<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
 s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>{body}</s:Body></s:Envelope>"""
_FAULT = """<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>
<UPnPError xmlns="urn:dslforum-org:control-1-0">
<errorCode>{code}</errorCode>
<errorDescription>{words}</errorDescription></UPnPError></detail></s:Fault>"""
_NUMBER = re.compile(r"[1-9]\d{0,2}")


class Fault(StrEnum):
    """What is wrong with the box just now."""

    DOWN = "down"
    #: The page of a proxy or of the box itself in the place of the list.
    NONSENSE = "nonsense"
    #: "Allow access for applications" is off.
    NO_APPLICATIONS = "no_applications"
    SWITCHED_OFF = "switched_off"


@dataclass(slots=True, kw_only=True)
class Tr064:
    """One box with its users. Whoever lacks the right for telephony is told so (606)."""

    history: CallHistory
    passwords: dict[str, str] = field(default_factory=lambda: {"noshowd": "demo-secret"})
    telephony: set[str] = field(default_factory=lambda: {"noshowd"})
    fault: Fault | None = None
    _digest: Digest = field(default_factory=lambda: Digest("F!Box SOAP-Auth"))
    _sessions: set[str] = field(default_factory=set)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/tr64desc.xml", self._description),
                Route("/x_contactSCPD.xml", self._actions),
                Route("/upnp/control/x_contact", self._control, methods=["POST"]),
                Route("/calllist.lua", self._list),
                Route("/{rest:path}", _page),
            ]
        )

    def _description(self, _: Request) -> Response:
        if self.fault is Fault.DOWN:
            return Response(status_code=503)
        if self.fault is Fault.NO_APPLICATIONS:
            return _page()
        return _xml(_DESCRIPTION)

    def _actions(self, _: Request) -> Response:
        return _xml(_ACTIONS)

    async def _control(self, request: Request) -> Response:
        if self.fault is Fault.DOWN:
            return Response(status_code=503)
        who = self._digest.user(
            request.headers.get("authorization", ""), request.method, request.url.path, self.passwords
        )
        if who is None:
            challenge = {"WWW-Authenticate": self._digest.challenge()}
            return _page(status=401, title="401 Unauthorized (ERR_NONE)", headers=challenge)
        if request.headers.get("soapaction") != f"{_TYPE}#GetCallList" or not _asks(await request.body()):
            return _fault(401, "Invalid Action")
        if who not in self.telephony:
            return _fault(606, "Action Not Authorized")
        place = "" if self.fault is Fault.SWITCHED_OFF else f"{request.base_url}calllist.lua?sid={self._session()}"
        body = (
            f'<u:GetCallListResponse xmlns:u="{_TYPE}"><NewCallListURL>{place}</NewCallListURL></u:GetCallListResponse>'
        )
        return _xml(_ANSWER.format(body=body))

    def _session(self) -> str:
        session = f"{next(self._numbers):016x}"
        self._sessions.add(session)
        return session

    def _list(self, request: Request) -> Response:
        query = request.query_params
        if query.get("sid") not in self._sessions or self.fault is Fault.NONSENSE:
            return _page()
        limits = {name: query[name] for name in ("days", "max") if name in query}
        if set(query) - {"sid", "days", "max"} or not all(map(_NUMBER.fullmatch, limits.values())):
            return _page(status=400)
        numbers = {name: int(number) for name, number in limits.items()}
        return _xml(self.history.listed(numbers.get("days"), numbers.get("max")))


def _asks(body: bytes) -> bool:
    try:
        root = ET.fromstring(body)  # noqa: S314 - our own client on loopback
    except ET.ParseError:
        return False
    return root.find(f".//{{{_TYPE}}}GetCallList") is not None


def _xml(content: str | bytes) -> Response:
    return Response(content, media_type="text/xml")


def _fault(code: int, words: str) -> Response:
    content = _ANSWER.format(body=_FAULT.format(code=code, words=words))
    return Response(content, status_code=500, media_type="text/xml")


def _page(
    _: Request | None = None, *, status: int = 404, title: str = "404 Not Found", headers: dict[str, str] | None = None
) -> Response:
    content = f"<HTML><HEAD><TITLE>{title}</TITLE></HEAD><BODY><H1>{title}</H1></BODY></HTML>"
    return Response(content, status_code=status, headers={**(headers or {}), "Content-Type": "text/html"})
