"""Who may sign in and with which scopes: service accounts with delegation, refresh tokens, access tokens.

Tokens live in real time, as the client library counts them; they end here only by being withdrawn.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import exceptions, jwt

from noshowd.demo.vendors.google.consent import CLIENT_ID, CLIENT_SECRET, ConsentRefused, Consents
from noshowd.demo.vendors.google.refusals import Refusal

Json = dict[str, Any]
#: google-auth always addresses its assertions to this, wherever it sends them.
_AUDIENCE = "https://oauth2.googleapis.com/token"
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an access token stands for. `user` is an address; a bare service account is its own user."""

    user: str
    scopes: frozenset[str]
    delegated: bool = True


@dataclass(slots=True, kw_only=True)
class _ServiceAccount:
    email: str
    public_key: str
    #: Scopes an administrator allowed for delegation; None allows all.
    allowed: frozenset[str] | None


_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}


class TokenRefusal(Exception):
    """An OAuth error answer."""

    def __init__(self, code: int, error: str, description: str) -> None:
        super().__init__(error)
        self.code = code
        self.body = {"error": error, "error_description": description}


@dataclass(slots=True)
class Access:
    """Issues and checks tokens. `users` are the addresses that exist in the simulated domain."""

    token_uri: str = ""
    users: set[str] = field(default_factory=set)
    #: APIs that were never switched on in the project (`calendar`, `meet`, ...).
    disabled_apis: set[str] = field(default_factory=set)
    _accounts: dict[str, _ServiceAccount] = field(default_factory=dict)
    _refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    _tokens: dict[str, Grant] = field(default_factory=dict)
    _withdrawn: set[str] = field(default_factory=set)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    consents: Consents = field(init=False)

    def __post_init__(self) -> None:
        self.consents = Consents(self._refresh_token)

    def service_account(self, *, allowed: set[str] | None = None) -> str:
        """A new service account's key file as JSON text; `allowed` are its scopes for delegation."""
        private, public = _key_pair()
        email = f"noshowd-{next(self._numbers)}@demo.iam.gserviceaccount.com"
        self._accounts[email] = _ServiceAccount(
            email=email, public_key=public, allowed=None if allowed is None else frozenset(allowed)
        )
        return json.dumps(
            {
                "type": "service_account",
                "project_id": "demo",
                "private_key_id": f"key-{email}",
                "private_key": private,
                "client_email": email,
                "client_id": "100000000000000000001",
                "token_uri": self.token_uri,
            }
        )

    def authorized_user(self, user: str, scopes: set[str]) -> str:
        """What signing in on a desktop leaves behind, as JSON text: a refresh token for `user`."""
        return json.dumps(
            {
                "type": "authorized_user",
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "refresh_token": self._refresh_token(user, frozenset(scopes)),
                "token_uri": self.token_uri,
            }
        )

    def _refresh_token(self, user: str, scopes: frozenset[str]) -> str:
        token = f"1//refresh-{next(self._numbers)}"
        self._refresh_tokens[token] = Grant(user=user, scopes=scopes)
        return token

    def withdraw(self, user: str) -> None:
        """From now on nothing works as this user, as if they had revoked it."""
        self._withdrawn.add(user)
        self._tokens = {t: g for t, g in self._tokens.items() if g.user != user}

    def restore(self, user: str) -> None:
        self._withdrawn.discard(user)

    def expire_access_tokens(self) -> None:
        """Access tokens in use are refused once; the refresh works."""
        self._tokens.clear()

    def token(self, form: dict[str, str]) -> Json:
        """The token endpoint's answer. Raises `TokenRefusal`."""
        lasting: Json = {}
        match form.get("grant_type"):
            case "authorization_code":
                grant, lasting = self._by_code(form)
            case "refresh_token":
                grant = self._by_refresh_token(form)
            case kind if kind == _JWT_GRANT:
                grant = self._by_assertion(form.get("assertion", ""))
            case _:
                raise TokenRefusal(400, "unsupported_grant_type", "Invalid grant_type")
        token = f"ya29.{next(self._numbers)}"
        self._tokens[token] = grant
        openid = {"id_token": _id_token(grant.user)} if "openid" in grant.scopes else {}
        return {
            **openid,
            **lasting,
            "access_token": token,
            "expires_in": 3599,
            "token_type": "Bearer",
            "scope": " ".join(sorted(grant.scopes)),
        }

    def check(self, authorization: str | None) -> Grant:
        """The grant behind an Authorization header. Raises a 401."""
        scheme, _, token = (authorization or "").partition(" ")
        grant = self._tokens.get(token)
        if scheme != "Bearer" or grant is None:
            raise Refusal(401, "authError", "Invalid Credentials", headers=_CHALLENGE)
        return grant

    def _by_code(self, form: dict[str, str]) -> tuple[Grant, Json]:
        try:
            user, scopes, lasting = self.consents.redeem(form)
        except ConsentRefused as refused:
            raise TokenRefusal(400, str(refused), "Bad Request") from None
        return Grant(user=user, scopes=scopes), {"refresh_token": lasting} if lasting else {}

    def _by_refresh_token(self, form: dict[str, str]) -> Grant:
        if not form.get("client_id") or not form.get("client_secret"):
            raise TokenRefusal(401, "invalid_client", "The OAuth client was not found.")
        grant = self._refresh_tokens.get(form.get("refresh_token", ""))
        if grant is None or grant.user in self._withdrawn:
            raise TokenRefusal(400, "invalid_grant", "Token has been expired or revoked.")
        return grant

    def _by_assertion(self, assertion: str) -> Grant:
        try:
            account = self._accounts[_claims(assertion, verify=False)["iss"]]
            claims = _claims(assertion, certs=account.public_key, audience=_AUDIENCE)
        except (ValueError, KeyError, exceptions.GoogleAuthError):
            raise TokenRefusal(400, "invalid_grant", "Invalid JWT Signature.") from None
        if claims["exp"] - claims["iat"] > 3600:
            raise TokenRefusal(400, "invalid_grant", "Invalid JWT: Token must be a short-lived token.")
        return self._delegated(account, frozenset(claims["scope"].split()), claims.get("sub"))

    def _delegated(self, account: _ServiceAccount, scopes: frozenset[str], subject: str | None) -> Grant:
        if subject is None:
            return Grant(user=account.email, scopes=scopes, delegated=False)
        allowed = account.allowed is None or scopes <= account.allowed
        if not allowed or subject in self._withdrawn:
            raise TokenRefusal(
                401,
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method,"
                " or client not authorized for any of the scopes requested.",
            )
        if subject not in self.users:
            raise TokenRefusal(400, "invalid_grant", "Invalid email or User ID")
        return Grant(user=subject, scopes=scopes)


def _claims(assertion: str, **checks: Any) -> Json:
    decode: Callable[..., Json] = jwt.decode
    return decode(assertion, **checks)


def account_id(address: str) -> str:
    """The number every API calls this account by."""
    return str(10**20 + int(hashlib.sha256(address.encode()).hexdigest()[:15], 16))


def _id_token(user: str) -> str:
    """Says who signed in; nobody here checks its signature."""
    parts: tuple[Json, Json] = ({"alg": "RS256"}, {"sub": account_id(user), "email": user})
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode() for p in (*parts, {}))


@cache
def _key_pair() -> tuple[str, str]:
    """Private and public half as PEM text; one pair for all, since making one takes long."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
