"""The sign-in of the simulated tenant: discovery, tokens for an application, and which roles they carry."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.x509 import load_pem_x509_certificate

from noshowd.demo.vendors.microsoft.answers import Answer, Call, Refusal

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True)
class Application:
    """A registered application: what it signs in with and which application roles were consented to."""

    client_id: str
    roles: set[str]
    secret: str | None = None
    #: PEM of the certificate whose key may sign.
    certificate: str | None = None
    #: Mailboxes it may reach; None for all (application RBAC).
    mailboxes: frozenset[str] | None = None


@dataclass(slots=True)
class Entra:
    """One tenant's applications and the tokens they hold. Tokens live until they are ended."""

    tenant: str
    applications: dict[str, Application] = field(default_factory=dict)
    _tokens: dict[str, Application] = field(default_factory=dict)

    def register(self, application: Application) -> None:
        self.applications[application.client_id] = application

    def end_tokens(self, client_id: str) -> None:
        """Every token handed to this application stops working at once."""
        self._tokens = {t: a for t, a in self._tokens.items() if a.client_id != client_id}

    def discovery(self, root: str) -> Answer:
        """The OpenID configuration; `root` is the address of this server."""
        base = f"{root}/{self.tenant}"
        return Answer(
            body={
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
            }
        )

    def token(self, root: str, form: Mapping[str, str]) -> Answer:
        """Answer a token request of the client credentials grant."""
        if form.get("grant_type") != "client_credentials":
            return _denied(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
        application = self.applications.get(form.get("client_id", ""))
        if application is None:
            return _denied(
                400,
                "unauthorized_client",
                700016,
                "The application was not found in the directory.",
            )
        refusal = _proof_refused(application, form, f"{root}/{self.tenant}/oauth2/v2.0/token")
        if refusal is not None:
            return refusal
        if form.get("scope") != f"{root}/.default":
            return _denied(400, "invalid_scope", 1002012, "The scope is not valid for client credentials.")
        token = secrets.token_urlsafe(32)
        self._tokens[token] = application
        return Answer(body={"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def holder(self, call: Call) -> Application:
        """The application whose token came with the call; 401 for none or an ended one."""
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or token not in self._tokens:
            raise Refusal(401, "InvalidAuthenticationToken", "Access token is empty or invalid.")
        return self._tokens[token]


def _proof_refused(application: Application, form: Mapping[str, str], audience: str) -> Answer | None:
    """Why secret or signed assertion is not accepted, or None."""
    if form.get("client_assertion_type") == _ASSERTION:
        return _assertion_refused(application, form.get("client_assertion", ""), audience)
    if application.secret is None:
        return _denied(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
    if form.get("client_secret") != application.secret:
        return _denied(401, "invalid_client", 7000215, "Invalid client secret provided.")
    return None


def _assertion_refused(application: Application, assertion: str, audience: str) -> Answer | None:
    if application.certificate is None:
        return _denied(401, "invalid_client", 700027, "The certificate is not registered.")
    key: Any = load_pem_x509_certificate(application.certificate.encode()).public_key()
    try:
        jwt.decode(
            assertion,
            key,
            algorithms=["PS256", "RS256"],
            audience=audience,
            issuer=application.client_id,
        )
    except jwt.PyJWTError:
        return _denied(401, "invalid_client", 700027, "Client assertion failed signature validation.")
    return None


def _denied(status: int, error: str, number: int, text: str) -> Answer:
    return Answer(
        status=status,
        body={
            "error": error,
            "error_description": f"AADSTS{number}: {text}",
            "error_codes": [number],
        },
    )
