"""What a Google account needs to be told. Plain values; secrets arrive resolved and are never shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Root of every API. `token` None means the one that stands in the key."""

    calendar: str = "https://www.googleapis.com/calendar/v3/"
    meet: str = "https://meet.googleapis.com/"
    tasks: str = "https://tasks.googleapis.com/"
    gmail: str = "https://gmail.googleapis.com/"
    directory: str = "https://admin.googleapis.com/"
    people: str = "https://people.googleapis.com/"
    events: str = "https://workspaceevents.googleapis.com/"
    pubsub: str = "https://pubsub.googleapis.com/"
    token: str | None = None

    @classmethod
    def at(cls, root: str) -> Endpoints:
        """All of them at one place (a gateway, a simulation)."""
        root = root.rstrip("/")
        other = f"{root}/"
        return cls(
            calendar=f"{root}/calendar/v3/",
            meet=other,
            tasks=other,
            gmail=other,
            directory=other,
            people=other,
            events=other,
            pubsub=other,
            token=f"{root}/token",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleAccount:
    """One way into Google: a service account with domain-wide delegation, or one person's own sign-in.

    `key` is the JSON of the service account's key file or of an authorized user; which one, it says itself.
    """

    #: The account's name in the configuration.
    name: str
    key: str = field(repr=False)
    #: Whose sign-in it is; with a service account, who acts where no other address is given.
    mailbox: str
    #: Domains whose people the service account may act as, lower case.
    domains: frozenset[str] = frozenset()
    endpoints: Endpoints = field(default_factory=Endpoints)
    #: PEM file of authorities to trust in place of the public ones.
    ca_file: str | None = None
    #: `http://host:port` or `socks5://host:port`; None asks the environment.
    proxy: str | None = None
    #: Longest wait for one answer, seconds.
    timeout: float = 20.0
    #: Requests of this account that run at one time.
    workers: int = 4


class Lookup(StrEnum):
    """How the ids of Meet participants become addresses (facts, 2.3)."""

    #: Admin SDK.
    DIRECTORY = "directory"
    #: People API.
    PEOPLE = "people"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetSettings:
    """A Meet presence source. `name` is the source's name in the configuration."""

    name: str = "google_meet"
    lookup: Lookup = Lookup.DIRECTORY
    #: How far behind the present its answers are taken to be (no figure is published; facts, 2.2).
    lag: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSettings:
    """Meet tells of comings and goings by Pub/Sub (facts, 3). `source` is the Meet source it hurries."""

    source: str
    #: `projects/{project}/topics/{name}`, in the project of the key; `meet-api-event-push@system.gserviceaccount.com`
    #: must be allowed to publish there.
    topic: str
    #: `projects/{project}/subscriptions/{name}` of that topic, for pulling.
    queue: str
    #: Whose rooms.
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GmailSettings:
    """A Gmail channel. `may_search` says that the restricted scope gmail.readonly was granted as well."""

    name: str = "gmail"
    may_search: bool = False
    #: Put everything for guests into the sender's drafts.
    drafts: bool = False
