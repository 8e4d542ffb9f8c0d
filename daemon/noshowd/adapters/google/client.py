"""One account's way to Google: the generated client, kept small, in bounded threads, errors in four words."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import google_auth_httplib2
import httplib2
import msgspec
from googleapiclient.discovery import build
from googleapiclient.model import JsonModel

from noshowd.adapters.google.auth import SignIn, SignIns
from noshowd.adapters.google.errors import in_our_words
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.settings import GoogleAccount
from noshowd.adapters.google.transport import Connections
from noshowd.ports.errors import Temporary

Json = dict[str, Any]
T = TypeVar("T")
_VERSIONS = {
    "calendar": "v3",
    "meet": "v2",
    "tasks": "v1",
    "gmail": "v1",
    "admin": "directory_v1",
    "people": "v1",
    "workspaceevents": "v1",
}
_ENDPOINTS = {"admin": "directory", "workspaceevents": "events"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of one API (`events.list` of `calendar`) with the scope it is called under."""

    api: str
    name: str
    scope: Scope
    #: Doing it twice is not the same as doing it once.
    writing: bool = False
    #: Whether there is a body in the answer.
    answers: bool = True


class GoogleClient:
    """Calls methods. Raises `Temporary`, `Permanent` (`errors.Refused` with its status) or `CredentialsLost`."""

    def __init__(self, account: GoogleAccount) -> None:
        self.account = account
        self.sign_ins = SignIns(account)
        self._connections = Connections(account)
        self._pool = ThreadPoolExecutor(account.workers, thread_name_prefix=f"google-{account.name}")
        self._services: dict[str, Any] = {}
        self._methods: dict[Method, Callable[..., Any]] = {}
        self._building = Lock()

    async def call(
        self, method: Method, *, subject: str, headers: dict[str, str] | None = None, **parameters: Any
    ) -> Json:
        """One answer, as JSON (empty for 204)."""
        loop = asyncio.get_running_loop()
        work = partial(self._call, method, subject, headers or {}, parameters)
        answer: Json = await loop.run_in_executor(self._pool, work)
        return answer

    async def read(self, method: Method, *, subject: str, shape: Callable[[bytes], T], **parameters: Any) -> T:
        """One answer as `shape` reads it, in the client's thread. What it raises for no JSON is a `Temporary`."""
        loop = asyncio.get_running_loop()
        answer: T = await loop.run_in_executor(
            self._pool, partial(self._call, method, subject, {}, parameters, shape=shape)
        )
        return answer

    async def sign_in(self, subject: str | None, scope: Scope) -> str:
        """An access token, fetched where the present one is no longer good; without a subject, the account's own."""

        def renew() -> str:
            with _our_words(writing=False):
                request = google_auth_httplib2.Request(self._connections.for_reading())
                sign_in = self.sign_ins.get(subject, scope)
                sign_in.renew(request)
                return str(sign_in.credentials.token)

        return await asyncio.get_running_loop().run_in_executor(self._pool, renew)

    async def pages(self, method: Method, *, subject: str, **parameters: Any) -> AsyncIterator[Json]:
        """Every page of a listing; only the page token says whether another follows."""
        while True:
            page = await self.call(method, subject=subject, **parameters)
            yield page
            if "nextPageToken" not in page:
                return
            parameters["pageToken"] = page["nextPageToken"]

    def close(self) -> None:
        """Start no more requests, wait for those that run, and hang up."""
        self._pool.shutdown(cancel_futures=True)
        self._connections.close()

    def _call(
        self,
        method: Method,
        subject: str,
        headers: dict[str, str],
        parameters: Json,
        *,
        shape: Callable[[bytes], Any] | None = None,
    ) -> Any:
        if self.sign_ins.delegated:
            # Without it all load lands on one user of the quota (facts, 1.7).
            parameters = {"quotaUser": hashlib.sha256(subject.encode()).hexdigest()[:40], **parameters}
        sign_in = self.sign_ins.get(subject, method.scope)
        kept = self._connections.for_reading()
        with _our_words(writing=False):
            sign_in.renew(google_auth_httplib2.Request(kept))
        request = self._method(method)(**parameters)
        request.headers.update(headers)
        if shape is not None:
            # in the place of the model, for answers without an error
            request.postproc = lambda _, content: shape(content)
        with _our_words(writing=method.writing):
            if not method.writing:
                answer = _execute(request, sign_in, kept)
            else:
                with self._connections.for_writing() as fresh:
                    answer = _execute(request, sign_in, fresh)
            if shape is not None:
                return answer
            return _body(answer) if method.answers else {}

    def _method(self, method: Method) -> Callable[..., Any]:
        """The bound method, kept: building a resource costs a hundred times what a request does (facts, 8)."""
        with self._building:
            found = self._methods.get(method)
            if found is None:
                *resources, verb = method.name.split(".")
                resource = self._service(method.api)
                for name in resources:
                    resource = getattr(resource, name)()
                found = self._methods[method] = getattr(resource, verb)
            return found

    def _service(self, api: str) -> Any:
        if api not in self._services:
            endpoint: str = getattr(self.account.endpoints, _ENDPOINTS.get(api, api))
            self._services[api] = build(
                api,
                _VERSIONS[api],
                http=httplib2.Http(timeout=self.account.timeout),
                client_options={"api_endpoint": endpoint},
                static_discovery=True,
                model=QuickModel(),
                cache_discovery=False,
            )
        return self._services[api]


class QuickModel(JsonModel):  # type: ignore[misc]  # the library has no types
    """Reads answers several times as fast as the library's own model; what it does not take is left to that one."""

    def deserialize(self, content: bytes) -> Any:
        try:
            return msgspec.json.decode(content)
        except msgspec.DecodeError:
            return super().deserialize(content)


def made_id(answer: Json) -> str:
    """The id of what was just made. Raises `Temporary`: without it nobody knows whether it was."""
    made = answer.get("id")
    if not made:
        raise Temporary("answer_without_id", uncertain=True)
    return str(made)


@contextmanager
def _our_words(*, writing: bool) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        known = in_our_words(error, writing=writing)
        if known is None:
            raise
        raise known from None


def _execute(request: Any, sign_in: SignIn, wire: httplib2.Http) -> Any:
    """Send it once, without the library's own retries: they sleep, and repeat what must not be (facts, 8)."""
    authorized = google_auth_httplib2.AuthorizedHttp(sign_in.credentials, http=wire)
    return request.execute(http=authorized, num_retries=0)


def _body(answer: Any) -> Json:
    """The answer if it is what these APIs answer: the library hands on what it could not read as it is."""
    if not isinstance(answer, dict):
        raise json.JSONDecodeError("not a JSON object", "", 0)
    return answer
