"""Whether a notification really comes from Microsoft, for our application in our tenant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import jwt

from noshowd.adapters.microsoft.auth import trust
from noshowd.adapters.microsoft.settings import MicrosoftSettings
from noshowd.ports.errors import Temporary

#: The application in whose name Microsoft sends change notifications.
SENDER = "0bf30f3b-4a52-48df-9a82-234910c4a086"
_LEEWAY = timedelta(minutes=5)
#: A stranger's tokens with unknown keys do not make us ask more often.
_ASK_EVERY = timedelta(minutes=5)


class Voucher:
    """Checks validation tokens against the published keys of the tenant, which are read when first needed."""

    def __init__(self, settings: MicrosoftSettings) -> None:
        self._settings = settings
        self._keys: dict[str, Any] = {}
        self._tenant: str | None = None
        self._asked: datetime | None = None

    async def tenant(self, now: datetime) -> str:
        """The id of our tenant, also where the configuration has its domain. Raises `Temporary`."""
        if self._tenant is None:
            await self._read(now)
        if self._tenant is None:
            raise Temporary("the published keys of the tenant cannot be read yet")
        return self._tenant

    async def refusal(self, tokens: object, at: datetime, now: datetime) -> str | None:
        """Why these tokens, received at `at`, prove nothing; None when each is Microsoft's. Raises `Temporary`."""
        tenant = await self.tenant(now)
        if not isinstance(tokens, list) or not tokens:
            return "no validation token"
        if not _ids(tokens) <= self._keys.keys() and self._asked is not None and now - self._asked >= _ASK_EVERY:
            await self._read(now)
        return next((why for token in tokens if (why := self._refused(token, tenant, at))), None)

    def _refused(self, token: object, tenant: str, at: datetime) -> str | None:
        try:
            key = self._keys[jwt.get_unverified_header(str(token))["kid"]]
            options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp"]}
            told = jwt.decode(str(token), key, algorithms=["RS256"], audience=self._settings.client_id, options=options)
            lasts = datetime.fromtimestamp(int(told["exp"]), at.tzinfo) + _LEEWAY >= at
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError):
            return "a validation token is not Microsoft's, or not for us"
        if not lasts:
            return "a validation token has expired"
        if SENDER not in (told.get("azp"), told.get("appid")):
            return "a validation token is not that of the sender of notifications"
        if told.get("tid") != tenant or tenant not in str(told.get("iss", "")):
            return "a validation token is that of another tenant"
        return None

    async def _read(self, now: datetime) -> None:
        settings = self._settings
        self._asked = now
        place = f"{settings.authority.rstrip('/')}/{settings.tenant}/v2.0/.well-known/openid-configuration"
        try:
            async with httpx2.AsyncClient(
                verify=trust(settings), proxy=settings.proxy, timeout=settings.timeout
            ) as client:
                about = (await client.get(place)).raise_for_status().json()
                told = (await client.get(about["jwks_uri"])).raise_for_status().json()
                keys = {one["kid"]: jwt.PyJWK(one, "RS256").key for one in told["keys"] if one.get("kty") == "RSA"}
                self._tenant, self._keys = _tenant_of(about["issuer"]), keys
        except (httpx2.HTTPError, jwt.PyJWTError, ValueError, KeyError, TypeError, IndexError) as error:
            raise Temporary(f"the published keys of the tenant cannot be read: {type(error).__name__}") from error


def _tenant_of(issuer: str) -> str:
    """`https://login.microsoftonline.com/{tenant}/v2.0`."""
    return issuer.split("/")[3]


def _ids(tokens: Iterable[object]) -> set[str]:
    found = set()
    for token in tokens:
        try:
            found.add(str(jwt.get_unverified_header(str(token)).get("kid")))
        except jwt.PyJWTError:
            continue
    return found
