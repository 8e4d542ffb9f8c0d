"""Why one copy of an event is not to be watched, whatever it is."""

from __future__ import annotations

from noshowd.domain.entry import STAYS_AWAY, Attendee, AttendeeKind, CalendarEntry, EntryStatus, Response, Sensitivity
from noshowd.domain.meeting import Skip

#: The type of appointments; every other one is a mark in somebody's own day, or a booking read out of a mail.
DEFAULT_TYPE = "default"


def skip_of(entry: CalendarEntry, *, max_people: int) -> tuple[Skip | None, str]:
    """The first reason that holds for this copy, and the field that says so (for an event type, which one)."""
    if entry.status is EntryStatus.CANCELLED:
        return Skip.CANCELLED, "status: cancelled"
    if entry.event_type != DEFAULT_TYPE:
        return Skip.EVENT_TYPE, f"event type: {entry.event_type}"
    if entry.own_response is Response.DECLINED or everybody_declined(entry):
        return Skip.DECLINED, "attendees: declined"
    if entry.all_day:
        return Skip.ALL_DAY, "start: a date without a time"
    if entry.sensitivity is Sensitivity.PRIVATE:
        return Skip.PRIVATE, "visibility: private"
    if not entry.busy:
        return Skip.FREE, "transparency: shown as free"
    humans = humans_of(entry)
    if entry.attendees and entry.attendees_complete and not others_of(entry):
        return Skip.NO_OTHERS, "attendees: nobody else"
    if len(humans) > max_people:
        return Skip.TOO_MANY, f"attendees: more than {max_people}"
    return None, ""


def humans_of(entry: CalendarEntry) -> tuple[Attendee, ...]:
    """Invited people and groups, the organiser included, rooms left out; each address once."""
    listed = [*entry.attendees, *([entry.organizer] if entry.organizer else [])]
    by_name = {(a.address or a.name or "").lower(): a for a in reversed(listed) if a.kind is not AttendeeKind.ROOM}
    return tuple(reversed(by_name.values()))


def others_of(entry: CalendarEntry) -> tuple[Attendee, ...]:
    """Everybody but the owner of this copy; who that is may not be said, then it is one of them."""
    humans = humans_of(entry)
    own = next((a for a in humans if a.is_self), None)
    if own is None and entry.is_organizer_copy and entry.organizer is not None:
        own = entry.organizer
    if own is None:
        return humans[1:]
    mine = (own.address or own.name or "").lower()
    return tuple(a for a in humans if (a.address or a.name or "").lower() != mine)


def everybody_declined(entry: CalendarEntry) -> bool:
    """All who were invited declined or asked for another time; the organiser's own answer says nothing."""
    invited = [
        a
        for a in entry.attendees
        if a.kind is AttendeeKind.PERSON
        and not a.is_organizer
        and (not entry.organizer or a.address != entry.organizer.address)
    ]
    return bool(invited) and entry.attendees_complete and all(a.response in STAYS_AWAY for a in invited)
