"""Signing in: each person acted for, the narrowest scope, and what is said when it no longer works."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from noshowd.adapters.google.calendar import GoogleCalendar
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.free_busy import GoogleFreeBusy
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.settings import Endpoints, GoogleAccount
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.spans import Span
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

ANNA, BEN = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de"
WEEK = Span(start=datetime(2026, 3, 23, tzinfo=UTC), end=datetime(2026, 3, 30, tzinfo=UTC))


async def read(client: GoogleClient, calendar: str = ANNA) -> None:
    async for _ in GoogleCalendar(client).changes(calendar, cursor=None, window=WEEK):
        pass


@pytest.fixture
def own(google: SimulatedGoogle, account: GoogleAccount) -> GoogleAccount:
    """Anna's own sign-in, as it lies in the state directory."""
    return replace(account, key=google.access.authorized_user(ANNA, {Scope.READ_EVENTS}), domains=frozenset())


async def test_one_token_serves_until_it_ends(google: SimulatedGoogle, client: GoogleClient):
    for _ in range(3):
        await read(client)
    assert google.token_requests == 1


async def test_threads_do_not_renew_side_by_side(google: SimulatedGoogle, client: GoogleClient):
    await asyncio.gather(*(read(client) for _ in range(4)))
    assert google.token_requests == 1


async def test_a_token_that_ended_early_is_renewed_once(google: SimulatedGoogle, client: GoogleClient):
    await read(client)
    google.access.expire_access_tokens()
    await read(client)
    assert google.token_requests == 2


async def test_each_person_is_acted_for_under_the_narrowest_scope(google: SimulatedGoogle, account: GoogleAccount):
    """A scope the administrator did not allow costs only what needs it."""
    client = GoogleClient(replace(account, key=google.access.service_account(allowed={Scope.READ_EVENTS})))
    await read(client)
    await read(client, BEN)
    with pytest.raises(CredentialsLost, match="unauthorized_client"):
        await GoogleFreeBusy(client).busy((ANNA,), WEEK)
    assert google.token_requests == 3
    client.close()


async def test_a_mailbox_that_does_not_exist_is_not_the_end_of_the_account(client: GoogleClient):
    with pytest.raises(Permanent, match="mailbox_unknown"):
        await read(client, "left@beispiel-beratung.de")
    await read(client)


async def test_a_withdrawn_right_is_told_as_lost_and_comes_back(google: SimulatedGoogle, client: GoogleClient):
    await read(client)
    google.withdraw_token(ANNA)
    with pytest.raises(CredentialsLost, match="unauthorized_client"):
        await read(client)
    google.restore_token(ANNA)
    await read(client)


async def test_ones_own_sign_in_reads_and_is_renewed(google: SimulatedGoogle, own: GoogleAccount):
    client = GoogleClient(own)
    await read(client)
    assert {a.user for a in google.asked} == {ANNA}
    assert all("quotaUser" not in a.query for a in google.asked)
    client.close()


async def test_a_refresh_token_that_died_is_told_as_lost(google: SimulatedGoogle, own: GoogleAccount):
    client = GoogleClient(own)
    google.withdraw_token(ANNA)
    with pytest.raises(CredentialsLost, match="invalid_grant"):
        await read(client)
    client.close()


async def test_a_scope_that_was_never_granted_is_named(google: SimulatedGoogle, own: GoogleAccount):
    client = GoogleClient(own)
    with pytest.raises(Permanent, match="insufficientPermissions"):
        await GoogleFreeBusy(client).busy((ANNA,), WEEK)
    client.close()


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "key_is_not_json"),
        ("-----BEGIN PRIVATE KEY-----", "key_is_not_json"),
        ("[]", "key_of_unknown_type"),
        ('{"type": "external_account"}', "key_of_unknown_type"),
        ('{"installed": {"client_id": "x"}}', "key_of_unknown_type"),
    ],
)
def test_a_key_that_is_none_is_refused_without_showing_it(account: GoogleAccount, key: str, reason: str):
    with pytest.raises(CredentialsLost, match=reason):
        GoogleClient(replace(account, key=key))


@pytest.mark.parametrize(
    "key", [{"type": "service_account", "client_email": "x@y.z"}, {"type": "authorized_user", "client_id": "x"}]
)
async def test_a_key_with_something_missing_is_told_as_lost(account: GoogleAccount, key: dict):
    client = GoogleClient(replace(account, key=json.dumps(key)))
    with pytest.raises(CredentialsLost, match="key_unusable"):
        await read(client)
    client.close()


def test_the_key_is_not_shown(account: GoogleAccount):
    assert "PRIVATE KEY" not in repr(account)


async def test_nobody_at_the_token_endpoint_is_temporary(google: SimulatedGoogle, account: GoogleAccount):
    google.unplug()
    client = GoogleClient(account)
    with pytest.raises(Temporary) as caught:
        await read(client)
    assert not caught.value.uncertain
    client.close()


@pytest.mark.parametrize(
    ("address", "possible"),
    [
        (ANNA, True),
        ("Anna@Beispiel-Beratung.DE", True),
        ("kim@grosskunde.de", False),
        ("c_1@group.calendar.google.com", False),
    ],
)
def test_a_service_account_acts_for_the_people_of_its_domains(account: GoogleAccount, address: str, possible: bool):
    wide = replace(account, domains=account.domains | {"group.calendar.google.com"})
    client = GoogleClient(wide)
    assert client.sign_ins.can_act_as(address) is possible
    client.close()


def test_every_endpoint_can_be_put_elsewhere():
    assert Endpoints.at("http://gateway.example/") == Endpoints(
        calendar="http://gateway.example/calendar/v3/",
        meet="http://gateway.example/",
        tasks="http://gateway.example/",
        gmail="http://gateway.example/",
        directory="http://gateway.example/",
        people="http://gateway.example/",
        events="http://gateway.example/",
        pubsub="http://gateway.example/",
        token="http://gateway.example/token",
    )
