"""A simulated Google on loopback, the real client beside it, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.settings import Endpoints, GoogleAccount
from noshowd.demo.vendors.google.google import SimulatedGoogle

ANNA, BEN, GUEST = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de", "kim@grosskunde.de"


class Wall:
    """The time in a test."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 3, 23, 7, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("no adapter waits")


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def google(wall: Wall) -> Iterator[SimulatedGoogle]:
    """Anna and Ben have accounts; Kim is somebody else's customer."""
    with SimulatedGoogle(wall.now) as simulated:
        simulated.add_person(ANNA, "Anna Muster")
        simulated.add_person(BEN, "Ben Beispiel")
        yield simulated


def account_of(google: SimulatedGoogle) -> GoogleAccount:
    """A service account that may act for everybody of the firm."""
    return GoogleAccount(
        name="work",
        key=google.access.service_account(),
        mailbox=ANNA,
        domains=frozenset({"beispiel-beratung.de"}),
        endpoints=Endpoints.at(google.url),
        timeout=5,
    )


@pytest.fixture
def account(google: SimulatedGoogle) -> GoogleAccount:
    return account_of(google)


@pytest.fixture
def client(account: GoogleAccount) -> Iterator[GoogleClient]:
    made = GoogleClient(account)
    yield made
    made.close()
