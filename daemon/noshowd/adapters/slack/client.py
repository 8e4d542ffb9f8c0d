"""One way to call Slack's Web API: settings in, our four words out."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError

_LOST = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
_LATER = frozenset({"ratelimited", "rate_limited", "service_unavailable", "request_timeout"})
#: "Some aspect of the operation may have succeeded before the error was raised."
_PERHAPS = frozenset({"fatal_error", "internal_error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How Slack is reached. The proxy is this one or none: the environment is not asked."""

    base_url: str = AsyncWebClient.BASE_URL
    timeout: int = 15
    ca_file: str | None = None
    proxy: str | None = None

    def tls(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None

    def client(self, token: str) -> AsyncWebClient:
        """A client that never repeats a call by itself: whether a repeat is safe is not its to know."""
        client = AsyncWebClient(
            token=token, base_url=self.base_url, timeout=self.timeout, ssl=self.tls(), retry_handlers=[]
        )
        client.proxy = self.proxy
        return client


class Refused(Permanent):
    """Slack said no, in its own word `code`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


async def call(request: Awaitable[AsyncSlackResponse], *, acts: bool = False) -> dict[str, Any]:
    """The body of the answer. Raises `Temporary`, `Refused` or `CredentialsLost`; names no person.

    `acts` says that doing it twice is not the same as doing it once: only then is a lost answer uncertain.
    """
    try:
        response = await request
    except SlackApiError as refused:
        raise _word_for(refused, acts=acts) from None
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as unreachable:
        raise Temporary(f"Slack cannot be reached ({type(unreachable).__name__})") from None
    except (aiohttp.ClientError, TimeoutError) as broken:
        raise Temporary(f"Slack did not answer ({type(broken).__name__})", uncertain=acts) from None
    return dict(response.data) if isinstance(response.data, dict) else {}


def _error_code(refused: SlackApiError) -> str:
    """Slack's machine word, "" where the answer had none."""
    data = getattr(refused.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _word_for(refused: SlackApiError, *, acts: bool) -> VendorError:
    """One of our four words for a refusal."""
    status = getattr(refused.response, "status_code", getattr(refused.response, "status", 0))
    code = _error_code(refused)
    if status == 429 or code in _LATER:
        wish = getattr(refused.response, "headers", {}).get("Retry-After", "")
        later = timedelta(seconds=int(wish)) if wish.isdecimal() else None
        return Temporary("Slack asks to come back later", retry_after=later)
    if status >= 500 or code in _PERHAPS or not code:
        return Temporary(f"Slack failed ({code or f'HTTP {status}'})", uncertain=acts)
    if code in _LOST:
        return CredentialsLost(f"Slack no longer accepts the token ({code})")
    if code == "missing_scope":
        needed = refused.response.get("needed", "?")
        return Refused(code, f"the Slack app lacks the right {needed}: add it and install the app again")
    return Refused(code, f"Slack refused ({code})")
