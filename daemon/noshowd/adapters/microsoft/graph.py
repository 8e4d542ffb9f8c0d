"""The one HTTP client for Graph: bounded, patient, and its errors in four words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from noshowd.adapters.microsoft.auth import SignIn, trust
from noshowd.adapters.microsoft.settings import MicrosoftSettings
from noshowd.ports.clock import Clock
from noshowd.ports.errors import CredentialsLost, CursorExpired, Permanent, Temporary, VendorError

#: Ids that survive a move to another folder, instants in UTC, bodies as text: asked for with each request.
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"'
#: A longer wish than this is handed on instead of waited for.
_PATIENCE = timedelta(seconds=10)
_ATTEMPTS = 3
_EXPIRED = frozenset({"syncstatenotfound", "resyncrequired", "syncstateinvalid"})
#: Words of a refusal that name the missing right.
_HINTS = (
    ("application access policy", "an application access policy for the organiser is missing in Teams"),
    ("access to odata is disabled", "the mailbox is outside the scope granted to the application"),
)


class NotThere(Permanent):
    """404: what was asked for does not exist."""


def user(address: str) -> str:
    """The path of a person, named by address or object id."""
    return f"/users/{quote(address, safe='@')}"


def segment(identifier: str) -> str:
    """An id as one part of a path."""
    return quote(identifier, safe="")


class Graph:
    """Calls below `graph_url` with a token of one application. Close it when done."""

    def __init__(self, settings: MicrosoftSettings, clock: Clock, sign_in: SignIn | None = None) -> None:
        self.settings = settings
        self._clock = clock
        self._sign_in = sign_in or SignIn(settings)
        self._slots = asyncio.Semaphore(settings.parallel)
        self._client: httpx2.AsyncClient | None = None

    async def get(self, path: str, query: Mapping[str, str] | None = None, *, prefer: str = PREFER) -> Any:
        """Read, with up to two more tries where Graph or the network stumbled."""
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(_ATTEMPTS),
            retry=retry_if_exception(_worth_another_try),
            wait=_pause,
            sleep=self._clock.sleep,
            reraise=True,
        ):
            with attempt:
                return await self._call("GET", path, query=query, prefer=prefer)
        raise AssertionError("the retry loop returns or raises")

    async def pages(
        self, path: str, query: Mapping[str, str] | None = None, *, prefer: str = PREFER
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """The pages of a collection; one may be empty and still have a next."""
        answer = await self.get(path, query, prefer=prefer)
        while True:
            yield items(answer)
            link = answer.get("@odata.nextLink")
            if link is None:
                return
            answer = await self.get(self._own(link), prefer=prefer)

    async def post(self, path: str, body: Any, *, prefer: str = PREFER) -> Any:
        """Once: whether a lost answer may be asked for again is the caller's decision."""
        return await self._call("POST", path, body=body, prefer=prefer)

    async def patch(self, path: str, body: Any) -> Any:
        return await self._call("PATCH", path, body=body)

    async def delete(self, path: str) -> None:
        await self._call("DELETE", path)

    async def close(self) -> None:
        self._sign_in.close()
        if self._client is not None:
            await self._client.aclose()

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        prefer: str = PREFER,
    ) -> Any:
        async with self._slots:
            for fresh in (False, True):
                token = await self._sign_in.token(fresh=fresh)
                headers = {"Authorization": f"Bearer {token}", "Prefer": prefer}
                response = await self._send(method, path, query, body, headers)
                if response.status_code != 401:
                    return _content(response, acts=method != "GET")
        raise CredentialsLost("Graph no longer accepts the sign-in (401)")

    async def _send(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Any, headers: dict[str, str]
    ) -> httpx2.Response:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                verify=trust(self.settings), proxy=self.settings.proxy, timeout=self.settings.timeout
            )
        address = path if "://" in path else f"{self.settings.graph_url.rstrip('/')}{path}"
        try:
            return await self._client.request(method, address, params=query, json=body, headers=headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Temporary(f"Graph not reached: {type(error).__name__}") from error
        except httpx2.TransportError as error:
            raise Temporary(f"Graph: {type(error).__name__}", uncertain=method != "GET") from error

    def _own(self, link: str) -> str:
        """A link from an answer, used unchanged; the token goes to no other host."""
        if urlsplit(link)[:2] != urlsplit(self.settings.graph_url)[:2]:
            raise Permanent("Graph answered with a link to another host")
        return link


def items(answer: Any) -> list[dict[str, Any]]:
    """The members of a collection; anything else is not an answer of Graph."""
    found = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Temporary("Graph answered with something that is not a collection")
    return found


def member(answer: Any, name: str, *, acts: bool = False) -> Any:
    """A member of an object that has to be there; without it this was no answer of Graph."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if found is None:
        raise Temporary(f"Graph's answer lacks {name}", uncertain=acts)
    return found


def instant_of(answer: Any, name: str) -> datetime:
    """A member that has to be an instant."""
    try:
        return datetime.fromisoformat(member(answer, name)).astimezone(UTC)
    except (TypeError, ValueError) as error:
        raise Temporary(f"{name} in Graph's answer is not an instant") from error


def _content(response: httpx2.Response, *, acts: bool) -> Any:
    """The JSON of a good answer (None for an empty one), else the error in one of the four words."""
    if not response.is_success:
        raise refused(response, acts=acts)
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as error:
        raise Temporary("Graph's answer is cut off or not its own", uncertain=acts) from error


def refused(response: httpx2.Response, *, acts: bool) -> VendorError:
    """What an error answer means. `acts`: the request may have taken effect before it failed."""
    status, code, hint = response.status_code, *_error_of(response)
    reason = f"Graph: {status} {code}{hint} (request-id {response.headers.get('request-id', 'none')})"
    if status == 410 or code.lower() in _EXPIRED:
        return CursorExpired(reason)
    if status == 429:
        return Temporary(reason, retry_after=_retry_after(response))
    if status == 409:  # two writers of one item
        return Temporary(reason)
    if status >= 500 or status < 400 or status == 408:  # Graph itself never redirects
        return Temporary(reason, retry_after=_retry_after(response), uncertain=acts)
    return NotThere(reason) if status == 404 else Permanent(reason)


def _error_of(response: httpx2.Response) -> tuple[str, str]:
    """Graph's code and, where its message is known, what is missing. The message itself may name people."""
    try:
        error = response.json()["error"]
        code, message = str(error["code"])[:60], str(error.get("message", "")).lower()
    except (ValueError, KeyError, TypeError):
        return "without a reason", ""
    return code, next((f": {hint}" for words, hint in _HINTS if words in message), "")


def _retry_after(response: httpx2.Response) -> timedelta | None:
    text = response.headers.get("Retry-After", "")
    return timedelta(seconds=int(text)) if text.isdecimal() else None


def _worth_another_try(error: BaseException) -> bool:
    return isinstance(error, Temporary) and (error.retry_after or timedelta(0)) <= _PATIENCE


def _pause(state: RetryCallState) -> float:
    """The vendor's wish, but never less than 0.5 s, then 1 s: the wish may be missing or useless."""
    error = state.outcome.exception() if state.outcome else None
    wish = error.retry_after if isinstance(error, Temporary) else None
    least = timedelta(seconds=0.5) * state.attempt_number
    return max(least, wish or least).total_seconds()
