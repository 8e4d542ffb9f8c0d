"""SOAP of Exchange Web Services: envelopes, element names, answers and refusals."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import UTC, datetime

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
M = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
T = "{http://schemas.microsoft.com/exchange/services/2006/types}"
_ERRORS = "{http://schemas.microsoft.com/exchange/services/2006/errors}"
for _prefix, _name in (("s", SOAP), ("m", M), ("t", T)):
    ET.register_namespace(_prefix, _name[1:-1])


class Refusal(Exception):
    """One item of an operation failed; `code` is EWS's response code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


def element(name: str, *children: ET.Element, text: str | None = None, **attributes: str) -> ET.Element:
    """An element with its namespace in `name`."""
    made = ET.Element(name, attributes)
    made.text = text
    made.extend(children)
    return made


def instant(moment: datetime) -> str:
    """As EWS writes instants: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """An instant of a request; without an offset it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def parse(raw: bytes) -> tuple[ET.Element, ET.Element | None]:
    """The operation in the body, and the header."""
    envelope = ET.fromstring(raw)  # noqa: S314 - our own client on loopback
    body = envelope.find(f"{SOAP}Body")
    if body is None or not len(body):
        raise ValueError("an envelope without an operation")
    return body[0], envelope.find(f"{SOAP}Header")


def envelope(body: ET.Element) -> bytes:
    """The answer as it goes over the wire, with the version of the server in its header."""
    version = element(f"{T}ServerVersionInfo", MajorVersion="15", MinorVersion="1", Version="Exchange2016")
    whole = element(f"{SOAP}Envelope", element(f"{SOAP}Header", version), element(f"{SOAP}Body", body))
    text: bytes = ET.tostring(whole, encoding="utf-8", xml_declaration=True)
    return text


def answer(operation: str, messages: Iterable[ET.Element]) -> ET.Element:
    """The response of an operation that works on several items."""
    return element(f"{M}{operation}Response", element(f"{M}ResponseMessages", *messages))


def good(operation: str, *content: ET.Element) -> ET.Element:
    """One item that went well."""
    code = element(f"{M}ResponseCode", text="NoError")
    return element(f"{M}{operation}ResponseMessage", code, *content, ResponseClass="Success")


def bad(operation: str, refusal: Refusal, *content: ET.Element) -> ET.Element:
    """One item that did not."""
    text = element(f"{M}MessageText", text=refusal.text)
    code = element(f"{M}ResponseCode", text=refusal.code)
    link = element(f"{M}DescriptiveLinkKey", text="0")
    return element(f"{M}{operation}ResponseMessage", text, code, link, *content, ResponseClass="Error")


def busy(milliseconds: int) -> ET.Element:
    """The fault of a server that wants to be left alone for a while."""
    value = element(f"{T}Value", text=str(milliseconds), Name="BackOffMilliseconds")
    detail = element(
        "detail",
        element(f"{_ERRORS}ResponseCode", text="ErrorServerBusy"),
        element(f"{_ERRORS}Message", text="The server cannot service this request right now."),
        element(f"{T}MessageXml", value),
    )
    code = element("faultcode", text="ErrorServerBusy")
    return element(f"{SOAP}Fault", code, element("faultstring", text="Busy."), detail)
