"""The page on which a person grants scopes to an installed app, without the page: codes, and what they are worth."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET = "demo.apps.googleusercontent.com", "demo-secret"


class ConsentRefused(Exception):
    """What Google's page or token endpoint would refuse. The message is the OAuth error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    user: str
    scopes: frozenset[str]
    redirect: str
    challenge: str
    #: A refresh token is given for `access_type=offline`, and for certain only with `prompt=consent`.
    lasting: bool


@dataclass(slots=True)
class Consents:
    """Grants made in a browser. `issue` makes a refresh token for a user and scopes."""

    issue: Callable[[str, frozenset[str]], str]
    _codes: dict[str, _Code] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @staticmethod
    def client_file(token_uri: str) -> str:
        """The file of an OAuth client of type Desktop app, as the console hands it out."""
        return json.dumps(
            {
                "installed": {
                    "client_id": CLIENT_ID,
                    "client_secret": CLIENT_SECRET,
                    "project_id": "demo",
                    "auth_uri": "https://accounts.google.com/o/oauth2/auth",
                    "token_uri": token_uri,
                    "redirect_uris": ["http://localhost"],
                }
            }
        )

    def agree(self, address: str, user: str, *, untick: frozenset[str] = frozenset()) -> str:
        """Where the browser ends after `user` has agreed at `address`, to all but the scopes in `untick`."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code":
            raise ConsentRefused("invalid_client")
        if urlsplit(redirect).scheme != "http" or urlsplit(redirect).hostname not in ("127.0.0.1", "localhost"):
            raise ConsentRefused("redirect_uri_mismatch")
        if query.get("code_challenge_method") != "S256":
            raise ConsentRefused("invalid_request")
        code = f"4/code-{next(self._numbers)}"
        scopes = frozenset(query["scope"].split()) - untick
        lasting = query.get("access_type") == "offline" and query.get("prompt") == "consent"
        self._codes[code] = _Code(
            user=user, scopes=scopes, redirect=redirect, challenge=query["code_challenge"], lasting=lasting
        )
        answer = {"state": query["state"], "code": code, "scope": " ".join(sorted(scopes))}
        return f"{redirect}?{urlencode(answer)}"

    def redeem(self, form: dict[str, str]) -> tuple[str, frozenset[str], str | None]:
        """User, scopes and refresh token for a code, which is good once. Raises `ConsentRefused`."""
        code = self._codes.pop(form.get("code", ""), None)
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            raise ConsentRefused("invalid_client")
        if code is None or form.get("redirect_uri") != code.redirect:
            raise ConsentRefused("invalid_grant")
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(proof).decode().rstrip("=") != code.challenge:
            raise ConsentRefused("invalid_grant")
        return code.user, code.scopes, self.issue(code.user, code.scopes) if code.lasting else None
