"""Who belongs to which side: addresses as people, domains as firms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from noshowd.domain.address import canonical
from noshowd.domain.meeting import Side
from noshowd.reading.vocabulary import words

#: Providers whose customers have nothing in common: such a domain makes no side and no colleagues.
PUBLIC_DOMAINS = words(
    """
    gmail.com googlemail.com outlook.com outlook.de hotmail.com hotmail.de hotmail.co.uk live.com live.de msn.com
    yahoo.com yahoo.de yahoo.co.uk ymail.com icloud.com me.com mac.com aol.com aol.de gmx.de gmx.net gmx.at gmx.ch
    gmx.com web.de t-online.de freenet.de arcor.de posteo.de posteo.net mailbox.org proton.me protonmail.com pm.me
    tutanota.com tuta.com tuta.io fastmail.com hey.com zoho.com yandex.com yandex.ru mail.ru bluewin.ch hispeed.ch
    sunrise.ch aon.at chello.at a1.net orange.fr free.fr laposte.net wanadoo.fr libero.it qq.com 163.com 126.com
    mail.com email.de 1und1.de online.de vodafone.de kabelmail.de unitybox.de
    """
)
#: Calendars and rooms that have an address but are nobody.
NOBODY_DOMAINS = frozenset(
    (
        "resource.calendar.google.com",
        "group.calendar.google.com",
        "group.v.calendar.google.com",
        "import.calendar.google.com",
    )
)
_ROBOT_NAMES = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "nichtantworten", "mailer-daemon")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """What the configuration or experience knows of one person, beyond any invitation."""

    #: Telephone numbers in E.164.
    lines: tuple[str, ...] = ()
    #: No line beside `lines` is used for appointments; otherwise an unseen mobile is assumed.
    all_lines_seen: bool = False
    #: Judged singly: a colleague cannot stand in.
    required: bool = False
    #: Ids the presence sources know them by, as `source:id`.
    provider_ids: tuple[str, ...] = ()
    #: Names they are known to join under.
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Us:
    """Our side and how to read calendars with it. All addresses are canonical (see `canonical`)."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    #: Another address of a person -> the address that is the person.
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: Addresses or domains of outsiders who work on our side.
    contractors: frozenset[str] = frozenset()
    #: Organisers that are no person, as addresses or domains: the host is among the people invited.
    shared_mailboxes: frozenset[str] = frozenset()
    booking_robots: frozenset[str] = frozenset()
    #: Addresses or domains that are the other side, whatever else says so.
    theirs: frozenset[str] = frozenset()
    #: Our people by canonical address.
    persons: Mapping[str, KnownPerson] = field(default_factory=lambda: MappingProxyType({}))
    #: People of the other side that are known already, by canonical address.
    contacts: Mapping[str, KnownPerson] = field(default_factory=lambda: MappingProxyType({}))
    #: Region (ISO 3166) of numbers written nationally.
    region: str | None = None
    #: Self-hosted conference hosts -> platform slug.
    declared_hosts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: More people than these are an assembly, not an appointment.
    max_people: int = 30

    def person_of(self, address: str) -> str:
        """The address that stands for the person behind `address`."""
        plain = canonical(address)
        return self.aliases.get(plain, plain)

    def known(self, key: str) -> KnownPerson | None:
        return self.persons.get(key) or self.contacts.get(key)

    def side_of(self, address: str) -> Side:
        """Whose side an address is on; a firm's domain counts, a mail provider's never."""
        person, domain = self.person_of(address), domain_of(address)
        if {person, canonical(address), domain} & self.theirs:
            return Side.THEIRS
        named = person in self.addresses or person in self.persons or canonical(address) in self.addresses
        if named or {person, domain} & self.contractors or not self.is_person(address):
            return Side.OURS
        return Side.OURS if domain in self.domains and domain not in PUBLIC_DOMAINS else Side.THEIRS

    def is_person(self, address: str) -> bool:
        """Neither one of our robots nor one of our shared mailboxes."""
        nobody = self.shared_mailboxes | self.booking_robots
        return canonical(address) not in nobody and domain_of(address) not in nobody


def domain_of(address: str) -> str:
    return canonical(address).rpartition("@")[2]


def is_robot(address: str) -> bool:
    """An address nobody reads, or one that is a calendar."""
    local, _, domain = canonical(address).rpartition("@")
    return domain in NOBODY_DOMAINS or local.startswith(_ROBOT_NAMES)


def same_firm(first: str, second: str) -> bool:
    domain = domain_of(first)
    return domain == domain_of(second) and domain not in PUBLIC_DOMAINS
