"""Our mark on an item of a mailbox: an extended property that holds our key and can be searched for."""

from __future__ import annotations

from typing import Any

#: A property set of our own; the name counts case, the value does not.
_PROPERTY = "String {5f1c3d1a-9f0e-4c43-8a57-1f4bb5a0c6d7} Name noshowd"
#: Of the write that last moved an event; beside the other, so that what was once created is found for ever.
_MOVED_BY = "String {5f1c3d1a-9f0e-4c43-8a57-1f4bb5a0c6d7} Name noshowd-moved-by"
#: What an item says beside its key: the mark of an installation.
_SAYS = "String {5f1c3d1a-9f0e-4c43-8a57-1f4bb5a0c6d7} Name noshowd-says"
#: PidTagInReplyToId, which Graph has no field for.
_IN_REPLY_TO = "String 0x1042"


def marked(key: str, *, in_reply_to: str | None = None) -> dict[str, list[dict[str, str]]]:
    """The members that put our key on a new item, and the message it replies to."""
    properties = [{"id": _PROPERTY, "value": key}]
    if in_reply_to:
        properties.append({"id": _IN_REPLY_TO, "value": in_reply_to})
    return {"singleValueExtendedProperties": properties}


def wanted(key: str) -> dict[str, str]:
    """The filter that finds the item with our key."""
    value = key.replace("'", "''")
    return {"$filter": (f"singleValueExtendedProperties/Any(ep: ep/id eq '{_PROPERTY}' and ep/value eq '{value}')")}


def mover(key: str) -> dict[str, list[dict[str, str]]]:
    """The member that says which write moved an event."""
    return {"singleValueExtendedProperties": [{"id": _MOVED_BY, "value": key}]}


def read_mover() -> dict[str, str]:
    """The option that brings it along: extended properties are not answered otherwise."""
    return {"$expand": f"singleValueExtendedProperties($filter=id eq '{_MOVED_BY}')"}


def carries(item: dict[str, Any], key: str) -> bool:
    """Whether an event, read with `read_mover`, was last moved by the write with this key."""
    found = item.get("singleValueExtendedProperties") or ()
    return any(one.get("id") == _MOVED_BY and one.get("value") == key for one in found)


def note(key: str, text: str) -> dict[str, list[dict[str, str]]]:
    """The members that put our key and a text beside it on an item."""
    return {"singleValueExtendedProperties": [{"id": _PROPERTY, "value": key}, {"id": _SAYS, "value": text}]}


def read_note() -> dict[str, str]:
    """The option that brings the text along."""
    return {"$expand": f"singleValueExtendedProperties($filter=id eq '{_SAYS}')"}


def noted(item: dict[str, Any]) -> str:
    """The text beside the key of an item read with `read_note`; empty without one."""
    found = item.get("singleValueExtendedProperties") or ()
    return next((str(one["value"]) for one in found if one.get("id") == _SAYS), "")
