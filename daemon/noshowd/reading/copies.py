"""Copies of one occurrence: which belong together, which one rules, and which only a sync tool made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from noshowd.domain.address import canonical
from noshowd.domain.entry import CalendarEntry, EntryStatus
from noshowd.reading.place import PlaceReading
from noshowd.reading.skips import others_of
from noshowd.reading.vocabulary import either, phrases, words

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
#: Exchange writes the day of an occurrence into its UID, right after this beginning (MS-OXOCAL 2.2.1.27).
_EXCHANGE_UID = re.compile(r"(?P<head>040000008200e00074c5b7101a82e008)[0-9a-f]{8}(?P<tail>[0-9a-f]+)")
#: Programs that copy busy times from one calendar to another: their marks, and what they write.
_SYNC_MARKS = words("reclaim onecal calendarbridge syncgene clockwise keepcal calsync morgen sync2cal")
_SYNC_TEXT = phrases(
    """
    (synced|synchronized|copied|mirrored|blocked|created|synchronisiert) (by|with|via|from|mit|von|durch) TOOL
    via TOOL
    """,
    {"TOOL": r"(reclaim|onecal|calendarbridge|calendar bridge|syncgene|keepcal|calsync|clockwise|morgen|motion)"},
)
_BLOCKER = re.compile(
    r"[^\w\n]{0,8}"
    + either(
        "busy | belegt | gebucht | blocked | blocker | occupied | reserved | besetzt | nicht verfügbar | unavailable"
    )
    + r"[^\w\n]{0,8}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Copy:
    """An occurrence as one calendar has it, and where that copy says it takes place."""

    entry: CalendarEntry
    reading: PlaceReading

    @property
    def coincidence(self) -> tuple[str, ...] | None:
        """Organiser, start and address; None where one of them is missing."""
        place, organizer = self.reading.place, self.entry.organizer
        address = place.meeting_id or place.url or place.phone
        if organizer is None or not organizer.address or address is None:
            return None
        return canonical(organizer.address), self.entry.start.astimezone(UTC).isoformat(), address


def is_sync_copy(entry: CalendarEntry) -> bool:
    """Made by a program that keeps calendars alike: nobody is invited, and it bears a program's mark or says "busy"."""
    if others_of(entry):
        return False
    marked = any(tool in name or tool in value.lower() for name, value in entry.marks for tool in _SYNC_MARKS)
    return marked or bool(
        _SYNC_TEXT.search(entry.title + "\n" + entry.description[:2000]) or _BLOCKER.fullmatch(entry.title)
    )


def occurrence_key(copy: Copy) -> str:
    """Names the occurrence in every copy, also after a move: its UID and the start it had in its series.

    Without a UID nothing lasting is left: then organiser, start and place, as a digest: keys stand in the journal.
    """
    entry = copy.entry
    if entry.uid is None:
        where = "|".join(copy.coincidence or (entry.ref.calendar, entry.ref.entry_id))
        return f"at:{hashlib.blake2b(where.encode(), digest_size=16).hexdigest()}"
    uid = entry.uid.strip()
    exchange = _EXCHANGE_UID.fullmatch(uid.lower())
    if exchange:
        uid = f"{exchange['head']}00000000{exchange['tail']}"
    if entry.original_start is None:
        return uid
    return f"{uid}/{entry.original_start.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def group_copies(copies: Sequence[Copy]) -> dict[str, list[Copy]]:
    """Copies by occurrence. Two UIDs are one meeting if organiser, start and address agree."""
    groups: dict[str, list[Copy]] = {}
    known: dict[tuple[str, ...], str] = {}
    for copy in sorted(copies, key=lambda c: (c.entry.uid is None, occurrence_key(c))):
        key = occurrence_key(copy)
        if copy.coincidence is not None:
            if key not in groups:
                key = known.get(copy.coincidence, key)
            known.setdefault(copy.coincidence, key)
        groups.setdefault(key, []).append(copy)
    return {key: ruling_order(group) for key, group in groups.items()}


def ruling_order(copies: Sequence[Copy]) -> list[Copy]:
    """The organiser's copy first, then those that still stand, the latest change first."""

    def rank(copy: Copy) -> tuple[object, ...]:
        entry = copy.entry
        age = _LONG_AGO - (entry.updated or _LONG_AGO)
        cancelled = entry.status is EntryStatus.CANCELLED
        return not entry.is_organizer_copy, cancelled, age, entry.ref.account, entry.ref.calendar, entry.ref.entry_id

    return sorted(copies, key=rank)


def called_off(copies: Sequence[Copy]) -> bool:
    """The organiser's copy is cancelled, or every one: a single copy may only have been deleted by its owner."""
    ruling = [c for c in copies if c.entry.is_organizer_copy] or copies
    return all(c.entry.status is EntryStatus.CANCELLED for c in ruling)
