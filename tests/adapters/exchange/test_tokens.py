"""Signing in with tokens of the house's own identity provider, with exchangelib's real OAuth over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from adapters.exchange.house import ANNA, BEN, HandClock, House
from noshowd.adapters.exchange.calendar import ExchangeCalendar
from noshowd.adapters.exchange.check import check
from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.settings import SignIn
from noshowd.demo.vendors.exchange.issuer import PATH, Issuer, Registration
from noshowd.demo.vendors.microsoft.certificates import Certificates, certificates
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Page
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

SCOPE = "https://mail.firm.example/user_impersonation openid"
SECRET, PASSWORD = "application-secret", "s3cret"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@dataclass
class World:
    """An Exchange Server that takes tokens only, and whoever gives them."""

    house: House
    issuer: Issuer
    urls: tuple[str, str]
    files: Certificates

    def server(self, **changes: Any) -> ExchangeClient:
        server, issuer = self.urls
        about = {
            "endpoint": f"{server}{self.house.sim.path}",
            "auth_type": SignIn.OAUTH,
            "token_url": f"{issuer}{PATH}",
            "client_id": "noshowd",
            "scope": SCOPE,
            "ca_file": self.files.ca_file,
        }
        return self.house.server(**(about | changes))

    def of_the_application(self, **changes: Any) -> ExchangeClient:
        self.issuer.registered = Registration(client_id="noshowd", scope=SCOPE, secret=SECRET)
        return self.server(**{"username": "", "password": "", "client_secret": SECRET, **changes})


@pytest.fixture
def world(house: House, files: Certificates) -> Iterator[World]:
    account = (house.settings.username, PASSWORD)
    issuer = Issuer(Registration(client_id="noshowd", scope=SCOPE, accounts=(account,)), house.clock.now)
    house.sim.issuer = issuer
    tls = {"certificate": str(files.certificate), "private_key": str(files.private_key)}
    with LoopbackServer(house.sim.app, **tls) as server, LoopbackServer(issuer.app, **tls) as tokens:
        yield World(house, issuer, (server.url, tokens.url), files)
        house.close()
        house.opened.clear()


async def titles(server: ExchangeClient, clock: HandClock, mailbox: str = ANNA) -> list[str]:
    day = Span(start=clock.now(), end=clock.now() + timedelta(days=1))
    found = [one async for one in ExchangeCalendar(server).changes(mailbox, cursor=None, window=day)]
    return [entry.title for page in found if isinstance(page, Page) for entry in page.entries]


async def test_an_account_signs_in_with_a_token_and_its_password_never_reaches_the_server(world: World) -> None:
    world.house.book()
    server = world.server()
    assert await titles(server, world.house.clock) == ["Offer"]
    assert await titles(server, world.house.clock, BEN) == []
    assert {(one["grant_type"], one["scope"]) for one in world.issuer.asked} == {("password", SCOPE)}


async def test_an_application_signs_in_by_itself(world: World) -> None:
    world.house.book()
    assert await titles(world.of_the_application(), world.house.clock) == ["Offer"]
    assert {one["grant_type"] for one in world.issuer.asked} == {"client_credentials"}


@pytest.mark.parametrize("kind", ["server", "of_the_application"])
async def test_a_token_that_the_server_no_longer_takes_is_fetched_anew(world: World, kind: str) -> None:
    world.house.book()
    server = getattr(world, kind)()
    await titles(server, world.house.clock)
    world.issuer.living.clear()
    before = len(world.issuer.asked)
    assert await titles(server, world.house.clock) == ["Offer"]
    assert len(world.issuer.asked) > before


async def test_a_token_that_has_run_out_is_fetched_anew_with_what_the_first_one_was(world: World) -> None:
    world.house.book()
    world.issuer.life = timedelta(0)
    server = world.server()
    world.issuer.life = timedelta(hours=1)
    assert await titles(server, world.house.clock) == ["Offer"]
    assert {one["grant_type"] for one in world.issuer.asked} == {"password"}


async def test_new_tokens_that_are_not_taken_either_are_a_lost_sign_in(world: World) -> None:
    world.house.sim.issuer = Issuer(world.issuer.registered, world.house.clock.now)
    with pytest.raises(CredentialsLost):
        await titles(world.server(), world.house.clock)
    assert len(world.issuer.asked) <= 4


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"client_id": "other"}, {"scope": "openid"}])
async def test_a_refusal_is_a_lost_sign_in_and_names_nobody(world: World, wrong: dict[str, str]) -> None:
    with pytest.raises(CredentialsLost, match="invalid_") as caught:
        await titles(world.server(**wrong), world.house.clock)
    assert "MSIS" not in caught.value.reason


@pytest.mark.parametrize("answer", [(503, "<html>Service Unavailable</html>"), (200, "<html>Please sign in.</html>")])
async def test_an_identity_provider_in_trouble_is_temporary(world: World, answer: tuple[int, str]) -> None:
    world.issuer.standing = answer
    with pytest.raises(Temporary):
        await titles(world.server(), world.house.clock)


async def test_an_identity_provider_that_is_not_there_is_temporary(world: World) -> None:
    with pytest.raises(Temporary):
        await titles(world.server(token_url=f"https://127.0.0.1:9{PATH}"), world.house.clock)


async def test_the_certificate_of_the_identity_provider_is_checked(world: World) -> None:
    with pytest.raises(Permanent, match="certificate"):
        await titles(world.server(ca_file=None), world.house.clock)


async def test_doctor_says_where_to_look(world: World) -> None:
    found = await check(world.server(password="wrong"), now=world.house.clock.now())
    assert any("client_id, scope" in one.do for one in found)
