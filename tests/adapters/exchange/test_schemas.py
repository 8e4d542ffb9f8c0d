"""What goes over the wire in both directions, against the schemas Microsoft ships with Exchange.

The schemas at hand are those of Exchange 2007 SP1: what came later is taken out before the check.
"""

from __future__ import annotations

import copy
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xmlschema

from adapters.exchange.house import ANNA, BEN, GUEST, NOW, House
from contract.mark_suite import OURS
from noshowd.adapters.exchange.calendar import ExchangeCalendar
from noshowd.adapters.exchange.channel import ExchangeMail
from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.free_busy import ExchangeFreeBusy
from noshowd.adapters.exchange.installation_marks import ExchangeMarks
from noshowd.adapters.exchange.tasks import ExchangeTasks
from noshowd.adapters.exchange.writer import ExchangeWriter
from noshowd.demo.vendors.exchange.soap import M, T
from noshowd.domain.spans import Span
from noshowd.ports.calendar import ListingEnd, NewEvent, Page
from noshowd.ports.channel import Carries, Parcel, Recipient
from noshowd.ports.errors import CursorExpired

SPECS = Path(__file__).parents[4] / "shared" / "specs"
XML_LANG = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">'
    '<xs:attribute name="lang" type="xs:language"/></xs:schema>'
)
#: Elements and property names that Exchange learnt after 2007.
LATER_ELEMENTS = {f"{T}{name}" for name in ("TextBody", "StartTimeZone", "EndTimeZone")}
LATER_URIS = {"item:TextBody", "calendar:StartTimeZone", "calendar:EndTimeZone", "folder:DistinguishedFolderId"}
LATER_ATTRIBUTE = "SuppressReadReceipts"
LATER_OPERATIONS = {f"{M}GetServerTimeZones", f"{M}GetServerTimeZonesResponse"}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> xmlschema.XMLSchema10:
    if not SPECS.exists():
        pytest.skip("the schemas of Exchange are not beside this checkout (../shared/specs)")
    folder = tmp_path_factory.mktemp("ews")
    for name in ("messages", "types"):
        (folder / f"{name}.xsd").write_bytes((SPECS / f"ews-{name}.xsd").read_bytes())
    (folder / "xml.xsd").write_text(XML_LANG, encoding="utf-8")
    return xmlschema.XMLSchema10(
        str(folder / "messages.xsd"),
        validation="lax",
        locations={"http://www.w3.org/XML/1998/namespace": str(folder / "xml.xsd")},
    )


def known_in_2007(body: ET.Element) -> ET.Element:
    """A copy without what came later."""
    kept = copy.deepcopy(body)
    kept.attrib.pop(LATER_ATTRIBUTE, None)
    for parent in list(kept.iter()):
        for child in list(parent):
            if child.tag in LATER_ELEMENTS or _later_change(child) or child.get("FieldURI") in LATER_URIS:
                parent.remove(child)
    return kept


def _later_change(child: ET.Element) -> bool:
    """A change of one property names it twice: by its URI and by the element it gets."""
    return child.tag == f"{T}SetItemField" and child[0].get("FieldURI") in LATER_URIS


async def everything(house: House) -> None:
    """Each operation that the adapters use."""
    house.book()
    server = house.server()
    calendar, writer = ExchangeCalendar(server), ExchangeWriter(server)
    window = Span(start=NOW, end=datetime(2026, 3, 11, tzinfo=UTC))
    page, _ = [one async for one in calendar.changes(ANNA, cursor=None, window=window)]
    assert isinstance(page, Page)
    await feed(house, server, window)
    event = NewEvent(key="k", start=NOW, end=window.end, zone="Europe/Berlin", title="New", attendees=(GUEST,))
    await writer.write(ANNA, event)
    await writer.write(ANNA, replace(event, moves=page.entries[0].ref))
    task = Parcel(
        key="k",
        carries=Carries.TASKS,
        recipient=Recipient(address=ANNA),
        subject="Ring",
        text="Please.",
        due=NOW,
    )
    tasks = ExchangeTasks(server, house.clock, name="tasks", title="noshowd")
    receipt = await tasks.edit(await tasks.send(task), replace(task, text="Soon."))
    await tasks.verify(task)
    await tasks.retract(receipt)
    await tasks.retract(receipt)
    mail = ExchangeMail(server, house.clock, name="mail", mailbox=ANNA)
    letter = replace(task, carries=Carries.TO_GUESTS, recipient=Recipient(address=GUEST), html="<p>Hello</p>")
    await mail.send(replace(letter, in_reply_to="<1@x>", reply_to=BEN))
    await mail.verify(letter)
    await mail.retract(await mail.send(replace(letter, key="d", draft=True)))
    await ExchangeFreeBusy(server).busy((ANNA, GUEST), window)
    marks = ExchangeMarks(server)
    for _ in range(2):
        await marks.leave(ANNA, OURS)
    await marks.take_away(ANNA, OURS.installation)


async def feed(house: House, server: ExchangeClient, window: Span) -> None:
    """The change feed: opened, nothing new, something deleted and something changed, a state refused."""
    calendar, cursor = ExchangeCalendar(server, delta=True), None
    deleted, changed = house.book(), house.book()
    for step in (lambda: None, lambda: None, lambda: house.sim.store.remove(deleted)):
        step()
        house.sim.store.touch(changed)
        end = [one async for one in calendar.changes(ANNA, cursor=cursor, window=window)][-1]
        assert isinstance(end, ListingEnd)
        cursor = end.cursor
    house.sim.store.generation += 1
    with pytest.raises(CursorExpired):
        _ = [one async for one in calendar.changes(ANNA, cursor=cursor, window=window)]
    house.sim.store.remove(changed)


async def test_requests_and_answers_are_as_the_schemas_say(house: House, schema: xmlschema.XMLSchema10) -> None:
    await everything(house)
    bodies = [one for exchange in house.sim.exchanged for one in exchange if one.tag not in LATER_OPERATIONS]
    problems = [
        f"{body.tag.removeprefix(M)}: {error.path}: {error.reason}"
        for body in bodies
        for error in schema.iter_errors(known_in_2007(body))
    ]
    checked = {body.tag.removeprefix(M) for body in bodies}
    assert problems == []
    operations = ("GetFolder", "FindItem", "GetItem", "CreateItem", "UpdateItem", "DeleteItem", "SyncFolderItems")
    assert {name for one in operations for name in (one, f"{one}Response")} <= checked
    assert {"GetUserAvailabilityRequest", "GetUserAvailabilityResponse"} <= checked
