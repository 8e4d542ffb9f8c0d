"""The calls of a simulated box and its list of them: minutes only, answered or not is told of calls to us alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

_FIELDS = "Id Type Caller CallerNumber Called CalledNumber Name Numbertype Device Port Date Duration Count Path".split()


@dataclass(slots=True, kw_only=True)
class ListedCall:
    """One call over a number of the box, numbers as the box writes them; an empty `other` is a hidden caller."""

    outward: bool
    own: str
    other: str
    began: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    port: int = 10
    rejected: bool = False


class CallHistory:
    """Use `listed` for the document that a box serves. `shows_running`: calls in progress stand in it too."""

    def __init__(self, now: Callable[[], datetime], zone: str = "Europe/Berlin") -> None:
        self.now = now
        self.calls: list[ListedCall] = []
        self.shows_running = True
        #: Whole entries as they are, whatever they say.
        self.oddities: list[dict[str, str]] = []
        self._zone = ZoneInfo(zone)

    def begin(self, *, outward: bool, own: str, other: str) -> ListedCall:
        call = ListedCall(outward=outward, own=own, other=other, began=self.now())
        self.calls.append(call)
        return call

    def listed(self, days: int | None = None, most: int | None = None) -> bytes:
        """Newest first, as a box sorts them. `days` 1 means today and yesterday."""
        root = ET.Element("root")
        ET.SubElement(root, "timestamp").text = str(int(self.now().timestamp()))
        today = self.now().astimezone(self._zone).date()
        wanted = [
            (number, call)
            for number, call in enumerate(self.calls, 1)
            if (call.ended is not None or self.shows_running)
            and (not days or (today - call.began.astimezone(self._zone).date()).days <= days)
        ]
        entries = self.oddities + [self._entry(number, call) for number, call in reversed(wanted)]
        for entry in entries[: most or None]:
            node = ET.SubElement(root, "Call")
            for field in _FIELDS:
                if field in entry:
                    ET.SubElement(node, field).text = entry[field] or None
        return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))

    def _entry(self, number: int, call: ListedCall) -> dict[str, str]:
        until = call.ended or self.now()
        seconds = (until - (call.answered or until)).total_seconds()
        minutes = max(1, math.ceil(seconds / 60)) if call.answered or call.outward else 0
        entry = {
            "Id": str(number),
            "Type": str(_type(call)),
            "Name": "",
            "Numbertype": "sip",
            "Device": "" if call.port == 10 else "Anrufbeantworter 1",
            "Port": str(call.port) if call.answered or call.outward else "-1",
            "Date": f"{call.began.astimezone(self._zone):%d.%m.%y %H:%M}",
            "Duration": f"{minutes // 60}:{minutes % 60:02d}",
            "Count": "",
            "Path": "/download.lua?path=/data/tam/rec/rec.0.000" if call.port in range(40, 50) else "",
        }
        ours = f"SIP: {call.own}"
        if call.outward:
            return entry | {"Called": call.other, "Caller": ours, "CallerNumber": call.own}
        return entry | {"Caller": call.other, "Called": ours, "CalledNumber": call.own}


def _type(call: ListedCall) -> int:
    if call.ended is None:
        return 11 if call.outward else 9
    if call.outward:
        return 3
    if call.rejected:
        return 10
    return 1 if call.answered else 2
