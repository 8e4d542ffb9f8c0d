"""Who may move what: how a time that a guest has chosen comes into the calendar.

A vendor's invitation tells the guest, exactly once: every way that writes leaves that to the vendor, and where nothing
can be written one of ours invites by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from noshowd.domain.entry import CalendarEntry, EntryRef, EntryStatus
from noshowd.domain.meeting import Meeting, Person, Side


class Maker(StrEnum):
    """Whose event it is."""

    #: One of ours made it, in a calendar that we may write.
    OURS = "ours"
    #: One of ours made it, in a calendar that we may not write.
    OURS_ELSEWHERE = "ours_elsewhere"
    #: A booking service keeps it, and would go on with the old time.
    ROBOT = "robot"
    THEIRS = "theirs"


class Shape(StrEnum):
    """What else hangs on the event. The first that applies, in this order."""

    #: One occurrence of a series: moved past its neighbour, calendars refuse it or lose it.
    OCCURRENCE = "occurrence"
    #: Entered twice by us: the other copy would stay where it was.
    TWICE = "twice"
    #: The guest is named in it and not invited: nobody would tell them.
    UNINVITED = "uninvited"
    #: Other guests are invited, who were not asked.
    SHARED = "shared"
    PLAIN = "plain"


class Way(StrEnum):
    """How the chosen time is entered."""

    MOVE = "move"
    #: A new event; the missed one stays where it was.
    CREATE = "create"
    #: The guest chooses on the page of the booking service: no times are offered.
    LINK = "link"
    #: One of ours does it.
    BY_HAND = "by_hand"


#: The ways of each sort of event, best first; the first that is possible is taken, and `BY_HAND` always is.
WAYS: dict[tuple[Maker, Shape], tuple[Way, ...]] = {
    (Maker.OURS, Shape.PLAIN): (Way.MOVE, Way.BY_HAND),
    (Maker.OURS, Shape.OCCURRENCE): (Way.CREATE, Way.BY_HAND),
    (Maker.OURS, Shape.TWICE): (Way.CREATE, Way.BY_HAND),
    (Maker.OURS, Shape.UNINVITED): (Way.CREATE, Way.BY_HAND),
    (Maker.OURS, Shape.SHARED): (Way.CREATE, Way.BY_HAND),
    **{(Maker.OURS_ELSEWHERE, shape): (Way.CREATE, Way.BY_HAND) for shape in Shape},
    **{(Maker.ROBOT, shape): (Way.LINK, Way.CREATE, Way.BY_HAND) for shape in Shape},
    **{(Maker.THEIRS, shape): (Way.CREATE, Way.BY_HAND) for shape in Shape},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What is to be done: `MOVE` the event `place`, `CREATE` one in its calendar, follow `link`, or by hand."""

    way: Way
    place: EntryRef | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that the table is asked about."""

    meeting: Meeting
    guest: Person
    #: The copies as they are now, the ruling one first.
    copies: Sequence[CalendarEntry]
    #: Accounts into which noshowd may write.
    writable: Collection[str]
    #: The organiser is a booking service.
    robot: bool = False
    #: The organiser is one of ours.
    ours: bool = False
    #: Page of the booking service on which the guest chooses another time.
    link: str | None = None


def booking(case: Case) -> Booking:
    """The way that the table gives for this event, and where it leads."""
    standing = [entry for entry in case.copies if entry.status is not EntryStatus.CANCELLED]
    home = next((entry.ref for entry in standing if entry.ref.account in case.writable), None)
    for way in WAYS[maker(case), shape(case)]:
        if way is Way.LINK and case.link is not None:
            return Booking(way=way, link=case.link)
        if way in (Way.MOVE, Way.CREATE) and home is not None:
            return Booking(way=way, place=home)
    return Booking(way=Way.BY_HAND)


def maker(case: Case) -> Maker:
    """Whose event it is; with a page of a booking service in it, the service's, whoever is named as organiser."""
    if case.robot or case.link is not None:
        return Maker.ROBOT
    if any(entry.is_organizer_copy and entry.ref.account in case.writable for entry in case.copies[:1]):
        return Maker.OURS
    return Maker.OURS_ELSEWHERE if case.ours else Maker.THEIRS


def shape(case: Case) -> Shape:
    """What else hangs on the event."""
    made_by_us = {entry.uid for entry in case.copies if entry.is_organizer_copy}
    if any(entry.series_id is not None or entry.original_start is not None for entry in case.copies[:1]):
        return Shape.OCCURRENCE
    if len(made_by_us) > 1:
        return Shape.TWICE
    if not _invited(case):
        return Shape.UNINVITED
    others = [p for p in case.meeting.side(Side.THEIRS) if p.expected and p.key != case.guest.key]
    return Shape.SHARED if others else Shape.PLAIN


def _invited(case: Case) -> bool:
    theirs = {address.casefold() for address in (case.guest.key, case.guest.address, *case.guest.aliases) if address}
    invited = {a.address.casefold() for entry in case.copies[:1] for a in entry.attendees if a.address}
    return bool(theirs & invited)
