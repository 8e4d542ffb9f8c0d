"""Our people and their guests, as the configuration knows them, in the shapes that reading and engine want."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from noshowd.config.hours import Hours
from noshowd.config.model import Config, Mode
from noshowd.config.people import Contact as ContactSection
from noshowd.config.people import Person as PersonSection
from noshowd.config.people import Salutation
from noshowd.config.translate import contact_for, guest_hours, hours_of, person_for
from noshowd.domain.address import canonical
from noshowd.domain.meeting import Person, Side
from noshowd.domain.spans import Span
from noshowd.engine.parts import Contact
from noshowd.ports.channel import Recipient
from noshowd.reading.sides import KnownPerson, Us
from noshowd.wording import folder_for

#: A recall task or question of a meeting outside working hours stays open this long.
_AFTER_HOURS = timedelta(hours=4)
#: What is found out this late in a day may have to wait for the next one.
_LATE = timedelta(hours=1)
#: Answers remembered, for each sort of question.
_KEPT = 4096


def us_of(config: Config) -> Us:
    """Our side as `reading` needs it."""
    us = config.us
    aliases = {canonical(old): canonical(new) for old, new in us.aliases.items()}
    for person in config.person:
        aliases |= {canonical(alias): canonical(person.address) for alias in person.aliases}
    return Us(
        addresses=frozenset(canonical(a) for a in us.addresses),
        domains=frozenset(us.domains),
        aliases=aliases,
        contractors=frozenset(canonical(a) for a in us.contractors),
        shared_mailboxes=frozenset(canonical(a) for a in us.shared_mailboxes),
        booking_robots=frozenset(a.removeprefix("@") for a in us.booking_robots),
        persons={canonical(p.address): _known_person(p) for p in config.person},
        contacts={canonical(c.match): _known_contact(c) for c in config.contact if not c.match.startswith("@")},
        region=us.region,
        theirs=frozenset(canonical(a) if "@" in a[1:] else a.removeprefix("@") for a in us.theirs),
        declared_hosts=us.hosts,
        max_people=us.max_people,
    )


def _known_person(person: PersonSection) -> KnownPerson:
    return KnownPerson(
        lines=person.lines,
        all_lines_seen=person.all_lines_seen,
        required=person.required,
        provider_ids=person.provider_ids,
    )


def _known_contact(contact: ContactSection) -> KnownPerson:
    return KnownPerson(
        lines=contact.lines,
        provider_ids=contact.provider_ids,
    )


class ConfiguredDirectory:
    """The engine's `Directory`, answered from the configuration."""

    def __init__(self, config: Config) -> None:
        self._config = config
        # asked about the same people whenever a meeting of theirs is judged
        self._hours = lru_cache(maxsize=_KEPT)(self._hours_at)
        self._last_open = lru_cache(maxsize=_KEPT)(self._closes)
        self._our_contact = lru_cache(maxsize=_KEPT)(self._colleague)

    def contact(self, person: Person) -> Contact:
        """How this person is reached. Nothing is guessed beyond the invitation and the firm's own habits."""
        return self._our_contact(person) if person.side is Side.OURS else self._guest(person)

    def _colleague(self, person: Person) -> Contact:
        us, section = self._config.us, person_for(person.address, self._config)
        name = (section.name if section else None) or person.name
        signature = (section.signature if section else None) or us.signature
        return Contact(
            recipient=Recipient(address=person.address, name=name, slack=section.slack if section else None),
            language=folder_for(
                (section.language if section else None) or us.language,
                (section.salutation if section else None) or us.salutation,
                self._config.wording.templates,
            ),
            zone=(section.zone if section else None) or us.zone,
            signature=signature.replace("{name}", name or person.address or ""),
            shadow=self._config.mode is Mode.SHADOW or bool(section and section.shadow),
            phone=person.lines[0] if person.lines else None,
        )

    def _guest(self, person: Person) -> Contact:
        us, section = self._config.us, contact_for(person.address, self._config)
        language = (section.language if section else None) or us.language
        salutation = (section.salutation if section else None) or Salutation.FORMAL
        return Contact(
            recipient=Recipient(address=person.address, name=(section.name if section else None) or person.name),
            language=folder_for(language, salutation, self._config.wording.templates),
            zone=(section.zone if section else None) or us.zone,
            zone_known=bool(section and section.zone),
            greeting=section.greeting if section else None,
            never_write=bool(section and section.never_write),
            phone=next(iter((section.lines if section else ()) or person.lines), None),
        )

    def awake_from(self, person: Person, now: datetime) -> datetime | None:
        """The next opening of the person's hours, None when they are open now (or never stated)."""
        if person.side is Side.OURS:
            hours = self._hours(person.address)
        else:
            hours = guest_hours(contact_for(person.address, self._config), self._config)
        return None if hours.is_open(now) else hours.next_open(now)

    def day_ends(self, person: Person, at: datetime) -> datetime:
        """End of the last open stretch of the local day of `at`.

        Where that is over, or as good as over, a few hours after the next opening: what quiet hours hold back until
        then is not lost.
        """
        hours = self._hours(person.address)
        ends = self._last_open(person.address, at.astimezone(ZoneInfo(hours.zone)).date()) or at
        if ends - at >= _LATE:
            return max(ends, at + _AFTER_HOURS)
        return (hours.next_open(max(ends, at)) or at) + _AFTER_HOURS

    def _closes(self, address: str | None, day: date) -> datetime | None:
        spans = self._hours(address).open_spans(day)
        return spans[-1].end if spans else None

    def _hours_at(self, address: str | None) -> Hours:
        return hours_of(person_for(address, self._config), self._config)

    def open_spans(self, person: Person, window: Span) -> list[Span]:
        """The person's working hours inside `window`, holidays left out; for a guest the hours of guests."""
        if person.side is Side.OURS:
            hours = self._hours(person.address)
        else:
            hours = guest_hours(contact_for(person.address, self._config), self._config)
        first = window.start.astimezone(ZoneInfo(hours.zone)).date()
        days = range((window.end - window.start).days + 2)
        spans = [span for n in days for span in hours.open_spans(first + timedelta(days=n))]
        return [shared for span in spans if (shared := span.overlap(window)) is not None]

    def stand_in(self, person: Person) -> Person | None:
        section = person_for(person.address, self._config)
        return None if section is None or section.stand_in is None else self.colleague(section.stand_in)

    def colleague(self, address: str) -> Person | None:
        """The person of ours with this address, alias or Slack name; None for anybody else."""
        section = person_for(address, self._config) or next(
            (p for p in self._config.person if p.slack is not None and p.slack == address), None
        )
        if section is None:
            return None
        return Person(
            key=canonical(section.address),
            side=Side.OURS,
            address=section.address,
            name=section.name,
            lines=section.lines,
            all_lines_seen=section.all_lines_seen,
        )

    def owners(self) -> tuple[str, ...]:
        """Person keys of who is told about noshowd's own troubles."""
        if self._config.run.owner is not None:
            return (canonical(self._config.run.owner),)
        return tuple(canonical(p.address) for p in self._config.person[:1])
