"""The one HTTP client for Graph: bounded, patient, and its errors in four words."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx2
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from noshowd.adapters.microsoft.auth import SignIn, trust
from noshowd.adapters.microsoft.batching import Batches, Part
from noshowd.adapters.microsoft.pacing import PATIENCE, Gate, Urgency
from noshowd.adapters.microsoft.refusals import Answer, answer_of, content, retry_after
from noshowd.adapters.microsoft.settings import MicrosoftSettings
from noshowd.ports.clock import Clock
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

#: Ids that survive a move to another folder, instants in UTC, bodies as text: asked for with each request.
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"'
_ATTEMPTS = 3
#: Where Graph throttles and does not say for how long.
_SOME_PEACE = timedelta(seconds=0.5)
_OWNER = re.compile(r"/users/([^/?]+)|/(me)\b")


def segment(identifier: str) -> str:
    """An id as one part of a path."""
    return quote(identifier, safe="")


class Graph:
    """Calls below `graph_url` with a token of one application or person. Close it when done."""

    def __init__(self, settings: MicrosoftSettings, clock: Clock, sign_in: SignIn | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self.sign_in = sign_in or SignIn(settings)
        self._gate = Gate(clock, parallel=settings.parallel, parallel_mailbox=settings.parallel_mailbox)
        self._batches = Batches(self._alone, self._together)
        self._client: httpx2.AsyncClient | None = None

    def user(self, address: str) -> str:
        """The path of somebody, named by address or object id; one person's own sign-in is `me`."""
        return "/me" if self.settings.is_own(address) else f"/users/{quote(address, safe='@')}"

    async def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        prefer: str = PREFER,
        urgency: Urgency = Urgency.LOOK,
    ) -> Any:
        """Read, with up to two more tries where Graph or the network stumbled. Listings share calls."""
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(_ATTEMPTS),
            retry=retry_if_exception(_worth_another_try),
            wait=_pause,
            sleep=self.clock.sleep,
            reraise=True,
        ):
            with attempt:
                if urgency is Urgency.LISTING:
                    return await self._shared(path, query or {}, prefer)
                return await self._call("GET", path, query=query, prefer=prefer, urgency=urgency)
        raise AssertionError("the retry loop returns or raises")

    async def pages(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        prefer: str = PREFER,
        urgency: Urgency = Urgency.LOOK,
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """The pages of a collection; one may be empty and still have a next."""
        answer = await self.get(path, query, prefer=prefer, urgency=urgency)
        while True:
            yield items(answer)
            link = answer.get("@odata.nextLink")
            if link is None:
                return
            answer = await self.get(self.own(link), prefer=prefer, urgency=urgency)

    async def post(self, path: str, body: Any, *, prefer: str = PREFER, urgency: Urgency = Urgency.SEND) -> Any:
        """Once: whether a lost answer may be asked for again is the caller's decision."""
        return await self._call("POST", path, body=body, prefer=prefer, urgency=urgency)

    async def patch(self, path: str, body: Any) -> Any:
        return await self._call("PATCH", path, body=body, urgency=Urgency.SEND)

    async def delete(self, path: str) -> None:
        await self._call("DELETE", path, urgency=Urgency.SEND)

    async def close(self) -> None:
        self._batches.close()
        self.sign_in.close()
        if self._client is not None:
            await self._client.aclose()

    def own(self, link: str) -> str:
        """A link from an answer, used unchanged; the token goes to no other host."""
        if urlsplit(link)[:2] != urlsplit(self.settings.graph_url)[:2]:
            raise Permanent("Graph answered with a link to another host")
        return link

    async def _shared(self, path: str, query: Mapping[str, str], prefer: str) -> Any:
        """A listing, perhaps as a part of a batch. What throttled the part throttles its mailbox alone."""
        mailbox = _owner(path)
        await self._gate.rest(mailbox)
        part = Part(
            path=path,
            query=query,
            prefer=prefer,
            mailbox=mailbox,
            deadline=self.clock.now() + Urgency.LISTING.value,
        )
        answer = await self._batches.get(part)
        if answer.status == 401:  # of a part alone: with a new token by itself
            return await self._call("GET", path, query=query, prefer=prefer, urgency=Urgency.LISTING)
        self._heed(mailbox, answer)
        return content(answer, acts=False)

    async def _alone(self, part: Part) -> Answer:
        return await self._answered("GET", part.path, query=part.query, prefer=part.prefer, urgency=Urgency.LISTING)

    async def _together(self, requests: list[dict[str, Any]]) -> Any:
        root = len(self.settings.graph_url.rstrip("/"))
        for one in requests:
            if "://" in one["url"]:
                one["url"] = one["url"][root:]
        return await self._call("POST", "/$batch", body={"requests": requests}, urgency=Urgency.LISTING, acts=False)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        prefer: str = PREFER,
        urgency: Urgency,
        acts: bool | None = None,
    ) -> Any:
        acts = method != "GET" if acts is None else acts
        answer = await self._answered(method, path, query=query, body=body, prefer=prefer, urgency=urgency, acts=acts)
        if answer.status == 401:
            raise CredentialsLost("Graph no longer accepts the sign-in (401)")
        return content(answer, acts=acts)

    async def _answered(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        prefer: str = PREFER,
        urgency: Urgency,
        acts: bool = False,
    ) -> Answer:
        """Whatever Graph answered, after a second try with a new token where the first was not accepted."""
        mailbox = _owner(path)
        async with self._gate.turn(mailbox, urgency):
            answer = await self._send(method, path, query, body, await self._headers(prefer), acts=acts)
            if answer.status == 401:
                headers = await self._headers(prefer, fresh=True)
                answer = await self._send(method, path, query, body, headers, acts=acts)
        self._heed(mailbox, answer)
        return answer

    async def _headers(self, prefer: str, *, fresh: bool = False) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {await self.sign_in.token(fresh=fresh)}",
            "Prefer": prefer,
            "client-request-id": str(uuid.uuid4()),
            "return-client-request-id": "true",
        }

    async def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        headers: dict[str, str],
        *,
        acts: bool,
    ) -> Answer:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                verify=trust(self.settings), proxy=self.settings.proxy, timeout=self.settings.timeout
            )
        address = path if "://" in path else f"{self.settings.graph_url.rstrip('/')}{path}"
        try:
            response = await self._client.request(method, address, params=query or None, json=body, headers=headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Temporary(f"Graph not reached: {type(error).__name__}") from error
        except httpx2.TransportError as error:
            raise Temporary(f"Graph: {type(error).__name__}", uncertain=acts) from error
        return answer_of(response.status_code, response.headers, response.content)

    def _heed(self, mailbox: str, answer: Answer) -> None:
        if answer.status == 429:
            self._gate.leave_alone(mailbox, max(retry_after(answer) or _SOME_PEACE, _SOME_PEACE))


def _owner(path: str) -> str:
    """Whose limits a call counts against: a mailbox, else the part of Graph."""
    where = unquote(urlsplit(path).path)
    found = _OWNER.search(where)
    return (found[1] or found[2]).casefold() if found else where.split("/")[1]


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


def _worth_another_try(error: BaseException) -> bool:
    return isinstance(error, Temporary) and (error.retry_after or timedelta(0)) <= PATIENCE


def _pause(state: RetryCallState) -> float:
    """The vendor's wish, but never less than 0.5 s, then 1 s: the wish may be missing or useless."""
    error = state.outcome.exception() if state.outcome else None
    wish = error.retry_after if isinstance(error, Temporary) else None
    least = timedelta(seconds=0.5) * state.attempt_number
    return max(least, wish or least).total_seconds()
