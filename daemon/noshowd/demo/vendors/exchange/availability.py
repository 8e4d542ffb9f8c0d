"""GetUserAvailability, and the time zones its client asks for first."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime

from noshowd.demo.vendors.exchange.items import span_of
from noshowd.demo.vendors.exchange.soap import M, Refusal, T, answer, bad, element, good, moment
from noshowd.demo.vendors.exchange.store import Store


def server_time_zones(request: ET.Element) -> ET.Element:
    """Only UTC is known here."""
    if [one.text for one in request.iter(f"{T}Id")] != ["UTC"]:
        raise Refusal("ErrorInvalidRequest", "Only UTC is known here.")
    standard = element(f"{T}Period", Bias="P0DT0H0M0.0S", Name="Standard", Id="std")
    to = element(f"{T}To", text="std", Kind="Period")
    group = element(f"{T}TransitionsGroup", element(f"{T}Transition", to), Id="0")
    first = element(f"{T}Transition", element(f"{T}To", text="0", Kind="Group"))
    zone = element(
        f"{T}TimeZoneDefinition",
        element(f"{T}Periods", standard),
        element(f"{T}TransitionsGroups", group),
        element(f"{T}Transitions", first),
        Name="(UTC) Coordinated Universal Time",
        Id="UTC",
    )
    zones = element(f"{M}TimeZoneDefinitions", zone)
    return answer("GetServerTimeZones", [good("GetServerTimeZones", zones)])


def user_availability(request: ET.Element, store: Store) -> ET.Element:
    """Busy times in the zone of the request, written without an offset."""
    window = request.find(f"{T}FreeBusyViewOptions/{T}TimeWindow")
    assert window is not None, "the schema demands it"
    start, end = (moment(window.findtext(f"{T}{name}") or "") for name in ("StartTime", "EndTime"))
    addresses = [(one.text or "").lower() for one in request.iter(f"{T}Address")]
    answers = [_one(address, store, start, end) for address in addresses]
    return element(f"{M}GetUserAvailabilityResponse", element(f"{M}FreeBusyResponseArray", *answers))


def _one(address: str, store: Store, start: datetime, end: datetime) -> ET.Element:
    if address not in store.mailboxes:
        refusal = Refusal("ErrorMailRecipientNotFound", "Unable to resolve the address.")
        return element(f"{M}FreeBusyResponse", _message(bad("", refusal)))
    spans = [(span_of(i), i) for i in store.inside(address, "calendar")]
    events = [
        element(
            f"{T}CalendarEvent",
            element(f"{T}StartTime", text=f"{began:%Y-%m-%dT%H:%M:%S}"),
            element(f"{T}EndTime", text=f"{ended:%Y-%m-%dT%H:%M:%S}"),
            element(f"{T}BusyType", text=item.text("calendar:LegacyFreeBusyStatus")),
        )
        for (began, ended), item in spans
        if began < end and ended > start
    ]
    view = element(f"{M}FreeBusyView", element(f"{T}FreeBusyViewType", text="FreeBusy"))
    if events:
        view.append(element(f"{T}CalendarEventArray", *events))
    return element(f"{M}FreeBusyResponse", _message(good("")), view)


def _message(made: ET.Element) -> ET.Element:
    """Availability calls its message by another name."""
    made.tag = f"{M}ResponseMessage"
    return made
