"""The daemon itself: where it stores, listens, how fast it looks, how long it remembers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from noshowd.config.refusal import refuse
from noshowd.config.secrets import SecretRef
from noshowd.config.values import (
    Count,
    Duration,
    FilePath,
    Flag,
    ProxyUrl,
    Section,
    Url,
    Wait,
)


def _database(value: str) -> str:
    scheme, sep, rest = value.partition("://")
    if not sep or scheme not in {"sqlite", "postgresql"}:
        raise refuse(
            "sqlite:////var/lib/noshowd/noshowd.db or postgresql://user@host/database",
            do="SQLite needs nothing else installed.",
            secret=True,
        )
    if ":" in rest.split("@", 1)[0] and "@" in rest:
        raise refuse("an address without a password", do="Name the password's place in store.password.", secret=True)
    return value


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not re.fullmatch(r"[^\s/@]{1,255}", host) or not re.fullmatch(r"\d{1,5}", port) or int(port) > 65535:
        raise refuse("an address and a port such as 127.0.0.1:8642")
    return value


class Store(Section):
    """The database."""

    url: Annotated[str, Field(max_length=1000), AfterValidator(_database)] = Field(
        default="sqlite:////var/lib/noshowd/noshowd.db",
        description="One SQLite file, or a PostgreSQL database once several workers are wanted.",
        examples=["postgresql://noshowd@db.example.com/noshowd"],
    )
    password: SecretRef | None = Field(
        default=None, description="Password of the PostgreSQL user.", examples=[{"credential": "database-password"}]
    )


class Web(Section):
    """The small web pages on which people answer, and health and metrics."""

    listen: Annotated[str, AfterValidator(_listen)] = Field(
        default="127.0.0.1:8642", description="Address and port it listens on."
    )
    public_url: Url | None = Field(
        default=None,
        description="Address of these pages from outside; without it no links are sent.",
        examples=["https://termine.beispiel-beratung.de"],
    )
    signing_key: SecretRef | None = Field(
        default=None,
        description="Key that signs the links, 32 characters or more. Without it one is made.",
        examples=[{"credential": "signing-key"}],
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=("127.0.0.1", "::1"), description="Reverse proxies whose X-Forwarded-For is believed."
    )


class Offers(Section):
    """Which new times are offered to guests."""

    notice: Wait = Field(default=timedelta(hours=3), description="No time sooner than this is offered.")
    ahead: Wait = Field(default=timedelta(days=10), description="How far ahead times are looked for.")
    buffer: Duration = Field(default=timedelta(minutes=5), description="Kept free before and after other appointments.")
    hold: Wait = Field(default=timedelta(days=2), description="How long times are kept free of other offers.")


class Run(Section):
    """How fast it looks, and what it may use."""

    poll_near: Wait = Field(default=timedelta(minutes=2), description="Look at a calendar this often near a meeting.")
    poll_far: Wait = Field(
        default=timedelta(minutes=4), description="And this often otherwise while its owner works; seldom at night."
    )
    horizon: Wait = Field(default=timedelta(days=7), description="How far ahead calendars are read.")
    guest_messages_per_hour: Count = Field(default=20, description="Messages to guests in an hour, all together.")
    absences_before_stop: Annotated[int, Field(strict=True, ge=2, le=1000)] = Field(
        default=5, description="This many absences from one source within an hour stop sending to guests from it."
    )
    heartbeat_url: Url | None = Field(
        default=None,
        description="Address that is called every minute while all is alive, at a service that tells when that ends.",
        examples=["https://hc-ping.com/0b6e3f52-3c4b-4a1a-9d0e-2f6f6f6f6f6f"],
    )
    owner: str | None = Field(
        default=None,
        max_length=254,
        description="Address of who is told about noshowd's own troubles; otherwise the first [[person]].",
        examples=["anna@beispiel-beratung.de"],
    )


class Privacy(Section):
    """How long what is kept, and what guests are told."""

    evidence: Wait = Field(default=timedelta(days=14), description="Who was seen where.")
    verdicts: Wait = Field(default=timedelta(days=90), description="Verdicts, without names after the evidence went.")
    texts: Wait = Field(default=timedelta(days=30), description="Texts of messages that were sent.")
    answers: Wait = Field(default=timedelta(days=90), description="What people answered.")
    offers: Wait = Field(default=timedelta(days=30), description="Offers of new times.")
    misses: Wait = Field(
        default=timedelta(days=180),
        description="Which meetings a guest missed, by a keyed hash of the address (`misses_before_task`).",
    )
    pseudonymous: Flag = Field(
        default=False, description="True: no command shows a name of a colleague, not even with --reveal."
    )
    notice_url: Url | None = Field(
        default=None,
        description="Page about data protection, linked in one line of each message to a guest.",
        examples=["https://beispiel-beratung.de/datenschutz"],
    )
    skip_titles: tuple[str, ...] = Field(
        default=("Arzt", "Betriebsrat", "Personalgespräch", "doctor", "works council"),
        max_length=100,
        description="Whole words in titles of appointments that are left alone; capitals do not matter.",
    )


class Wording(Section):
    """Own texts in the place of the built-in ones."""

    templates: FilePath | None = Field(
        default=None,
        description="Folder with own templates, one sub-folder a language; single files suffice.",
        examples=["/etc/noshowd/templates"],
    )


class Logging(Section):
    """What is written to the journal."""

    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="From which level on.")
    format: Literal["auto", "text", "json"] = Field(default="auto", description="auto: text in a terminal, else JSON.")


class Network(Section):
    """How servers are reached, unless an account says otherwise."""

    ca_file: FilePath | None = Field(
        default=None,
        description="Certificates trusted instead of the system's.",
        examples=["/etc/ssl/certs/own-ca.pem"],
    )
    proxy: ProxyUrl | None = Field(default=None, description="HTTP proxy.", examples=["http://proxy.example.com:3128"])
    timeout: Duration = Field(default=timedelta(seconds=20), description="Longest time for one call.")
