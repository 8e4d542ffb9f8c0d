"""Sign-in with msal, off the event loop and only when a token is needed."""

from __future__ import annotations

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx2
import msal
import structlog
from jwt import PyJWTError
from msal.exceptions import MsalServiceError

from noshowd.adapters.microsoft.settings import MicrosoftSettings
from noshowd.adapters.microsoft.token_cache import load_cache, save_cache
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError

log = structlog.get_logger()

#: What Entra says when nothing but a person can help: wrong or expired secret, key, consent, account.
_LOST = frozenset({"invalid_client", "unauthorized_client", "invalid_grant", "interaction_required", "login_required"})
_PASSING = frozenset({"temporarily_unavailable", "server_error", "throttled"})


def trust(settings: MicrosoftSettings) -> ssl.SSLContext:
    """The certificates to trust: those of `ca_file`, whatever the environment says, else the system's.

    msal's own client would be requests, which lets REQUESTS_CA_BUNDLE overrule the file.
    """
    try:
        return _trusting(settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise Permanent(f"ca_file {settings.ca_file} cannot be read: {error}") from error


@cache
def _trusting(ca_file: str | None) -> ssl.SSLContext:
    """One for all clients: each holds the certificates of the whole world, a megabyte."""
    return httpx2.create_ssl_context() if ca_file is None else ssl.create_default_context(cafile=ca_file)


class Web(httpx2.Client):
    """The client handed to msal, whose signed assertion comes as bytes: httpx2 would write them as b'...'."""

    def post(self, url: httpx2.URL | str, *, data: Any = None, **rest: Any) -> httpx2.Response:
        form = {name: one.decode() if isinstance(one, bytes) else one for name, one in data.items()}
        return super().post(url, data=form, **rest)


class SignIn:
    """Hands out access tokens of one application, or of one person who signed in. One request to Entra at a time."""

    def __init__(self, settings: MicrosoftSettings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="msal")
        self._web: Web | None = None
        # msal's constructor already goes to the network, so it is built inside the first attempt.
        self._application: Any = None

    async def token(self, *, fresh: bool = False) -> str:
        """A token that is still good for minutes; with `fresh` not the one handed out before.

        Raises `CredentialsLost`, `Permanent` (wrong tenant, scope or file) or `Temporary`.
        """
        acquire = partial(self._acquire, fresh=fresh)
        return await asyncio.get_running_loop().run_in_executor(self._thread, acquire)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._web is not None:
            self._web.close()

    def _acquire(self, *, fresh: bool) -> str:
        try:
            if self._application is None:
                self._application = self._build()
            answer = self._of_person(fresh) if self._settings.person else self._of_application(fresh)
        except (httpx2.TransportError, MsalServiceError) as error:
            raise self._failed(Temporary(f"sign-in not reached: {type(error).__name__}")) from error
        except (ValueError, KeyError, PyJWTError) as error:
            raise self._failed(Permanent(_explained(error))) from error
        if "access_token" not in answer:
            raise self._failed(refused(answer))
        if self._settings.token_cache is not None:
            self._keep(self._settings.token_cache)
        return str(answer["access_token"])

    def _of_application(self, fresh: bool) -> dict[str, Any]:  # noqa: FBT001 - two ways of one question
        if fresh:
            self._application.remove_tokens_for_client()
        return dict(self._application.acquire_token_for_client(self._settings.scopes))

    def _of_person(self, fresh: bool) -> dict[str, Any]:  # noqa: FBT001 - two ways of one question
        """From what the sign-in left; a person has to sign in again where that is gone or no longer accepted."""
        again = f"noshowd auth microsoft --account {self._settings.account}"
        account = account_of(self._application, self._settings)
        if account is None:
            raise self._failed(CredentialsLost(f"nobody has signed in yet: {again}"))
        answer = self._application.acquire_token_silent_with_error(
            self._settings.scopes, account=account, force_refresh=fresh
        )
        if answer is None:
            raise self._failed(CredentialsLost(f"the sign-in does not hold what is switched on now: {again}"))
        return dict(answer)

    def _keep(self, file: Path) -> None:
        """Entra may hand out a new refresh token at any time. A full disk costs a sign-in at the next start."""
        try:
            save_cache(self._application.token_cache, file)
        except OSError as error:
            log.warning("tokens_not_kept", action="sign_in", source=self._settings.account, error=str(error))

    def _failed(self, error: VendorError) -> VendorError:
        """Drop the application: it remembers failures for up to a minute, and a person may mend them sooner."""
        self._application = None
        return error

    def _build(self) -> Any:
        if self._web is None:
            self._web = web(self._settings)
        return build(self._settings, self._web)


def web(settings: MicrosoftSettings) -> Web:
    """The client that msal asks Entra through."""
    return Web(verify=trust(settings), proxy=settings.proxy, timeout=settings.timeout)


def build(settings: MicrosoftSettings, client: Web) -> Any:
    """Msal's application, or its client for one person. Goes to the network."""
    about: dict[str, Any] = {
        "authority": f"{settings.authority.rstrip('/')}/{settings.tenant}",
        "instance_discovery": settings.instance_discovery,
        "http_client": client,
        "token_cache": load_cache(settings.token_cache),
    }
    if settings.person is not None:
        return msal.PublicClientApplication(settings.client_id, **about)
    return msal.ConfidentialClientApplication(settings.client_id, client_credential=_credential(settings), **about)


def account_of(application: Any, settings: MicrosoftSettings) -> Any:
    """The sign-in of the configured person; None when they have not signed in."""
    return next((one for one in application.get_accounts() if settings.is_own(str(one.get("username")))), None)


def refused(answer: dict[str, Any]) -> VendorError:
    """Put Entra's error answer into one of the four words; the number (AADSTS...) is kept, the rest is not."""
    error = str(answer.get("error", "unknown"))
    number = str(answer.get("error_description", "")).partition(":")[0]
    reason = f"sign-in refused: {error} {number if number.startswith('AADSTS') else ''}".rstrip()
    if error in _PASSING:
        return Temporary(reason, retry_after=timedelta(seconds=60))
    return CredentialsLost(reason) if error in _LOST else Permanent(reason)


def _credential(settings: MicrosoftSettings) -> Any:
    if settings.certificate is not None:
        return {"private_key": settings.certificate, "public_certificate": settings.certificate}
    if settings.secret is None:
        raise Permanent(f"account {settings.account} has neither a certificate nor a secret")
    return settings.secret


def _explained(error: Exception) -> str:
    """What to look at: a wrong authority or tenant, or a key that cannot be read or is of the wrong kind."""
    return (
        f"sign-in cannot be set up ({type(error).__name__}): check tenant, authority, instance_discovery "
        "and the certificate (PEM with RSA key and certificate)"
    )
