"""What lies in the mailboxes: calendar items, tasks and messages, each a set of properties in schema order."""

from __future__ import annotations

import copy
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from noshowd.demo.vendors.exchange.soap import T, element

_ITEM = (
    "item:Subject item:Sensitivity item:Body item:Importance item:InReplyTo item:IsDraft item:DateTimeSent "
    "item:DateTimeCreated item:ReminderDueBy item:ReminderIsSet item:ReminderMinutesBeforeStart "
    "ExtendedProperty item:LastModifiedTime item:TextBody "
)
#: The properties of each kind in the order of the schema.
_ORDER = {
    "CalendarItem": _ITEM + "calendar:UID calendar:RecurrenceId calendar:Start calendar:End calendar:OriginalStart "
    "calendar:IsAllDayEvent calendar:LegacyFreeBusyStatus calendar:Location calendar:IsCancelled "
    "calendar:CalendarItemType calendar:MyResponseType calendar:Organizer calendar:RequiredAttendees "
    "calendar:OptionalAttendees calendar:Resources calendar:StartTimeZone calendar:EndTimeZone",
    "Task": _ITEM + "task:DueDate task:PercentComplete task:StartDate task:Status",
    "Message": _ITEM + "message:ToRecipients message:IsReadReceiptRequested message:IsDeliveryReceiptRequested "
    "message:From message:InternetMessageId message:IsRead message:IsResponseRequested message:References "
    "message:ReplyTo",
}


@dataclass(slots=True)
class Item:
    """One item of one mailbox. `properties` maps a property's URI to its element as it was written."""

    number: int
    kind: str
    mailbox: str
    folder: str
    properties: dict[str, ET.Element] = field(default_factory=dict)
    #: Our client's marks, by their name.
    marks: dict[str, ET.Element] = field(default_factory=dict)
    #: Properties the server leaves out, to the reader's surprise.
    left_out: frozenset[str] = frozenset()
    version: int = 1

    @property
    def item_id(self) -> str:
        return f"AAMk{self.number:06d}"

    def identity(self) -> ET.Element:
        return element(f"{T}ItemId", Id=self.item_id, ChangeKey=f"CQ{self.version}")

    def put(self, uri: str, made: ET.Element | str) -> None:
        """Write one property; a plain text becomes its element."""
        name = uri.partition(":")[2]
        self.properties[uri] = element(f"{T}{name}", text=made) if isinstance(made, str) else made

    def text(self, uri: str) -> str:
        """The text of a property; empty without it."""
        found = self.properties.get(uri)
        return "" if found is None else found.text or ""

    def mark(self, name: str) -> str | None:
        """The value of one extended property."""
        found = self.marks.get(name)
        return None if found is None else found.findtext(f"{T}Value")

    def absorb(self, made: ET.Element) -> None:
        """Take over the properties of an element that a client wrote."""
        uris = {uri.partition(":")[2]: uri for uri in _ORDER[self.kind].split()}
        for child in made:
            name = child.tag.removeprefix(T)
            if name == "ExtendedProperty":
                place = child.find(f"{T}ExtendedFieldURI")
                assert place is not None, "the schema demands it"
                self.marks[place.get("PropertyName", "")] = child
            elif name in uris:
                self.properties[uris[name]] = child
                if name == "Body":  # the server keeps both forms
                    self.put("item:TextBody", re.sub(r"<[^>]+>", "", child.text or ""))

    def shown(self, shape: ET.Element | None) -> ET.Element:
        """The item with the properties asked for, in the order of the schema."""
        wanted = {one.get("FieldURI") for one in ([] if shape is None else shape.iter(f"{T}FieldURI"))}
        named = {one.get("PropertyName") for one in ([] if shape is None else shape.iter(f"{T}ExtendedFieldURI"))}
        return element(f"{T}{self.kind}", self.identity(), *self._members(wanted, named))

    def _members(self, wanted: set[str | None], named: set[str | None]) -> Iterator[ET.Element]:
        for uri in _ORDER[self.kind].split():
            if uri == "ExtendedProperty":
                yield from (copy.deepcopy(made) for name, made in self.marks.items() if name in named)
            elif uri in wanted - self.left_out and uri in self.properties:
                yield copy.deepcopy(self.properties[uri])


def mailbox_element(address: str, name: str = "", *, tag: str = f"{T}Mailbox", kind: str = "Mailbox") -> ET.Element:
    return element(
        tag,
        element(f"{T}Name", text=name or address),
        element(f"{T}EmailAddress", text=address),
        element(f"{T}RoutingType", text="SMTP"),
        element(f"{T}MailboxType", text=kind),
    )


def span_of(item: Item) -> tuple[datetime, datetime]:
    """Start and end of a calendar item."""
    start, end = item.text("calendar:Start"), item.text("calendar:End")
    return datetime.fromisoformat(start), datetime.fromisoformat(end)
