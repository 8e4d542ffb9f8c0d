"""Many copies, one meeting: what several calendars say about one occurrence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from noshowd.domain.entry import STAYS_AWAY, CalendarEntry, Sensitivity
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Side, Skip
from noshowd.reading.copies import Copy, called_off, group_copies, is_sync_copy
from noshowd.reading.people import Party, read_party
from noshowd.reading.place import read_place
from noshowd.reading.sides import Us, is_robot
from noshowd.reading.skips import DEFAULT_TYPE


def read_meetings(entries: Iterable[CalendarEntry], us: Us) -> list[Meeting]:
    """One meeting for each occurrence, in the order of their starts; those that are not to be watched say why.

    The organiser's copy rules start, end and place; skipping is decided over all copies. A meeting's key stays the
    same when the occurrence is moved.
    """
    read = [Copy(e, read_place(e, region=us.region, declared_hosts=us.declared_hosts)) for e in entries]
    meetings = [_meeting(key, group, us) for key, group in group_copies(read).items()]
    meetings.sort(key=lambda meeting: (meeting.start, meeting.key))
    return _without_shadows(meetings)


def _meeting(key: str, copies: Sequence[Copy], us: Us) -> Meeting:
    """One occurrence from its copies, in the order in which they rule."""
    governing = copies[0].entry
    # The ruling copy may show busy times only: then the next that says something.
    reading = next((c.reading for c in copies if c.reading.place.kind is not Kind.NONE), copies[0].reading)
    party = read_party([copy.entry for copy in copies], reading, us)
    off = called_off(copies)
    entered = max(governing.start, governing.created or governing.start)
    people = [p if entered == governing.start else replace(p, invited_at=entered) for p in party.people]
    return Meeting(
        key=key,
        start=governing.start,
        end=governing.end,
        place=replace(reading.place, caller=party.caller),
        people=tuple(people),
        title=governing.title,
        copies=tuple(copy.entry.ref for copy in copies),
        organizer=party.organizer,
        skip=Skip.CANCELLED if off else _skip(copies, reading.place, party, us),
        called_off=off,
        confidential=any(copy.entry.sensitivity is Sensitivity.CONFIDENTIAL for copy in copies),
        zone=governing.zone,
        unchanged_since=governing.updated or governing.created,
        additional_guests=party.additional_guests,
        open_ended=party.open_ended,
        uid=next((copy.entry.uid for copy in copies if copy.entry.uid is not None), None),
    )


def _skip(copies: Sequence[Copy], place: Place, party: Party, us: Us) -> Skip | None:
    """Why nobody watches this meeting, the plainest reason first."""
    entries = [copy.entry for copy in copies]
    governing = entries[0]
    ours = [person for person in party.people if person.side is Side.OURS]
    theirs = [person for person in party.people if person.side is Side.THEIRS]
    reasons = (
        (Skip.COPY, all(map(is_sync_copy, entries))),
        (Skip.EVENT_TYPE, governing.event_type != DEFAULT_TYPE),
        (Skip.ALL_DAY, governing.all_day),
        (Skip.DECLINED, _all_declined(ours) or _all_declined(theirs)),
        # One copy marked private is a wish to be left alone with it.
        (Skip.PRIVATE, any(entry.sensitivity is Sensitivity.PRIVATE for entry in entries)),
        (Skip.FREE, not any(entry.busy for entry in entries)),
        (Skip.NOT_A_CALL, place.kind not in (Kind.VIDEO, Kind.PHONE)),
        (Skip.NO_OTHERS, not theirs and not party.open_ended),
        (Skip.TOO_MANY, len(party.people) + party.additional_guests > us.max_people),
        (Skip.UNKNOWN_ORGANIZER, _uninvited(governing, party, us)),
    )
    return next((reason for reason, holds in reasons if holds), None)


def _all_declined(people: Sequence[Person]) -> bool:
    return bool(people) and all(person.response in STAYS_AWAY for person in people)


def _uninvited(governing: CalendarEntry, party: Party, us: Us) -> bool:
    """An unknown outsider put it into our calendar and none of ours has answered: it may be anybody's advertisement."""
    organizer = governing.organizer
    if organizer is None or governing.is_organizer_copy or not organizer.address or is_robot(organizer.address):
        return False
    if us.side_of(organizer.address) is Side.OURS or us.person_of(organizer.address) in us.contacts:
        return False
    return not any(person.side is Side.OURS and person.accepted for person in party.people)


def _without_shadows(meetings: list[Meeting]) -> list[Meeting]:
    """An entry without people at the time and place of another is its copy, whoever made it."""
    real = {(m.start, _address(m.place)) for m in meetings if m.watched and _with_addresses(m)}
    return [
        replace(m, skip=Skip.COPY)
        if m.watched and not _with_addresses(m) and (m.start, _address(m.place)) in real
        else m
        for m in meetings
    ]


def _with_addresses(meeting: Meeting) -> bool:
    return any(person.address for person in meeting.side(Side.THEIRS))


def _address(place: Place) -> str | None:
    return place.meeting_id or place.url or place.phone
