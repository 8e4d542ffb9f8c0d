"""SyncFolderItems: what changed in a folder since a state. A series is told as its master and never expanded."""

from __future__ import annotations

import base64
import binascii
import xml.etree.ElementTree as ET

from noshowd.demo.vendors.exchange.items import Item
from noshowd.demo.vendors.exchange.soap import M, Refusal, T, answer, bad, element, good
from noshowd.demo.vendors.exchange.store import Store

_NAME = "SyncFolderItems"


def sync_folder_items(request: ET.Element, mailbox: str, store: Store) -> ET.Element:
    """The changes after the state in the request, at most as many as asked for; ids only."""
    place = request.find(f"{M}SyncFolderId/*")
    folder = "" if place is None else place.get("Id", "").removeprefix("folder-")
    try:
        since = _position(request.findtext(f"{M}SyncState"), store, mailbox, folder)
    except Refusal as refusal:  # its message has both members all the same
        return answer(_NAME, [bad(_NAME, refusal, element(f"{M}SyncState"), _last("true"))])
    most = int(request.findtext(f"{M}MaxChangesReturned") or "")
    mine = [(n, _told(i)) for n, i in enumerate(store.journal) if (i.mailbox, i.folder) == (mailbox, folder)]
    latest = {told: n for n, told in mine if n >= since}
    known = {told for n, told in mine if n < since}
    standing = {_told(item) for item in store.inside(mailbox, folder)}
    news = [(n, told) for told, n in sorted(latest.items(), key=lambda one: one[1]) if told in known | standing]
    page, more = news[:most], len(news) > most
    state = _state(store, mailbox, folder, page[-1][0] + 1 if more else len(store.journal))
    changes = (_change(told, known, standing) for _, told in page)
    return answer(
        _NAME,
        [
            good(
                _NAME,
                element(f"{M}SyncState", text=state),
                _last("false" if more else "true"),
                element(f"{M}Changes", *changes),
            )
        ],
    )


def _told(item: Item) -> tuple[str, str]:
    """Kind and id under which the feed tells of an item."""
    if item.text("calendar:CalendarItemType") in ("Occurrence", "Exception"):
        return item.kind, f"master-{item.text('calendar:UID')}"
    return item.kind, item.item_id


def _change(told: tuple[str, str], known: set[tuple[str, str]], standing: set[tuple[str, str]]) -> ET.Element:
    kind, item_id = told
    identity = element(f"{T}ItemId", Id=item_id, ChangeKey="CQ")
    if told not in standing:
        return element(f"{T}Delete", identity)
    return element(f"{T}{'Update' if told in known else 'Create'}", element(f"{T}{kind}", identity))


def _last(value: str) -> ET.Element:
    return element(f"{M}IncludesLastItemInRange", text=value)


def _state(store: Store, mailbox: str, folder: str, position: int) -> str:
    return base64.b64encode(f"{store.generation} {mailbox} {folder} {position}".encode()).decode()


def _position(state: str | None, store: Store, mailbox: str, folder: str) -> int:
    """The place in the journal; a state of another folder or generation is refused."""
    if not state:
        return 0
    try:
        *whose, position = base64.b64decode(state, validate=True).decode().split()
        if whose == [str(store.generation), mailbox, folder]:
            return int(position)
    except (binascii.Error, ValueError):
        pass
    raise Refusal("ErrorInvalidSyncStateData", "The value of the sync state is invalid.")
