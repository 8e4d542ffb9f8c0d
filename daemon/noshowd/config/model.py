"""The whole configuration as one frozen value."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from pydantic import Field

from noshowd.config.accounts import Account
from noshowd.config.channels import Channel, Tasks
from noshowd.config.people import Contact, Person, Us
from noshowd.config.policies import PolicySection
from noshowd.config.service import Logging, Network, Offers, Privacy, Run, Store, Web, Wording
from noshowd.config.sources import Presence
from noshowd.config.values import Section
from noshowd.domain.address import canonical


class Mode(StrEnum):
    """Try, or act."""

    SHADOW = "shadow"
    LIVE = "live"


class Observe(StrEnum):
    """Look who is there, or only read calendars."""

    ON = "on"
    OFF = "off"


class Config(Section):
    """noshowd.toml"""

    mode: Mode = Field(
        default=Mode.SHADOW,
        description="shadow computes and shows everything but writes to nobody outside; live acts.",
    )
    observe: Observe = Field(
        default=Observe.ON,
        description="off: calendars are read, nobody is looked at and nothing is said to anybody; the first step.",
    )
    us: Us = Field(default=Us(), description="Our side.")
    person: tuple[Person, ...] = Field(default=(), description="Our people who are watched.")
    contact: tuple[Contact, ...] = Field(default=(), description="What is known of guests.")
    account: tuple[Account, ...] = Field(default=(), description="Calendars.")
    presence: tuple[Presence, ...] = Field(default=(), description="What tells who was there.")
    channel: tuple[Channel, ...] = Field(default=(), description="How messages leave.")
    tasks: tuple[Tasks, ...] = Field(default=(), description="Where call-back tasks are put.")
    policy: tuple[PolicySection, ...] = Field(
        default=(), description="What is done about which meetings; without any, the built-in ladders for all guests."
    )
    store: Store = Field(default=Store(), description="The database.")
    web: Web | None = Field(default=None, description="Web pages for answers; without this table none are served.")
    offers: Offers = Field(default=Offers(), description="New times for guests.")
    run: Run = Field(default=Run(), description="Speeds and budgets.")
    privacy: Privacy = Field(default=Privacy(), description="Retention and notices.")
    wording: Wording = Field(default=Wording(), description="Own texts.")
    logging: Logging = Field(default=Logging(), description="The journal.")
    network: Network = Field(default=Network(), description="Certificates and proxy for all connections.")

    @cached_property
    def person_at(self) -> dict[str, Person]:
        """Our people by each of their addresses in its canonical spelling; of two that claim one, the first."""
        found = {canonical(address): p for p in reversed(self.person) for address in (p.address, *p.aliases)}
        for old, new in self.us.aliases.items():
            if canonical(new) in found:
                found[canonical(old)] = found[canonical(new)]
        return found

    @cached_property
    def our_addresses(self) -> frozenset[str]:
        """What is listed as ours beside our people, in canonical spelling: addresses, and contractors' domains."""
        us = self.us
        return frozenset(map(canonical, (*us.addresses, *us.contractors, *us.shared_mailboxes, *us.aliases)))
