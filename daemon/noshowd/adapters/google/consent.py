"""One person's own sign-in: the address to open, and the key that comes out of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import OAuth2Error
from requests.exceptions import ConnectionError as Unconnected
from requests.exceptions import RequestException, SSLError

from noshowd.adapters.google.scopes import Scope

#: Says who signed in, without a right to anything: it tells a person's own number in Meet.
_OPENID = "openid"
_HOST = "127.0.0.1"
_DONE = "noshowd: signed in. You can close this page."


class ConsentFailed(Exception):
    """The sign-in did not come about. The message says why, without a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a sign-in left: the key as the adapter reads it, and the scopes that the person ticked."""

    key: str = field(repr=False)
    scopes: frozenset[str]


class Consent:
    """Asks one person for scopes. `client` is the JSON of a client of type Desktop app. Raises `ConsentFailed`."""

    def __init__(self, client: str, scopes: frozenset[Scope], *, ca_file: str | None, proxy: str | None) -> None:
        # a person may untick single scopes, which oauthlib else takes for an attack
        os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"  # noqa: S105 - a switch, no password
        try:
            self._flow: Any = InstalledAppFlow.from_client_config(json.loads(client), sorted({*scopes, _OPENID}))
        except (ValueError, TypeError, AttributeError):
            raise ConsentFailed("this is not the file of an OAuth client of type Desktop app") from None
        if ca_file is not None:
            # given with the request: a setting of the session yields to REQUESTS_CA_BUNDLE
            self._flow.fetch_token = partial(self._flow.fetch_token, verify=ca_file)
        if proxy is not None:
            self._flow.oauth2session.proxies = {"https": proxy, "http": proxy}

    def by_browser(self, port: int, *, open_browser: bool, patience: int, say: str, now: datetime) -> Granted:
        """Wait on loopback for the browser to come back; `say` is printed with the address in place of {url}."""
        return self._finish(
            lambda: self._flow.run_local_server(
                host=_HOST,
                port=port,
                open_browser=open_browser,
                authorization_prompt_message=say,
                success_message=_DONE,
                timeout_seconds=patience,
                prompt="consent",
            ),
            now,
        )

    def address(self, port: int) -> str:
        """The address to open where no server waits; the page it ends on cannot be shown, but its address counts."""
        self._flow.redirect_uri = f"http://{_HOST}:{port}/"
        url, _ = self._flow.authorization_url(prompt="consent")
        return str(url)

    def by_paste(self, pasted: str, *, now: datetime) -> Granted:
        """Finish with the address on which the browser ended."""
        # oauthlib takes no http, though the address never leaves this machine
        secure = pasted.strip().replace("http://", "https://", 1)
        return self._finish(lambda: self._flow.fetch_token(authorization_response=secure), now)

    def _finish(self, fetch: Callable[[], Any], now: datetime) -> Granted:
        try:
            fetch()
            made = self._flow.credentials
        except WSGITimeoutError:
            raise ConsentFailed("nobody signed in within the time") from None
        except OAuth2Error as error:
            raise ConsentFailed(f"Google said {error.error}") from None
        except SSLError as error:
            raise ConsentFailed(f"the certificate was not accepted: {error}") from None
        except (Unconnected, RequestException, OSError) as error:
            raise ConsentFailed(f"no connection: {type(error).__name__}") from None
        finally:
            self._flow.oauth2session.close()
        if not made.refresh_token:
            raise ConsentFailed("Google gave no refresh token; remove noshowd from your account's connections first")
        scopes = frozenset(_words(made.granted_scopes or made.scopes)) - {_OPENID}
        key = {
            "type": "authorized_user",
            "client_id": made.client_id,
            "client_secret": made.client_secret,
            "refresh_token": made.refresh_token,
            "token_uri": made.token_uri,
            "scopes": sorted(scopes),
            "signed_in_at": now.isoformat(),
        }
        return Granted(key=json.dumps(key, indent=2), scopes=scopes)


def _words(scopes: str | list[str]) -> list[str]:
    return scopes.split() if isinstance(scopes, str) else list(scopes)
