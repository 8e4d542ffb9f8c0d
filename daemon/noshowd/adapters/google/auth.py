"""Who noshowd is when it talks to Google: one credential for each person acted for and each scope."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any

from google.auth import exceptions, jwt
from google.auth.credentials import Credentials
from google.auth.crypt import RSASigner
from google.oauth2 import credentials as own_sign_in
from google.oauth2 import service_account

from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.settings import GoogleAccount
from noshowd.ports.errors import CredentialsLost

_GOOGLE_ISSUER = "https://oauth2.googleapis.com/token"
# google-auth leaves these without types.
_signer: Callable[[dict[str, Any]], Any] = RSASigner.from_service_account_info
_delegated: Callable[..., Credentials] = service_account.Credentials
_claims: Callable[..., dict[str, Any]] = jwt.decode
_own: Callable[..., Credentials] = own_sign_in.Credentials


class SignIn:
    """One credential with the lock that keeps threads from renewing it side by side (google-auth has none)."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials: Any = credentials  # google-auth leaves its methods without types
        self._renewing = Lock()

    def renew(self, request: Any) -> None:
        """Fetch a new access token if the present one is no longer good. Raises google-auth's errors."""
        with self._renewing:
            if not self.credentials.valid:
                self.credentials.refresh(request)


class SignIns:
    """Makes and keeps the credentials of one account. Raises `CredentialsLost` for a key that is none."""

    def __init__(self, account: GoogleAccount) -> None:
        self._account = account
        self._kept: dict[tuple[str | None, Scope] | None, SignIn] = {}
        self._making = Lock()
        #: Reading a private key takes a tenth of a second: once for all credentials.
        self._signs: Any = None
        self._key = _read(account.key)

    @property
    def delegated(self) -> bool:
        """A service account that acts for the people of its domains."""
        return bool(self._key["type"] == "service_account")

    @property
    def client_id(self) -> str:
        """The number by which an administrator allows scopes."""
        return str(self._key.get("client_id", "?"))

    @property
    def granted(self) -> frozenset[str] | None:
        """The scopes of one person's own sign-in, where it was made by `noshowd auth`."""
        scopes = self._key.get("scopes")
        return frozenset(map(str, scopes)) if isinstance(scopes, list) else None

    @property
    def signed_in_at(self) -> datetime | None:
        """When one person's own sign-in was made, where it was made by `noshowd auth`."""
        try:
            return datetime.fromisoformat(self._key["signed_in_at"])
        except (KeyError, TypeError, ValueError):
            return None

    def can_act_as(self, address: str) -> bool:
        """Whether requests can be made in the name of this person."""
        address = address.lower()
        domain = address.rpartition("@")[2]
        if self.delegated:
            # a secondary calendar has an address and is nobody
            return domain in self._account.domains and not domain.endswith("calendar.google.com")
        return address == self._account.mailbox.lower()

    def subject(self, address: str) -> str:
        """Who acts for a calendar or person: themselves where possible, else the account's own mailbox."""
        return address.lower() if self.can_act_as(address) else self._account.mailbox.lower()

    def own_id(self) -> str | None:
        """The account id behind one person's own sign-in, once used, if it was made with the scope `openid`."""
        found = self._kept.get(None)
        token = found.credentials.id_token if found else None
        try:
            return str(_claims(token, verify=False)["sub"]) if token else None
        except (ValueError, KeyError, exceptions.GoogleAuthError):
            return None

    def get(self, subject: str | None, scope: Scope) -> SignIn:
        """The sign-in as `subject`, or as the service account itself.

        One person's own sign-in is the same for every scope it was given.
        """
        key = (subject, scope) if self.delegated else None
        with self._making:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = SignIn(self._credentials(subject, scope))
            return found

    def _credentials(self, subject: str | None, scope: Scope) -> Credentials:
        key = self._key
        token_uri = self._account.endpoints.token or key.get("token_uri", _GOOGLE_ISSUER)
        try:
            if self.delegated:
                if self._signs is None:
                    self._signs = _signer(key)
                email = key["client_email"]
                return _delegated(self._signs, email, token_uri, scopes=[scope.value], subject=subject)
            wanted = ("refresh_token", "client_id", "client_secret")
            return _own(None, token_uri=token_uri, **{name: key[name] for name in wanted})
        except (KeyError, ValueError, exceptions.GoogleAuthError):
            raise CredentialsLost("key_unusable") from None


def _read(text: str) -> dict[str, Any]:
    try:
        key = json.loads(text)
    except ValueError:
        raise CredentialsLost("key_is_not_json") from None
    if not isinstance(key, dict) or key.get("type") not in ("service_account", "authorized_user"):
        raise CredentialsLost("key_of_unknown_type")
    return key
