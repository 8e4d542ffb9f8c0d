"""A simulated Exchange server, and what a real client needs to reach it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.settings import ExchangeSettings, SignIn
from noshowd.demo.vendors.exchange import ExchangeSimulation
from noshowd.demo.vendors.exchange.items import Item
from noshowd.demo.vendors.exchange.store import Guest
from noshowd.demo.vendors.serving import LoopbackServer

ANNA, BEN, GUEST = "anna@firm.example", "ben@firm.example", "guest@customer.example"
PASSWORD = "s3cret"
NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
#: Nobody listens on the discard port.
NOBODY = "http://127.0.0.1:9/EWS/Exchange.asmx"
#: exchangelib remembers a connection for each endpoint and user, so each test has a user of its own.
USERS = count()


class HandClock:
    """A clock moved by hand."""

    speed = 1.0
    instant = NOW

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return (self.instant - NOW).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


@dataclass
class Socket:
    """One server for the whole run; what answers behind it changes with each test."""

    application: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application(scope, receive, send)


@dataclass
class House:
    """The simulation, its clock, and settings that reach it."""

    sim: ExchangeSimulation
    settings: ExchangeSettings
    clock: HandClock
    opened: list[ExchangeClient] = field(default_factory=list)

    def server(self, **changes: Any) -> ExchangeClient:
        made = ExchangeClient(replace(self.settings, **changes))
        self.opened.append(made)
        return made

    def close(self) -> None:
        for one in self.opened:
            one.close()

    def book(self, **changes: Any) -> Item:
        """Anna meets the guest at nine for half an hour."""
        about: dict[str, Any] = {
            "mailbox": ANNA,
            "guests": [Guest(address=GUEST, name="Gerd Gast", response="Accept")],
            "start": NOW + timedelta(hours=1),
            "end": NOW + timedelta(hours=1, minutes=30),
            "subject": "Offer",
        }
        return self.sim.store.book(**(about | changes))


def make_house(server: LoopbackServer, at: Socket) -> House:
    clock = HandClock()
    username = f"FIRM\\noshowd{next(USERS)}"
    sim = ExchangeSimulation(username=username, password=PASSWORD, now=clock.now)
    sim.store.mailboxes |= {ANNA, BEN}
    at.application = sim.app
    settings = ExchangeSettings(
        account="local",
        mailboxes=(ANNA, BEN),
        username=username,
        password=PASSWORD,
        endpoint=f"{server.url}{sim.path}",
        auth_type=SignIn.BASIC,
        timeout=10.0,
    )
    return House(sim=sim, settings=settings, clock=clock)
