"""Who we are, who our people are, and what we know of those we meet."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from noshowd.config.hours import WeeklyHours, WorkingHours
from noshowd.config.public_holidays import HolidayRegion
from noshowd.config.refusal import refuse
from noshowd.config.values import (
    Address,
    AddressOrDomain,
    Country,
    Domain,
    Flag,
    Language,
    Name,
    Phone,
    Section,
    SlackName,
    Text,
    Zone,
)
from noshowd.domain.meeting import Caller


class Salutation(StrEnum):
    """How somebody is addressed; it is never guessed."""

    FORMAL = "formal"
    INFORMAL = "informal"


class Us(Section):
    """Our side: whoever is not listed here, in [[person]] or under our domains belongs to the other side."""

    domains: tuple[Domain, ...] = Field(
        default=(),
        description="Mail domains whose addresses are all ours. Never a free-mail domain.",
        examples=[["beispiel-beratung.de"]],
    )
    addresses: tuple[Address, ...] = Field(
        default=(),
        description="Single addresses of ours, for those who share a domain with strangers.",
        examples=[["anna.beispiel@gmail.com"]],
    )
    aliases: dict[Address, Address] = Field(
        default_factory=dict,
        description="Old or second addresses of our people, each with the address it stands for.",
        examples=[{"a.alt@beispiel-beratung.de": "anna@beispiel-beratung.de"}],
    )
    contractors: tuple[Address, ...] = Field(
        default=(),
        description="People with an address elsewhere who act for us.",
        examples=[["carla@freie-trainerin.de"]],
    )
    shared_mailboxes: tuple[Address, ...] = Field(
        default=(),
        description="Mailboxes of ours that invite but are nobody: the host is found among the attendees.",
        examples=[["termine@beispiel-beratung.de"]],
    )
    booking_robots: tuple[AddressOrDomain, ...] = Field(
        default=("@calendly.com", "@cal.com"),
        description="Senders that invite on somebody's behalf and are never expected to come.",
    )
    theirs: tuple[AddressOrDomain, ...] = Field(
        default=(),
        description="Addresses or domains that are the other side, whatever else says so.",
        examples=[["partner@beispiel-beratung.de"]],
    )
    hosts: dict[Domain, Text] = Field(
        default_factory=dict,
        description="Our own conference servers, each with what runs there: jitsi, bigbluebutton, nextcloud_talk.",
        examples=[{"meet.beispiel-beratung.de": "jitsi"}],
    )
    max_people: Annotated[int, Field(strict=True, ge=2, le=500)] = Field(
        default=30, description="More people than these are an assembly, not an appointment."
    )
    language: Language = Field(default="en", description="Language of our own side: de or en.", examples=["de"])
    salutation: Salutation = Field(
        default=Salutation.FORMAL, description="How our own side is addressed where the language has two ways."
    )
    zone: Zone = Field(default="UTC", description="Our time zone.", examples=["Europe/Berlin"])
    region: Country = Field(
        default="DE",
        description="Country whose dialling habits numbers without a country code follow.",
    )
    working_hours: WorkingHours = Field(
        default=WeeklyHours.parse("Mon-Fri 09:00-17:30"),
        description="When we work. Several stretches are separated by commas.",
        examples=["Mon-Thu 09:00-12:30 13:30-17:30, Fri 09:00-13:00"],
    )
    holidays: HolidayRegion | None = Field(
        default=None,
        description=(
            "Whose public holidays we keep: country, or country and region; none. Unless set, those that the whole"
            " country of a person's zone has."
        ),
        examples=["DE-BY"],
    )
    guest_hours: WorkingHours = Field(
        default=WeeklyHours.parse("Mon-Fri 08:00-19:00"),
        description="When a guest may be written to after the slot, in the guest's zone. Outside are quiet hours.",
    )
    signature: str = Field(
        default="",
        max_length=2000,
        description="Lines below each message to a guest; {name} is the host's name.",
        examples=["{name}\nBeispiel Beratung GmbH"],
    )


class Person(Section):
    """One of our people who is watched. Nobody is watched without being named here."""

    address: Address = Field(description="Main address.", examples=["anna@beispiel-beratung.de"])
    name: Text | None = Field(default=None, description="Name as guests know it.", examples=["Anna Beispiel"])
    aliases: tuple[Address, ...] = Field(
        default=(), description="Further addresses, private ones included.", examples=[["anna@private.example"]]
    )
    slack: SlackName | None = Field(default=None, description="Slack name or member id.", examples=["anna"])
    lines: tuple[Phone, ...] = Field(
        default=(), description="Telephone lines, with country code.", examples=[["+49 89 23714480"]]
    )
    all_lines_seen: Flag = Field(
        default=False, description="True if no other line (such as a mobile) is ever used for appointments."
    )
    required: Flag = Field(default=False, description="True if no colleague can take this person's place in a meeting.")
    stand_in: Address | None = Field(
        default=None, description="Who is told that cover is needed.", examples=["ben@beispiel-beratung.de"]
    )
    language: Language | None = Field(default=None, description="Instead of the language of [us].", examples=["de"])
    salutation: Salutation | None = Field(
        default=None, description="Instead of the salutation of [us].", examples=["informal"]
    )
    zone: Zone | None = Field(default=None, description="Instead of the zone of [us].", examples=["Europe/Vienna"])
    working_hours: WorkingHours | None = Field(
        default=None, description="Instead of the hours of [us].", examples=["Mon-Thu 08:00-13:00"]
    )
    provider_ids: tuple[Text, ...] = Field(
        default=(),
        description="Ids by which presence sources know the person, as source:id.",
        examples=[["google_meet:users/1127", "teams:5c1f-..."]],
    )
    signature: str | None = Field(
        default=None, max_length=2000, description="Instead of the signature of [us].", examples=["{name}"]
    )
    shadow: Flag = Field(default=False, description="Only try: nothing goes to guests in this person's name.")


class Contact(Section):
    """What is known of guests. The exact address rules over the domain."""

    match: AddressOrDomain = Field(
        description="An address, or @ and a domain.", examples=["meier@example.com", "@grosskunde.de"]
    )
    name: Name | None = Field(default=None, description="Name as they want to be addressed.", examples=["Andrea Meier"])
    greeting: Text | None = Field(
        default=None, description="The whole first line of a message.", examples=["Sehr geehrte Frau Dr. Meier,"]
    )
    salutation: Salutation | None = Field(
        default=None, description="formal or informal; never guessed.", examples=["formal"]
    )
    language: Language | None = Field(default=None, description="Language of messages to them.", examples=["en"])
    zone: Zone | None = Field(default=None, description="Their time zone, if known.", examples=["Europe/London"])
    holidays: HolidayRegion | None = Field(
        default=None,
        description="Whose public holidays they keep. Unless set, those of the whole country of their zone, if known.",
        examples=["GB-ENG"],
    )
    lines: tuple[Phone, ...] = Field(default=(), description="Their telephone numbers.", examples=[["+49 171 2345678"]])
    caller: Caller | None = Field(
        default=None, description="Who rings in phone appointments: ours or theirs.", examples=["ours"]
    )
    provider_ids: tuple[Text, ...] = Field(default=(), description="As in [[person]].", examples=[["teams:8d2e"]])
    never_write: Flag = Field(default=False, description="True if no message may ever go to them.")

    @model_validator(mode="after")
    def _single_facts_need_an_address(self) -> Self:
        if self.match.startswith("@"):
            single = [key for key in ("name", "greeting", "lines", "provider_ids") if getattr(self, key)]
            if single:
                raise refuse(
                    f"{' and '.join(single)} only with one address in match",
                    do="Write a [[contact]] of its own for this person.",
                )
        return self
