"""Sign-ins of single people by device code, and what becomes of their refresh tokens."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

from noshowd.demo.vendors.microsoft.answers import Answer
from noshowd.demo.vendors.microsoft.people import object_id

GRANTS = frozenset({"urn:ietf:params:oauth:grant-type:device_code", "device_code", "refresh_token"})
_KEY = "the key of simulated id tokens, which no client of ours checks"
_OPEN_ID = frozenset({"openid", "profile", "offline_access", "email"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A person who signed in, and what they agreed to."""

    address: str
    scopes: frozenset[str]
    unticked: frozenset[str] = frozenset()


@dataclass(slots=True)
class Devices:
    """Codes that were handed out. Whoever is `waiting` signs in as soon as a code is shown, or not at all."""

    #: Address of the person who types the code at once; None lets it expire.
    waiting: str | None = None
    #: Scopes that are not given although they were asked for.
    unticked: frozenset[str] = frozenset()
    #: Entra's number with which a policy of the tenant refuses; None lets everybody in.
    refused_with: int | None = None
    _codes: dict[str, Agreed] = field(default_factory=dict)
    _refresh: dict[str, Agreed] = field(default_factory=dict)

    def start(self, root: str, form: Mapping[str, str], *, public: bool) -> Answer:
        """Answer a device authorisation request (RFC 8628)."""
        if not public:
            return denied(401, "invalid_client", 7000218, "The request body must contain client_secret.")
        code = secrets.token_urlsafe(16)
        asked = frozenset(scope.rpartition("/")[2] for scope in form.get("scope", "").split())
        if self.waiting:
            self._codes[code] = Agreed(address=self.waiting, scopes=asked - _OPEN_ID, unticked=self.unticked)
        page = f"{root}/device"
        told = f"To sign in, use a web browser to open the page {page} and enter the code H7K2 to authenticate."
        return Answer(
            body={
                "user_code": "H7K2",
                "device_code": code,
                "verification_uri": page,
                "expires_in": 900,
                "interval": 0,
                "message": told,
            }
        )

    def redeemed(self, form: Mapping[str, str]) -> Agreed | Answer:
        """Who stands behind a device code or refresh token, or the refusal."""
        if self.refused_with is not None:
            return denied(400, "invalid_grant", self.refused_with, "Access has been blocked by policies.")
        if form.get("grant_type") == "refresh_token":
            found = self._refresh.get(form.get("refresh_token", ""))
            return found or denied(400, "invalid_grant", 70008, "The refresh token has expired due to inactivity.")
        agreed = self._codes.pop(form.get("device_code", ""), None)
        return agreed or denied(400, "expired_token", 70020, "The code has expired.")

    def tokens(self, agreed: Agreed, client_id: str, tenant: str, issuer: str) -> dict[str, Any]:
        """What comes beside the access token: a refresh token and who signed in."""
        refresh = secrets.token_urlsafe(24)
        self._refresh[refresh] = agreed
        who = object_id(agreed.address)
        claims = {
            "aud": client_id,
            "iss": issuer,
            "sub": who,
            "oid": who,
            "tid": tenant,
            "preferred_username": agreed.address,
            "iat": 0,
            "exp": 4_102_444_800,
        }
        info = base64.urlsafe_b64encode(json.dumps({"uid": who, "utid": tenant}).encode()).decode().rstrip("=")
        return {
            "refresh_token": refresh,
            "id_token": jwt.encode(claims, _KEY, algorithm="HS256"),
            "client_info": info,
        }

    def forget(self) -> None:
        """Every refresh token ends, as after a changed password."""
        self._refresh.clear()


def denied(status: int, error: str, number: int, text: str) -> Answer:
    """A refusal as Entra writes one."""
    return Answer(
        status=status,
        body={"error": error, "error_description": f"AADSTS{number}: {text}", "error_codes": [number]},
    )
