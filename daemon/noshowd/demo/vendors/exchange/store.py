"""The mailboxes of the simulated server, and what people do with their calendars."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from noshowd.demo.vendors.exchange.items import Item, mailbox_element, span_of
from noshowd.demo.vendors.exchange.soap import Refusal, T, element, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody invited; `response` in EWS's words (Accept, Tentative, Decline, NoResponseReceived, Unknown)."""

    address: str
    name: str = ""
    response: str = "Unknown"
    #: RequiredAttendees | OptionalAttendees | Resources
    listed_as: str = "RequiredAttendees"


class Store:
    """Every item of every mailbox. `now` stamps changes."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.lock = threading.RLock()
        self.mailboxes: set[str] = set()
        self.items: dict[str, Item] = {}
        #: Folders that were made, by mailbox: their paths below a distinguished one.
        self.folders: dict[str, list[str]] = {}
        #: What was made, changed or deleted, in order.
        self.journal: list[Item] = []
        #: Sync states of another generation are not taken.
        self.generation = 1
        self._made = 0

    def add(self, kind: str, mailbox: str, folder: str) -> Item:
        with self.lock:
            self._made += 1
            item = Item(number=self._made, kind=kind, mailbox=mailbox, folder=folder)
            self.items[item.item_id] = item
            item.put("item:DateTimeCreated", instant(self.now()))
            self.touch(item)
        return item

    def touch(self, item: Item) -> None:
        """The item was changed."""
        item.version += 1
        item.put("item:LastModifiedTime", instant(self.now()))
        self.journal.append(item)

    def remove(self, item: Item) -> None:
        with self.lock:
            del self.items[item.item_id]
            self.journal.append(item)

    def find(self, item_id: str, mailbox: str | None = None) -> Item:
        item = self.items.get(item_id)
        if item is None or (mailbox is not None and item.mailbox != mailbox):
            raise Refusal("ErrorItemNotFound", "The specified object was not found in the store.")
        return item

    def folders_of(self, mailbox: str, parent: str) -> list[str]:
        return [name for name in self.folders.get(mailbox, ()) if name.rpartition("/")[0] == parent]

    def inside(self, mailbox: str, folder: str) -> list[Item]:
        return [i for i in self.items.values() if (i.mailbox, i.folder) == (mailbox, folder)]

    def book(
        self,
        *,
        mailbox: str,
        start: datetime,
        end: datetime,
        subject: str,
        guests: Iterable[Guest] = (),
        uid: str | None = None,
        zone: str = "W. Europe Standard Time",
        body: str = "",
        location: str = "",
        all_day: bool = False,
        series: bool = False,
    ) -> Item:
        """An appointment in the organiser's calendar; with `series` one occurrence of the series `uid`."""
        item = self.add("CalendarItem", mailbox, "calendar")
        texts = {
            "item:Subject": subject,
            "item:Sensitivity": "Normal",
            "item:TextBody": body,
            "calendar:UID": uid or f"uid-{item.number}",
            "calendar:Start": instant(start),
            "calendar:End": instant(end),
            "calendar:IsAllDayEvent": "true" if all_day else "false",
            "calendar:LegacyFreeBusyStatus": "Busy",
            "calendar:Location": location,
            "calendar:IsCancelled": "false",
            "calendar:CalendarItemType": "Occurrence" if series else "Single",
            "calendar:MyResponseType": "Organizer",
        }
        if series:
            texts["calendar:RecurrenceId"] = instant(start)
        for uri, text in texts.items():
            item.put(uri, text)
        item.put("item:Body", element(f"{T}Body", text=body, BodyType="Text"))
        item.put("calendar:Organizer", element(f"{T}Organizer", mailbox_element(mailbox)))
        for name in ("StartTimeZone", "EndTimeZone"):
            item.put(f"calendar:{name}", element(f"{T}{name}", Id=zone))
        self.invite(item, guests)
        return item

    def invite(self, item: Item, guests: Iterable[Guest]) -> None:
        """Write who is invited."""
        lists: dict[str, list[Guest]] = {}
        for guest in guests:
            lists.setdefault(guest.listed_as, []).append(guest)
        for name, people in lists.items():
            item.put(f"calendar:{name}", element(f"{T}{name}", *map(_attendee, people)))

    def move(self, item: Item, start: datetime) -> None:
        """Move an appointment, its length unchanged; an occurrence becomes an exception."""
        began, ended = span_of(item)
        with self.lock:
            if item.text("calendar:CalendarItemType") == "Occurrence":
                item.put("calendar:CalendarItemType", "Exception")
                item.put("calendar:OriginalStart", item.text("calendar:RecurrenceId"))
            item.put("calendar:Start", instant(start))
            item.put("calendar:End", instant(start + (ended - began)))
            self.touch(item)

    def repeat_daily(self, *, days: int, start: datetime, end: datetime, subject: str, mailbox: str) -> list[Item]:
        """A daily series; its occurrences, which share their UID."""
        uid = f"series-{self._made}"
        return [
            self.book(
                mailbox=mailbox,
                start=start + timedelta(days=day),
                end=end + timedelta(days=day),
                subject=subject,
                uid=uid,
                series=True,
            )
            for day in range(days)
        ]


def _attendee(guest: Guest) -> Element:
    return element(
        f"{T}Attendee",
        mailbox_element(guest.address, guest.name),
        element(f"{T}ResponseType", text=guest.response),
    )
