"""Lines of the call monitor in our words. Pure.

date;RING;connId;callerNumber;calledNumber;line;
date;CALL;connId;extension;ownNumber;dialledNumber;line;
date;CONNECT;connId;extension;otherNumber;
date;DISCONNECT;connId;seconds;
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: Keypad codes in front of a dialled number (`*31#` withholds ours), and call-by-call carriers (`01013`, `010012`).
_PREFIXES = re.compile(r"^(?:[*#]\d{1,3}#)+")
_CARRIER = re.compile(r"^(?:0100\d\d|010[1-9]\d)(?=0)")
_INTERNAL = re.compile(r"^\*\*\d{1,4}$")


class Event(StrEnum):
    RING = "RING"
    CALL = "CALL"
    CONNECT = "CONNECT"
    DISCONNECT = "DISCONNECT"


#: How many fields a line has at least.
_FIELDS = {Event.RING: 5, Event.CALL: 6, Event.CONNECT: 5, Event.DISCONNECT: 4}


class UnreadableLineError(ValueError):
    """Not a line of the call monitor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it came. `stamp` is local time of the box; numbers are raw, empty where hidden."""

    stamp: datetime
    event: Event
    connection: int
    own_number: str = ""
    other_number: str = ""
    extension: int | None = None
    seconds: int = 0

    @property
    def internal(self) -> bool:
        """A call from handset to handset."""
        return bool(_INTERNAL.match(self.other_number))


def read_line(text: str) -> Line:
    """One line without its end. Raises `UnreadableLineError`."""
    fields = text.strip().split(";")
    try:
        event = Event(fields[1])
        if len(fields) < _FIELDS[event]:
            raise UnreadableLineError(event)
        # the box writes local time; the zone comes from the configuration
        stamp = datetime.strptime(fields[0], "%d.%m.%y %H:%M:%S")  # noqa: DTZ007 - the line itself has no zone
        connection = _count(fields[2])
        match event:
            case Event.RING:
                return Line(
                    stamp=stamp, event=event, connection=connection, other_number=fields[3], own_number=fields[4]
                )
            case Event.CALL:
                return Line(
                    stamp=stamp,
                    event=event,
                    connection=connection,
                    extension=_extension(fields[3]),
                    own_number=fields[4],
                    other_number=dialled(fields[5]),
                )
            case Event.CONNECT:
                return Line(
                    stamp=stamp,
                    event=event,
                    connection=connection,
                    extension=_extension(fields[3]),
                    other_number=dialled(fields[4]),
                )
            case Event.DISCONNECT:
                return Line(stamp=stamp, event=event, connection=connection, seconds=_count(fields[3]))
    except (IndexError, ValueError) as error:
        raise UnreadableLineError(type(error).__name__) from error


def dialled(number: str) -> str:
    """The number that was meant: without keypad codes, carrier prefix and the `#` that ends dialling."""
    return _CARRIER.sub("", _PREFIXES.sub("", number.strip())).rstrip("#")


def instant(stamp: datetime, zone: ZoneInfo, arrived: datetime, tolerance: timedelta) -> tuple[datetime, timedelta]:
    """The instant of a local time, and how much later it may as well have been (the doubled hour in autumn).

    A line comes the moment it is written: of the two readings the one that fits its arrival is taken, and the doubt
    remains only where neither fits.
    """
    early, late = (stamp.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if late <= early:
        # an hour that does not exist in spring is read as its later neighbour; everything else has one reading
        return early, timedelta(0)
    for reading in (early, late):
        if abs(arrived - reading) <= tolerance:
            return reading, timedelta(0)
    return early, late - early


def _count(field: str) -> int:
    if not field.isascii() or not field.isdigit() or len(field) > 9:
        raise UnreadableLineError("number")
    return int(field)


def _extension(field: str) -> int | None:
    return _count(field) if field else None
