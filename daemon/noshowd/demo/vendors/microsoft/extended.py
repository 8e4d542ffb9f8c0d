"""Extended properties: the marks a program leaves on an item and may look it up by."""

from __future__ import annotations

import re
from typing import Any

from noshowd.demo.vendors.microsoft.answers import Call, Refusal

_FILTER = re.compile(r"singleValueExtendedProperties/Any\(ep: ep/id eq '([^']+)' and ep/value eq '((?:[^']|'')*)'\)$")
_EXPANDED = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '([^']+)'\)")
#: By a GUID and a name, or by the tag of a property that MAPI knows.
_ID = re.compile(r"String (\{[0-9a-fA-F-]{36}\} Name \S+|0x[0-9a-fA-F]{4})$")


def properties_of(body: dict[str, Any]) -> dict[str, str]:
    """The extended properties written with an item; an id in the wrong form is refused."""
    found = {}
    for one in body.get("singleValueExtendedProperties", []):
        if not _ID.match(one["id"]):
            raise Refusal(400, "ErrorInvalidPropertyId", f"PropertyId '{one['id']}' is not valid.")
        found[one["id"]] = one["value"]
    return found


def expanded(properties: dict[str, str], call: Call) -> dict[str, Any]:
    """The property that `$expand` names, which is answered in no other way."""
    match = _EXPANDED.search(call.query.get("$expand", ""))
    if match is None or match[1] not in properties:
        return {}
    return {"singleValueExtendedProperties": [{"id": match[1], "value": properties[match[1]]}]}


def wanted_property(call: Call) -> tuple[str, str]:
    """Id and value of the only filter known here."""
    match = _FILTER.match(call.query.get("$filter", ""))
    if match is None:
        raise Refusal(400, "ErrorInvalidUrlQueryFilter", "The query filter contains an error.")
    return match[1], match[2].replace("''", "'")
