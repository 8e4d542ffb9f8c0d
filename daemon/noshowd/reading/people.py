"""Who is expected at a meeting, each human once, with side, role and telephone lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from noshowd.domain.address import can_be_written_to, canonical
from noshowd.domain.entry import STAYS_AWAY, Attendee, AttendeeKind, CalendarEntry, EntryStatus, Response
from noshowd.domain.evidence import Identity
from noshowd.domain.meeting import Caller, Kind, Person, Role, Side
from noshowd.reading.machines import is_bot
from noshowd.reading.names import read_name
from noshowd.reading.place import PlaceReading
from noshowd.reading.sides import Us, domain_of, is_robot

#: Of two answers under two addresses the more committed one counts.
_COMMITMENT = (Response.ACCEPTED, Response.TENTATIVE, Response.PROPOSED, Response.DECLINED, Response.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The people of a meeting and what cannot be listed of them."""

    people: tuple[Person, ...]
    #: Key of the human who called the meeting, None where only a robot is known.
    organizer: str | None
    caller: Caller
    open_ended: bool
    additional_guests: int


def read_party(copies: Sequence[CalendarEntry], reading: PlaceReading, us: Us) -> Party:
    """Everybody expected, over all copies; the first, which rules, says who is invited."""
    governing = copies[0]
    invited = _invited(governing, copies)
    owners = {us.person_of(owner) for copy in copies if (owner := owner_of(copy)) is not None}
    humans = [a for a in invited if _is_human(a, us)]
    people = _with_owners(_merged(humans, owners, copies, us), owners, us)
    organizer = _organizer(governing, people, us)
    open_ended = not governing.attendees_complete or any(_is_their_group(a, us) for a in invited)
    sided = people if open_ended else _sided(people, organizer, owners)
    people = [replace(person, role=_role(person, organizer, people)) for person in sided]
    host_side = next((p.side for p in people if p.key == organizer), Side.OURS if owners or people else None)
    caller = _caller(reading.caller, host_side)
    people = _with_number(people, reading, caller, us)
    return Party(
        people=tuple(people),
        organizer=organizer,
        caller=caller,
        open_ended=open_ended,
        additional_guests=sum(a.additional_guests for a in governing.attendees),
    )


def owner_of(entry: CalendarEntry) -> str | None:
    """Whose calendar a copy lies in, as far as it says so."""
    own = next((a.address for a in entry.attendees if a.is_self and a.address), None)
    if own is None and entry.organizer is not None and entry.organizer.is_self:
        own = entry.organizer.address
    return own or (entry.ref.calendar if "@" in entry.ref.calendar else None)


def person_key(attendee: Attendee, us: Us) -> str | None:
    if attendee.address:
        return us.person_of(attendee.address)
    name = read_name(attendee.name) if attendee.name else None
    return f"name:{' '.join((*name.given, name.family)).strip()}" if name and not name.empty else None


def _invited(governing: CalendarEntry, copies: Sequence[CalendarEntry]) -> list[Attendee]:
    listed = [*governing.attendees]
    if governing.organizer is not None:
        # Microsoft lists the organiser apart from the people invited; Google lets them decline their own event.
        listed.append(replace(governing.organizer, is_organizer=True, response=_of_organizer(governing)))
    if not governing.attendees_complete:
        listed += [attendee for copy in copies[1:] for attendee in copy.attendees]
    return [_reachable(attendee) for attendee in listed]


def _reachable(attendee: Attendee) -> Attendee:
    """What stands in the place of an address and is none is nobody's."""
    odd = attendee.address is not None and not can_be_written_to(attendee.address)
    return replace(attendee, address=None) if odd else attendee


def _of_organizer(governing: CalendarEntry) -> Response:
    """Who invites comes, unless they say no themselves."""
    said_no = (a.response for a in governing.attendees if a.is_organizer and a.response in STAYS_AWAY)
    return next(said_no, Response.ACCEPTED)


def _is_human(attendee: Attendee, us: Us) -> bool:
    if attendee.kind is not AttendeeKind.PERSON or is_bot(Identity(address=attendee.address, name=attendee.name)):
        return False
    if not attendee.address:
        return bool(attendee.name)
    return us.is_person(attendee.address) and not is_robot(attendee.address)


def _is_their_group(attendee: Attendee, us: Us) -> bool:
    """A list of the other side: who of it comes cannot be told. One of ours only adds people who may stand in."""
    ours = attendee.address is not None and us.side_of(attendee.address) is Side.OURS
    return attendee.kind is AttendeeKind.GROUP and not ours


def _merged(humans: Iterable[Attendee], owners: set[str], copies: Sequence[CalendarEntry], us: Us) -> list[Person]:
    by_key: dict[str, Person] = {}
    for attendee in humans:
        key = person_key(attendee, us)
        if key is None:
            continue
        person = _person(key, attendee, us, owner=key in owners)
        earlier = by_key.get(key)
        by_key[key] = person if earlier is None else _one(earlier, person)
    for copy in copies:
        owner = owner_of(copy)
        key = us.person_of(owner) if owner else None
        if key in by_key:
            by_key[key] = _answered(by_key[key], copy)
    return list(by_key.values())


