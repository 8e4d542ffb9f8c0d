"""How an account of an Exchange Server may sign in, and what is refused before anything is tried."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from noshowd.config.accounts import ExchangeAccount

SERVER = {"endpoint": "https://mail.firm.example/EWS/Exchange.asmx", "mailboxes": ["anna@firm.example"]}
ACCOUNT = {"username": "FIRM\\noshowd", "password": {"credential": "p"}}
TOKENS = {
    "auth_type": "oauth",
    "token_url": "https://adfs.firm.example/adfs/oauth2/token",
    "client_id": "noshowd",
    "scope": "https://mail.firm.example/user_impersonation",
}
APPLICATION = {"client_secret": {"credential": "s"}}


def read(**given: Any) -> ExchangeAccount:
    return TypeAdapter(ExchangeAccount).validate_python({"kind": "exchange", **SERVER, **given})


@pytest.mark.parametrize(
    "given",
    [ACCOUNT, ACCOUNT | {"auth_type": "basic"}, TOKENS | ACCOUNT, TOKENS | APPLICATION, TOKENS | ACCOUNT | APPLICATION],
)
def test_each_way_to_sign_in(given: dict[str, Any]) -> None:
    assert read(**given).auth_type == given.get("auth_type")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "username and password"),
        ({"username": "x"}, "username and password"),
        (ACCOUNT | {"scope": "x"}, 'auth_type = "oauth" only'),
        (ACCOUNT | APPLICATION, 'auth_type = "oauth" only'),
        (TOKENS, "or client_secret"),
        ({"auth_type": "oauth", **ACCOUNT}, "token_url, client_id, scope and endpoint"),
        (TOKENS | ACCOUNT | {"endpoint": None, "autodiscover": True}, "token_url, client_id, scope and endpoint"),
        (TOKENS | ACCOUNT | {"token_url": "http://adfs.firm.example/adfs/oauth2/token"}, "https"),
    ],
)
def test_half_a_way_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        read(**given)
