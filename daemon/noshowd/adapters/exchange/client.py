"""The one connection to an Exchange server: lazy, bounded, off the event loop, its errors in four words."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests.adapters
from exchangelib import BASIC, DELEGATE, IMPERSONATION, NTLM, OAUTH2, UTC, Account, Configuration
from exchangelib.errors import EWSError, UnauthorizedError
from exchangelib.protocol import BaseProtocol
from exchangelib.version import EXCHANGE_2016, Version
from oauthlib.oauth2 import OAuth2Error

from noshowd.adapters.exchange.errors import word_for
from noshowd.adapters.exchange.settings import Access, ExchangeSettings, SignIn
from noshowd.adapters.exchange.tokens import credentials_of, word_for_refusal
from noshowd.ports.errors import Permanent, VendorError

Found = TypeVar("Found")

_SIGN_INS = {SignIn.NTLM: NTLM, SignIn.BASIC: BASIC, SignIn.OAUTH: OAUTH2}
_ACCESS = {Access.IMPERSONATION: IMPERSONATION, Access.DELEGATE: DELEGATE}
#: Asked for in each request: 2016, 2019 and Subscription Edition all speak it.
_VERSION = Version(EXCHANGE_2016)
_ONLINE = ("outlook.office365.com", "outlook.office.com", ".outlook.com", ".office365.us", ".partner.outlook.cn")

# It logs whole requests, with everything people wrote, as errors.
logging.getLogger("exchangelib").setLevel(logging.CRITICAL + 1)
# An unknown zone is no news to us: the entry says that it has none.
warnings.filterwarnings("ignore", message="\\s*Cannot convert value .* \\(unknown timezone ID\\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How one host is reached."""

    ca_file: Path | None
    proxy: str | None
    timeout: float


class _WayByHost(requests.adapters.HTTPAdapter):
    """exchangelib takes one adapter for all servers; this one knows how each host is reached.

    `verify` is given with each request, which REQUESTS_CA_BUNDLE does not overrule.
    """

    ways: dict[str, _Way] = {}  # noqa: RUF012 - shared on purpose: exchangelib makes the adapters

    def send(self, request: requests.PreparedRequest, *args: Any, **rest: Any) -> requests.Response:
        way = self.ways.get(urlsplit(str(request.url)).netloc)
        if way is not None:
            rest["timeout"] = way.timeout
            if way.ca_file is not None:
                rest["verify"] = str(way.ca_file)
            if way.proxy is not None:
                rest["proxies"] = {"http": way.proxy, "https": way.proxy}
        return super().send(request, *args, **rest)


BaseProtocol.HTTP_ADAPTER_CLS = _WayByHost


class ExchangeClient:
    """Runs work on mailboxes in a few threads. Close it when done."""

    def __init__(self, settings: ExchangeSettings) -> None:
        self.settings = settings
        self._threads = ThreadPoolExecutor(settings.parallel, thread_name_prefix="exchange")
        self._accounts: dict[str, Account] = {}
        self._lock = Lock()
        self._endpoint = settings.endpoint

    async def run(self, mailbox: str, work: Callable[[Any], Found], *, acts: bool = False) -> Found:
        """The result of `work` on an account of exchangelib, done in a thread.

        Raises one of the four words; `acts` says that a lost answer leaves it open what became of it.
        """
        guarded = partial(self._guarded, mailbox, work, acts=acts)
        return await asyncio.get_running_loop().run_in_executor(self._threads, guarded)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for account in self._accounts.values():
            account.protocol.close()

    def _guarded(self, mailbox: str, work: Callable[[Any], Found], *, acts: bool) -> Found:
        try:
            return self._signed_in(mailbox, work)
        except VendorError:
            raise
        except OAuth2Error as error:
            raise word_for_refusal(error) from error
        except (EWSError, requests.RequestException, OSError) as error:
            raise self.word_for(error, acts=acts) from error

    def _signed_in(self, mailbox: str, work: Callable[[Any], Found]) -> Found:
        """With a new token where the server no longer takes the one we have (its keys were changed)."""
        try:
            return work(self._account(mailbox))
        except UnauthorizedError:
            account = self._accounts.get(mailbox)
            if account is None or self.settings.auth_type is not SignIn.OAUTH:
                raise
        account.protocol.credentials.refresh(session=None)
        account.protocol.close()
        return work(account)

    def word_for(self, error: Exception, *, acts: bool = False) -> VendorError:
        """The word for an error that exchangelib raised, or handed over in place of an item."""
        host = urlsplit(self._endpoint or "").netloc or "the server"
        return word_for(error, acts=acts, server=host, ca_file=self.settings.ca_file)

    def _account(self, mailbox: str) -> Account:
        with self._lock:
            if mailbox not in self._accounts:
                self._accounts[mailbox] = self._open(mailbox)
            return self._accounts[mailbox]

    def _open(self, mailbox: str) -> Account:
        settings = self.settings
        credentials = credentials_of(settings)
        access = _ACCESS[settings.access]
        if self._endpoint is None:
            found = Account(mailbox, credentials=credentials, autodiscover=True, access_type=access)
            self._endpoint = found.protocol.service_endpoint
        refuse_exchange_online(self._endpoint)
        way = _Way(ca_file=settings.ca_file, proxy=settings.proxy, timeout=settings.timeout)
        for place in filter(None, (self._endpoint, settings.token_url)):
            _WayByHost.ways[urlsplit(place).netloc] = way
        # The default policy fails at once; the other one sleeps inside the call for up to an hour.
        configuration = Configuration(
            service_endpoint=self._endpoint,
            credentials=credentials,
            auth_type=_SIGN_INS[settings.auth_type],
            version=_VERSION,
            max_connections=settings.parallel,
        )
        return Account(mailbox, config=configuration, access_type=access, default_timezone=UTC)


def refuse_exchange_online(endpoint: str) -> None:
    """EWS of Exchange Online is being switched off (gone on 1 April 2027): `Permanent`, with the way to go."""
    host = urlsplit(endpoint).hostname or ""
    if host.endswith(_ONLINE):
        raise Permanent(
            f"{host} is Exchange Online, where EWS is being switched off: "
            'use an account of kind = "microsoft" (Microsoft Graph) for these mailboxes'
        )
