"""A simulated tenant behind TLS, and what a real client needs to reach it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from noshowd.adapters.microsoft.auth import SignIn
from noshowd.adapters.microsoft.graph import Graph
from noshowd.adapters.microsoft.settings import MicrosoftSettings
from noshowd.demo.vendors.microsoft import MicrosoftSimulation
from noshowd.demo.vendors.microsoft.appointments import Appointment, Invited
from noshowd.demo.vendors.microsoft.certificates import Certificates, certificates
from noshowd.demo.vendors.microsoft.entra import Application
from noshowd.demo.vendors.serving import LoopbackServer

ANNA, BEN, GUEST = "anna@firm.example", "ben@firm.example", "guest@customer.example"
TENANT, CLIENT, SECRET = "11111111-1111-4111-8111-111111111111", "noshowd-test", "s3cret"
NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
DESCRIPTION = Path(__file__).parents[4] / "shared" / "specs" / "graph-v1.0-slice.openapi.json"
#: Nobody listens on the discard port of a loopback address.
NOBODY = "https://127.0.0.1:9"
ROLES = {
    "Calendars.ReadWrite",
    "Mail.Send",
    "Mail.ReadWrite",
    "Tasks.ReadWrite.All",
    "OnlineMeetings.Read.All",
    "OnlineMeetingArtifact.Read.All",
    "Chat.Read.All",
    "User.ReadBasic.All",
}


class HandClock:
    """A clock moved by hand; sleeping moves it too, and takes no time."""

    speed = 1.0

    def __init__(self, start: datetime = NOW) -> None:
        self.instant = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return (self.instant - NOW).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.instant += timedelta(seconds=seconds)


@dataclass
class Socket:
    """One TLS server for the whole run; what answers behind it changes with each test."""

    url: str
    files: Certificates
    application: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application(scope, receive, send)


@contextmanager
def socket(folder: Path) -> Iterator[Socket]:
    files = certificates(folder)
    found = Socket(url="", files=files)
    with LoopbackServer(found, certificate=str(files.certificate), private_key=str(files.private_key)) as server:
        found.url = server.url
        yield found


@dataclass
class Tenant:
    """The simulation, its clock, and settings that reach it."""

    sim: MicrosoftSimulation
    clock: HandClock
    settings: MicrosoftSettings
    opened: list[Graph | SignIn] = field(default_factory=list)

    def graph(self, **changes: Any) -> Graph:
        made = Graph(replace(self.settings, **changes), self.clock)
        self.opened.append(made)
        return made

    def sign_in(self, **changes: Any) -> SignIn:
        made = SignIn(replace(self.settings, **changes))
        self.opened.append(made)
        return made

    async def close(self) -> None:
        self.sim.subscriptions.close()
        for one in self.opened:
            if isinstance(one, Graph):
                await one.close()
            else:
                one.close()

    def unreachable(self) -> Graph:
        return self.graph(authority=NOBODY, graph_url=f"{NOBODY}/v1.0")

    @property
    def application(self) -> Application:
        return self.sim.entra.applications[CLIENT]

    def book(self, **changes: Any) -> Appointment:
        """Anna meets the guest at nine for half an hour."""
        about: dict[str, Any] = {
            "organizer": Invited(ANNA, "Anna Meier"),
            "attendees": [Invited(GUEST, "Gerd Gast")],
            "start": NOW + timedelta(hours=1),
            "end": NOW + timedelta(hours=1, minutes=30),
            "subject": "Offer",
        }
        return self.sim.calendars.book(**(about | changes))

    def paths(self) -> list[str]:
        return [f"{call.method} {call.path.rsplit('/', 1)[-1]}" for call in self.sim.calls]


def make_tenant(at: Socket) -> Tenant:
    clock = HandClock()
    description = DESCRIPTION if DESCRIPTION.exists() else None
    sim = MicrosoftSimulation(tenant=TENANT, now=clock.now, description=description)
    sim.people.add(ANNA, "Anna Meier")
    sim.people.add(BEN, "Ben Braun")
    sim.entra.register(Application(CLIENT, set(ROLES), secret=SECRET))
    at.application = sim.app
    settings = MicrosoftSettings(
        account="office",
        tenant=TENANT,
        client_id=CLIENT,
        mailboxes=(ANNA, BEN),
        secret=SECRET,
        authority=at.url,
        graph_url=f"{at.url}/v1.0",
        instance_discovery=False,
        ca_file=at.files.ca_file,
        timeout=10.0,
    )
    return Tenant(sim=sim, clock=clock, settings=settings)
