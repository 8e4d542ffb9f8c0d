"""The operations of EWS that noshowd's client uses, on the items of one impersonated mailbox."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

from noshowd.demo.vendors.exchange.items import Item, mailbox_element, span_of
from noshowd.demo.vendors.exchange.soap import M, Refusal, T, answer, bad, element, good, instant, moment
from noshowd.demo.vendors.exchange.store import Store

_FOLDERS = {"root": "Folder", "calendar": "CalendarFolder", "tasks": "TasksFolder"}
_SENDS = frozenset({"SendOnly", "SendAndSaveCopy"})


class Operations:
    """Each method answers one operation for the mailbox that is acted for."""

    def __init__(self, store: Store) -> None:
        self.store = store
        #: Everything that left the house: (mailbox, item).
        self.sent: list[tuple[str, Item]] = []

    def get_folder(self, request: ET.Element, mailbox: str) -> ET.Element:
        def one(place: ET.Element) -> ET.Element:
            name = _folder(place)
            folder = element(
                f"{T}{_FOLDERS.get(name, 'Folder')}",
                element(f"{T}FolderId", Id=f"folder-{name}", ChangeKey="AQ"),
                element(f"{T}DisplayName", text=name),
            )
            return good("GetFolder", element(f"{M}Folders", folder))

        self._check(mailbox)
        return answer("GetFolder", map(one, _all(request, f"{M}FolderIds")))

    def find_folder(self, request: ET.Element, mailbox: str) -> ET.Element:
        """The folders made below one folder, by name; ids and names only."""
        self._check(mailbox)
        wanted = _wanted(request)
        messages = []
        for place in _all(request, f"{M}ParentFolderIds"):
            found = [
                n for n in self.store.folders_of(mailbox, _folder(place)) if wanted in (None, n.rpartition("/")[2])
            ]
            root = element(
                f"{M}RootFolder",
                element(f"{T}Folders", *map(_made_folder, found)),
                TotalItemsInView=str(len(found)),
                IncludesLastItemInRange="true",
            )
            messages.append(good("FindFolder", root))
        return answer("FindFolder", messages)

    def create_folder(self, request: ET.Element, mailbox: str) -> ET.Element:
        self._check(mailbox)
        parent = request.find(f"{M}ParentFolderId/*")
        messages = []
        for made in _all(request, f"{M}Folders"):
            name = f"{'' if parent is None else _folder(parent)}/{made.findtext(f'{T}DisplayName')}"
            self.store.folders.setdefault(mailbox, []).append(name)
            messages.append(good("CreateFolder", element(f"{M}Folders", _made_folder(name))))
        return answer("CreateFolder", messages)

    def find_item(self, request: ET.Element, mailbox: str) -> ET.Element:
        """By calendar view or by one restriction; ids only, whatever else is asked for."""
        self._check(mailbox)
        messages = []
        for place in _all(request, f"{M}ParentFolderIds"):
            found = [i for i in self.store.inside(mailbox, _folder(place)) if _matches(request, i)]
            items = element(f"{T}Items", *(element(f"{T}{i.kind}", i.identity()) for i in found))
            root = element(f"{M}RootFolder", items, TotalItemsInView=str(len(found)), IncludesLastItemInRange="true")
            messages.append(good("FindItem", root))
        return answer("FindItem", messages)

    def get_item(self, request: ET.Element, mailbox: str) -> ET.Element:
        shape = request.find(f"{M}ItemShape")
        return self._each("GetItem", request, lambda item: item.shown(shape), mailbox)

    def delete_item(self, request: ET.Element, mailbox: str) -> ET.Element:
        def one(item: Item) -> None:
            self.store.remove(item)

        return self._each("DeleteItem", request, one, mailbox)

    def create_item(self, request: ET.Element, mailbox: str) -> ET.Element:
        """Save, send, or both, as the disposition says."""
        self._check(mailbox)
        disposition = request.get("MessageDisposition", "SaveOnly")
        saved = request.find(f"{M}SavedItemFolderId/*")
        messages = []
        for made in _all(request, f"{M}Items"):
            kind = made.tag.removeprefix(T)
            default = {"CalendarItem": "calendar", "Task": "tasks"}.get(kind, "drafts")
            item = self.store.add(kind, mailbox, default if saved is None else _folder(saved))
            item.absorb(made)
            if kind == "Message":
                self._post(item, mailbox, sends=disposition in _SENDS)
            if kind == "CalendarItem":
                self._organise(item, mailbox)
            shown = element(f"{T}{kind}", item.identity())
            messages.append(good("CreateItem", element(f"{M}Items", shown)))
        return answer("CreateItem", messages)

    def update_item(self, request: ET.Element, mailbox: str) -> ET.Element:
        messages = []
        for change in _all(request, f"{M}ItemChanges"):
            item = self.store.find(_id(change), mailbox)
            for made in change.iter(f"{T}SetItemField"):
                item.absorb(made[-1])
            self.store.touch(item)
            shown = element(f"{M}Items", element(f"{T}{item.kind}", item.identity()))
            conflicts = element(f"{M}ConflictResults", element(f"{T}Count", text="0"))
            messages.append(good("UpdateItem", shown, conflicts))
        return answer("UpdateItem", messages)

    def _post(self, item: Item, mailbox: str, *, sends: bool) -> None:
        """Give a message its number and, if it is sent, let it leave the house."""
        if "message:InternetMessageId" not in item.properties:
            item.put("message:InternetMessageId", f"<{item.item_id}@{mailbox.partition('@')[2]}>")
        item.put("item:IsDraft", "false" if sends else "true")
        if sends:
            item.put("item:DateTimeSent", instant(self.store.now()))
            self.sent.append((mailbox, item))

    def _organise(self, item: Item, mailbox: str) -> None:
        """What the server adds to an appointment that a client made."""
        item.put("calendar:UID", f"uid-{item.number}")
        item.put("calendar:IsCancelled", "false")
        item.put("calendar:CalendarItemType", "Single")
        item.put("calendar:MyResponseType", "Organizer")
        item.put("calendar:Organizer", element(f"{T}Organizer", mailbox_element(mailbox)))

    def _each(
        self, operation: str, request: ET.Element, one: Callable[[Item], ET.Element | None], mailbox: str
    ) -> ET.Element:
        self._check(mailbox)
        messages = []
        for place in _all(request, f"{M}ItemIds"):
            try:
                shown = one(self.store.find(place.get("Id", ""), mailbox))
                content = [] if shown is None else [element(f"{M}Items", shown)]
                messages.append(good(operation, *content))
            except Refusal as refusal:
                content = [element(f"{M}Items")] if operation == "GetItem" else []
                messages.append(bad(operation, refusal, *content))
        return answer(operation, messages)

    def _check(self, mailbox: str) -> None:
        if mailbox not in self.store.mailboxes:
            raise Refusal("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")


def _all(request: ET.Element, name: str) -> list[ET.Element]:
    found = request.find(name)
    return [] if found is None else list(found)


def _folder(place: ET.Element) -> str:
    """The folder's name, given by name or by the id we handed out."""
    return place.get("Id", "").removeprefix("folder-")