def _with_owners(people: list[Person], owners: set[str], us: Us) -> list[Person]:
    """Whose calendar it lies in is expected too: alone with a note of their own, or invited through a group."""
    listed = {person.key for person in people}
    some_of_ours = any(person.side is Side.OURS for person in people)
    missing = [
        _person(key, Attendee(address=key, response=Response.ACCEPTED), us, owner=True)
        for key in sorted(owners - listed)
    ]
    return people + [replace(person, optional=some_of_ours) for person in missing if us.is_person(person.key)]


def _person(key: str, attendee: Attendee, us: Us, *, owner: bool) -> Person:
    known = us.known(key)
    side = us.side_of(attendee.address) if attendee.address else Side.THEIRS
    if owner and key not in us.theirs and domain_of(key) not in us.theirs:
        side = Side.OURS
    plain = canonical(attendee.address) if attendee.address else None
    return Person(
        key=key,
        side=side,
        # written to as invited: only the carrier knows whether another spelling reaches the same mailbox
        address=(attendee.address if plain == key else key) if attendee.address else None,
        name=attendee.name if attendee.name and "@" not in attendee.name else None,
        aliases=tuple(
            sorted({a for a, person in us.aliases.items() if person == key} | ({plain} if plain else set()) - {key})
        ),
        provider_ids=known.provider_ids if known else (),
        response=attendee.response,
        responded_at=attendee.responded_at,
        optional=attendee.optional,
        lines=known.lines if known else (),
        all_lines_seen=known.all_lines_seen if known else False,
        required=known.required if known else False,
    )


def _one(first: Person, second: Person) -> Person:
    """One human listed twice."""
    return replace(
        first,
        name=first.name or second.name,
        aliases=tuple(sorted({*first.aliases, *second.aliases})),
        response=min(first.response, second.response, key=_COMMITMENT.index),
        optional=first.optional and second.optional,
    )


def _answered(person: Person, copy: CalendarEntry) -> Person:
    """A person's own copy knows their answer first; one that they deleted says no."""
    if copy.is_organizer_copy:
        return person
    if copy.status is EntryStatus.CANCELLED:
        return replace(person, response=Response.DECLINED)
    return replace(person, response=copy.own_response) if copy.own_response is not Response.NONE else person


def _organizer(governing: CalendarEntry, people: Sequence[Person], us: Us) -> str | None:
    """The organiser, or behind a robot and a shared mailbox the first of ours who is invited."""
    if governing.organizer is not None:
        key = person_key(governing.organizer, us)
        if any(person.key == key for person in people):
            return key
        address = governing.organizer.address
        if address and us.is_person(address) and not is_robot(address):
            return None
    return next((person.key for person in people if person.side is Side.OURS), None)


def _sided(people: Sequence[Person], organizer: str | None, owners: set[str]) -> list[Person]:
    """In an internal meeting the organiser is ours and everybody else theirs."""
    if len(people) < 2 or any(person.side is Side.THEIRS for person in people):
        return list(people)
    ours = organizer or next((person.key for person in people if person.key in owners), people[0].key)
    return [replace(person, side=Side.OURS if person.key == ours else Side.THEIRS) for person in people]


def _role(person: Person, organizer: str | None, people: Sequence[Person]) -> Role:
    side = next((p.side for p in people if p.key == organizer), Side.OURS)
    return (
        Role.HOST
        if person.key == organizer or (person.side is side and len({p.side for p in people}) > 1)
        else Role.GUEST
    )


def _caller(said: Role | None, host_side: Side | None) -> Caller:
    if said is None or host_side is None:
        return Caller.UNKNOWN
    return Caller.OURS if (said is Role.HOST) == (host_side is Side.OURS) else Caller.THEIRS


def _with_number(people: list[Person], reading: PlaceReading, caller: Caller, us: Us) -> list[Person]:
    """The appointment's number becomes a line of the one person it must belong to, or a person of its own."""
    number = reading.place.phone
    if reading.place.kind is not Kind.PHONE or number is None:
        return people
    if any(number in known.lines for known in us.persons.values()):
        return people
    ours = caller is Caller.THEIRS
    if reading.number_of_caller:
        ours = not ours
    side = Side.OURS if ours else Side.THEIRS
    owners = [person for person in people if person.side is side]
    if not owners and side is Side.THEIRS:
        contact = next((address for address, known in us.contacts.items() if number in known.lines), None)
        return [*people, Person(key=contact or f"tel:{number}", address=contact, side=Side.THEIRS, lines=(number,))]
    if len(owners) != 1 or number in owners[0].lines:
        return people
    return [replace(p, lines=(*p.lines, number)) if p.key == owners[0].key else p for p in people]
