"""Signing in with a token: of an AD FS of the house, or of Entra for a server of one's own (hybrid modern sign-in)."""

from __future__ import annotations

import os
from typing import Any

from exchangelib import Credentials, OAuth2Credentials, OAuth2LegacyCredentials
from exchangelib.credentials import BaseCredentials, BaseOAuth2Credentials
from exchangelib.protocol import BaseProtocol
from oauthlib.oauth2 import OAuth2Error
from oauthlib.oauth2.rfc6749.errors import MissingTokenError, ServerError, TemporarilyUnavailableError
from requests_oauthlib import OAuth2Session

from noshowd.adapters.exchange.settings import ExchangeSettings, SignIn
from noshowd.ports.errors import CredentialsLost, Temporary, VendorError

# AD FS writes the scope that it grants in other words than it was asked in; oauthlib takes that for an error.
os.environ.setdefault("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")

#: The identity provider is in trouble, or something between us and it answered in its place.
_PASSING = (MissingTokenError, ServerError, TemporarilyUnavailableError)


class _OfTheHouse(BaseOAuth2Credentials):  # type: ignore[misc]  # exchangelib has no types
    """Where tokens come from and for what; exchangelib knows Exchange Online only."""

    access_token: Any

    def __init__(self, settings: ExchangeSettings, **rest: Any) -> None:
        super().__init__(client_id=settings.client_id, client_secret=settings.client_secret, **rest)
        self.place = settings.token_url
        self.wanted = settings.scope

    @property
    def token_url(self) -> str | None:
        return self.place

    @property
    def scope(self) -> list[str]:
        return self.wanted.split()

    def session_params(self) -> dict[str, Any]:
        """A token for every session, asked for once and with a connection of its own, which is closed in any case.

        A session never refreshes it: a new one is asked for with what the first one was.
        """
        if self.access_token is None:
            with OAuth2Session(client=self.client) as asking:
                asking.mount(str(self.token_url), BaseProtocol.get_adapter())
                secret = {"client_id": self.client_id, "client_secret": self.client_secret}
                self.access_token = asking.fetch_token(
                    self.token_url, scope=self.scope, **secret, **self.token_params()
                )
        return {"token": self.access_token}

    def refresh(self, session: Any) -> None:  # noqa: ARG002 - the signature is exchangelib's
        """A token has run out: the session that is made next fetches another one."""
        self.access_token = None


class OfAnApplication(_OfTheHouse, OAuth2Credentials):  # type: ignore[misc]  # exchangelib has no types
    """Client credentials: the application signs in itself."""


class OfAnAccount(_OfTheHouse, OAuth2LegacyCredentials):  # type: ignore[misc]  # exchangelib has no types
    """Name and password of the account, handed to the identity provider in place of the server."""


def credentials_of(settings: ExchangeSettings) -> BaseCredentials:
    """As exchangelib wants them."""
    if settings.auth_type is not SignIn.OAUTH:
        return Credentials(settings.username, settings.password)
    if settings.username:
        return OfAnAccount(settings, username=settings.username, password=settings.password)
    return OfAnApplication(settings)


def word_for_refusal(error: OAuth2Error) -> VendorError:
    """The word for what the identity provider answered; its description may name people and is left out."""
    if isinstance(error, _PASSING):
        return Temporary("the identity provider gives no token at the moment")
    return CredentialsLost(f"the identity provider refuses the sign-in ({error.error})")