def _made_folder(name: str) -> ET.Element:
    """A list of tasks below another folder; its id is its path."""
    return element(
        f"{T}TasksFolder",
        element(f"{T}FolderId", Id=f"folder-{name}", ChangeKey="AQ"),
        element(f"{T}ParentFolderId", Id=f"folder-{name.rpartition('/')[0]}", ChangeKey="AQ"),
        element(f"{T}FolderClass", text="IPF.Task"),
        element(f"{T}DisplayName", text=name.rpartition("/")[2]),
    )


def _id(change: ET.Element) -> str:
    found = change.find(f"{T}ItemId")
    return "" if found is None else found.get("Id", "")


def _wanted(request: ET.Element) -> str | None:
    """What the one restriction compares with; None without one."""
    equal = request.find(f"{M}Restriction/{T}IsEqualTo")
    if equal is None:
        return None
    constant = equal.find(f"{T}FieldURIOrConstant/{T}Constant")
    return "" if constant is None else constant.get("Value", "")


def _matches(request: ET.Element, item: Item) -> bool:
    view = request.find(f"{M}CalendarView")
    if view is not None:
        start, end = span_of(item)
        return start < moment(view.get("EndDate", "")) and end > moment(view.get("StartDate", ""))
    wanted = _wanted(request)
    if wanted is None:
        return True
    place = request.findall(f"{M}Restriction/{T}IsEqualTo/*")[0]
    if place.tag == f"{T}ExtendedFieldURI":
        return item.mark(place.get("PropertyName", "")) == wanted
    return item.text(place.get("FieldURI", "")) == wanted
