"""The sign-in of the simulated tenant: discovery, tokens for an application, and which roles they carry."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.x509 import load_pem_x509_certificate

from noshowd.demo.vendors.microsoft.answers import Answer, Call, Refusal
from noshowd.demo.vendors.microsoft.devices import GRANTS, Devices, denied
from noshowd.demo.vendors.microsoft.sealing import Sender

_KEY = "the key of a simulated tenant, known to nobody else"
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
    #: Of the roles those given by Exchange RBAC, of which a token tells nothing.
    scoped: frozenset[str] = frozenset()
    #: Consented to just now: told by the token and refused all the same.
    not_yet: frozenset[str] = frozenset()
    #: Whether the registration allows public client flows.
    public: bool = True

    @property
    def consented(self) -> set[str]:
        """What the token names: consent in Entra."""
        return self.roles - self.scoped


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who a token speaks for, and what it may."""

    application: Application
    #: Delegated permissions; an application's are read anew with each call.
    scopes: frozenset[str] = frozenset()
    #: Address of the person who signed in; None for the application itself.
    person: str | None = None


@dataclass(slots=True)
class Entra:
    """One tenant's applications and the tokens they hold. Tokens live until they are ended."""

    tenant: str
    applications: dict[str, Application] = field(default_factory=dict)
    #: Sign-ins of single people, by device code.
    devices: Devices = field(default_factory=Devices)
    _tokens: dict[str, Holder] = field(default_factory=dict)
    sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.sender = Sender(self.tenant)

    def register(self, application: Application) -> None:
        self.applications[application.client_id] = application

    def end_tokens(self, client_id: str) -> None:
        """Every token handed to this application stops working at once."""
        self._tokens = {t: h for t, h in self._tokens.items() if h.application.client_id != client_id}

    def holders(self) -> list[Holder]:
        """Who holds a token now."""
        return list(self._tokens.values())

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

    def keys(self) -> Answer:
        """The keys that tokens are signed with."""
        return Answer(body=self.sender.keys())

    def token(self, root: str, form: Mapping[str, str]) -> Answer:
        """Answer a token request: of an application, or of one person by device code or refresh token."""
        application = self.applications.get(form.get("client_id", ""))
        if application is None:
            return denied(400, "unauthorized_client", 700016, "The application was not found in the directory.")
        if form.get("grant_type") in GRANTS:
            return self._of_person(root, application, form)
        if form.get("grant_type") != "client_credentials":
            return denied(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
        refusal = _proof_refused(application, form, f"{root}/{self.tenant}/oauth2/v2.0/token")
        if refusal is not None:
            return refusal
        if form.get("scope") != f"{root}/.default":
            return denied(400, "invalid_scope", 1002012, "The scope is not valid for client credentials.")
        token = self._made(Holder(application=application), {"roles": sorted(application.consented)})
        return Answer(body={"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _of_person(self, root: str, application: Application, form: Mapping[str, str]) -> Answer:
        agreed = self.devices.redeemed(form)
        if isinstance(agreed, Answer):
            return agreed
        asked = {scope.rpartition("/")[2] for scope in form.get("scope", "").split() if scope.startswith(f"{root}/")}
        names = sorted((asked or agreed.scopes) - agreed.unticked)
        holder = Holder(application=application, scopes=frozenset(names), person=agreed.address)
        token = self._made(holder, {"scp": " ".join(names)})
        told = self.devices.tokens(agreed, application.client_id, self.tenant, f"{root}/{self.tenant}/v2.0")
        scope = " ".join(f"{root}/{name}" for name in names)
        return Answer(body={"token_type": "Bearer", "expires_in": 3599, "access_token": token, "scope": scope} | told)

    def _made(self, holder: Holder, claims: dict[str, Any]) -> str:
        """A token as Microsoft makes them: a JWT that names what was granted."""
        token = jwt.encode(claims | {"jti": secrets.token_urlsafe(16)}, _KEY, algorithm="HS256")
        self._tokens[token] = holder
        return token

    def holder(self, call: Call) -> Holder:
        """Whose token came with the call; 401 for none or an ended one."""
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or token not in self._tokens:
            raise Refusal(401, "InvalidAuthenticationToken", "Access token is empty or invalid.")
        return self._tokens[token]


def _proof_refused(application: Application, form: Mapping[str, str], audience: str) -> Answer | None:
    """Why secret or signed assertion is not accepted, or None."""
    if form.get("client_assertion_type") == _ASSERTION:
        return _assertion_refused(application, form.get("client_assertion", ""), audience)
    if application.secret is None:
        return denied(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
    if form.get("client_secret") != application.secret:
        return denied(401, "invalid_client", 7000215, "Invalid client secret provided.")
    return None


def _assertion_refused(application: Application, assertion: str, audience: str) -> Answer | None:
    if application.certificate is None:
        return denied(401, "invalid_client", 700027, "The certificate is not registered.")
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
        return denied(401, "invalid_client", 700027, "Client assertion failed signature validation.")
    return None
