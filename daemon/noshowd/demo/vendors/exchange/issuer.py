"""An identity provider of a house (AD FS, `/adfs/oauth2/token`): tokens for an Exchange Server, nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "/adfs/oauth2/token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What an administrator registered: an application, its secret if it has one, and the accounts that may sign in."""

    client_id: str
    scope: str
    secret: str | None = None
    #: Password by user name.
    accounts: tuple[tuple[str, str], ...] = ()


class Issuer:
    """Gives tokens that live for `life`."""

    def __init__(self, registered: Registration, now: Callable[[], datetime]) -> None:
        self.registered = registered
        self.now = now
        self.life = timedelta(hours=1)
        #: Until when each token is taken.
        self.living: dict[str, datetime] = {}
        #: The form of each request, without secrets.
        self.asked: list[dict[str, str]] = []
        #: An answer in place of a token: status and body.
        self.standing: tuple[int, str] | None = None
        self.app = Starlette(routes=[Route(PATH, self._token, methods=["POST"])])

    def takes(self, authorization: str | None) -> bool:
        """Whether a request carries a token that counts."""
        kind, _, token = (authorization or "").partition(" ")
        return kind == "Bearer" and self.living.get(token, self.now()) > self.now()

    async def _token(self, request: Request) -> Response:
        if self.standing is not None:
            return Response(self.standing[1], self.standing[0], media_type="text/html")
        form = dict(parse_qsl((await request.body()).decode()))
        self.asked.append({name: form[name] for name in sorted(form.keys() - {"client_secret", "password"})})
        refusal = self._refusal(form)
        if refusal is not None:
            return JSONResponse({"error": refusal, "error_description": "MSIS9659: Invalid for user."}, 400)
        token = secrets.token_urlsafe(24)
        self.living[token] = self.now() + self.life
        told = {"access_token": token, "token_type": "bearer", "expires_in": int(self.life.total_seconds())}
        # granted in the words of the server, not in those of the request
        return JSONResponse(told | {"scope": "user_impersonation openid"})

    def _refusal(self, form: dict[str, str]) -> str | None:
        known = self.registered
        if form.get("client_id") != known.client_id or form.get("client_secret") != known.secret:
            return "invalid_client"
        if form.get("scope") != known.scope:
            return "invalid_scope"
        if form.get("grant_type") == "password":
            given = (form.get("username", ""), form.get("password", ""))
            return None if given in known.accounts else "invalid_grant"
        return None if form.get("grant_type") == "client_credentials" and known.secret else "unauthorized_client"
