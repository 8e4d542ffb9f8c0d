"""The HTTP connections under google-api-python-client: one a thread, with our authorities, proxy and time-out."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

import httplib2

from noshowd.adapters.google.settings import GoogleAccount


class Connections:
    """Hands each thread a connection of its own: httplib2 is not thread-safe (facts, 8)."""

    def __init__(self, account: GoogleAccount) -> None:
        self._account = account
        self._threads = local()
        self._open: list[httplib2.Http] = []

    def for_reading(self) -> httplib2.Http:
        """The calling thread's connection, kept alive."""
        kept = getattr(self._threads, "http", None)
        if kept is None:
            kept = self._threads.http = self._make(httplib2.Http)
            self._open.append(kept)
        return kept

    @contextmanager
    def for_writing(self) -> Iterator[httplib2.Http]:
        """A fresh connection that never repeats a request by itself."""
        once = self._make(OneShot)
        try:
            yield once
        finally:
            once.close()

    def close(self) -> None:
        """Once no thread uses them any more."""
        for kept in self._open:
            kept.close()

    def _make(self, kind: type[httplib2.Http]) -> httplib2.Http:
        account = self._account
        proxy = (
            httplib2.proxy_info_from_url(account.proxy, method="https")
            if account.proxy
            else httplib2.proxy_info_from_environment
        )
        return kind(timeout=account.timeout, ca_certs=account.ca_file, proxy_info=proxy)


class NotConnectedError(ConnectionError):
    """There was never a connection, so nothing can have been sent."""


class _Candid:
    """Says what went wrong when it matters whether the request has taken effect.

    httplib2 takes a connection that ended without an answer for one that had been idle too long, and sends the
    request again, POST or not.
    """

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]  # the connection it is mixed into has it
        except OSError as error:
            raise NotConnectedError(str(error)) from error

    def getresponse(self) -> Any:
        try:
            return super().getresponse()  # type: ignore[misc]  # the connection it is mixed into has it
        except http.client.BadStatusLine as gone:
            raise ConnectionAbortedError("no answer") from gone


class _CandidHttp(_Candid, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]  # httplib2 has no types
    """Plain, for simulations on loopback."""


class _CandidHttps(_Candid, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]  # httplib2 has no types
    """As used with Google."""


class OneShot(httplib2.Http):  # type: ignore[misc]  # httplib2 has no types
    """Sends every request exactly once."""

    def request(self, uri: str, *args: Any, **options: Any) -> Any:
        options["connection_type"] = _CandidHttps if uri.startswith("https:") else _CandidHttp
        return super().request(uri, *args, **options)
