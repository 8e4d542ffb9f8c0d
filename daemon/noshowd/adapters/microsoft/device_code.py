"""One person's own sign-in by device code: a code to type anywhere, and the tokens that come out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from jwt import PyJWTError
from msal.exceptions import MsalServiceError

from noshowd.adapters.microsoft.auth import build, web
from noshowd.adapters.microsoft.settings import MicrosoftSettings
from noshowd.adapters.microsoft.token_cache import save_cache

#: What people should look at, by Entra's number.
_ADVICE = {
    "AADSTS7000218": "allow public client flows at the app registration (Authentication, Advanced settings)",
    "AADSTS53003": "a conditional access policy of the tenant forbids it; an administrator may except this app",
    "AADSTS530036": "a policy of the tenant blocks the device code flow; an administrator may except this app",
    "AADSTS65001": "the tenant wants an administrator to consent first (noshowd doctor prints the address)",
    "AADSTS700016": "the app registration was not found in this tenant: check client_id and tenant",
}
_PLAIN = {"authorization_declined": "it was declined", "expired_token": "nobody signed in within the time"}


class SignInFailed(Exception):
    """The sign-in did not come about. The message says why, without a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a sign-in left beside the tokens: scopes that were asked for and are not in it, without the address."""

    lacking: tuple[str, ...]


class DeviceCode:
    """Asks one person for the scopes of everything switched on. Raises `SignInFailed`."""

    def __init__(self, settings: MicrosoftSettings) -> None:
        self._settings = settings
        self._web = web(settings)

    def sign_in(self, show: Callable[[str], None]) -> Agreed:
        """Show Microsoft's own words (which page to open, which code to type) and wait until the person has done so.

        Keeps the tokens; only the configured person is taken.
        """
        try:
            application, flow = self._begun()
            show(str(flow["message"]))
            return self._finished(application, application.acquire_token_by_device_flow(flow))
        except (httpx2.TransportError, MsalServiceError) as error:
            raise SignInFailed(f"{self._settings.authority} was not reached ({type(error).__name__})") from error
        finally:
            self._web.close()

    def _begun(self) -> tuple[Any, dict[str, Any]]:
        try:
            application = build(self._settings, self._web)
            flow: dict[str, Any] = application.initiate_device_flow(self._settings.scopes)
        except (ValueError, KeyError, PyJWTError) as error:
            raise SignInFailed(f"tenant, authority or instance_discovery is wrong ({type(error).__name__})") from error
        if "user_code" not in flow:
            raise SignInFailed(_why(flow))
        return application, flow

    def _finished(self, application: Any, answer: dict[str, Any]) -> Agreed:
        settings = self._settings
        if "access_token" not in answer:
            raise SignInFailed(_why(answer))
        who = str(answer.get("id_token_claims", {}).get("preferred_username", "somebody else"))
        if not settings.is_own(who):
            raise SignInFailed(f"{who} signed in, and the configuration names {settings.person}")
        if settings.token_cache is not None:
            try:
                save_cache(application.token_cache, settings.token_cache)
            except OSError as error:
                raise SignInFailed(f"{settings.token_cache} cannot be written: {error.strerror}") from error
        has = {scope.rpartition("/")[2].lower() for scope in str(answer.get("scope", "")).split()}
        wanted = (scope.rpartition("/")[2] for scope in settings.scopes)
        return Agreed(lacking=tuple(scope for scope in wanted if scope.lower() not in has))


def _why(answer: dict[str, Any]) -> str:
    error = str(answer.get("error", "unknown"))
    number = str(answer.get("error_description", "")).partition(":")[0]
    known = _ADVICE.get(number) or _PLAIN.get(error)
    return f"Microsoft said {error} {number if number.startswith('AADSTS') else ''}".rstrip() + (
        f": {known}" if known else ""
    )
