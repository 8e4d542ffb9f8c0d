"""Asks the XAPI of a 3CX system (OData v4), with its errors put into our words."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2

from noshowd.adapters.threecx.settings import ThreeCxSettings
from noshowd.ports.errors import CredentialsLost, Temporary
from noshowd.ports.http_errors import json_object, require_good

_PAGE = 100
#: A history longer than this for one look is a fault of somebody, not a history.
_MOST_PAGES = 100


class ThreeCxClient:
    """One system. Its token lives an hour and is fetched anew once it is refused."""

    def __init__(self, settings: ThreeCxSettings) -> None:
        self._settings = settings
        self._http: httpx2.AsyncClient | None = None
        self._token: str | None = None

    async def running(self) -> list[dict[str, Any]]:
        """The calls that go on. Raises a vendor error."""
        return [one async for one in self._entries("ActiveCalls", {})]

    async def history(self, since: datetime) -> list[dict[str, Any]]:
        """Every segment that began since then, the oldest first. Raises a vendor error rather than giving a part."""
        stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"$filter": f"SegmentStartTime ge {stamp}", "$orderby": "SegmentStartTime asc,SegmentId asc"}
        return [one async for one in self._entries("CallHistoryView", query)]

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _entries(self, what: str, query: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        seen = 0
        for _ in range(_MOST_PAGES):
            page = await self._page(what, {**query, "$count": "true", "$top": str(_PAGE), "$skip": str(seen)})
            try:
                entries, total = list(page["value"]), int(page["@odata.count"])
            except (KeyError, TypeError, ValueError):
                raise Temporary("unreadable_answer") from None
            for entry in entries:
                yield entry
            seen += len(entries)
            if seen >= total:
                return
            if not entries:
                break
        raise Temporary("history_incomplete")

    async def _page(self, what: str, params: dict[str, str]) -> dict[str, Any]:
        answer = await self._ask("GET", f"xapi/v1/{what}", params=params, headers=await self._signed())
        if answer.status_code == 401:
            # the hour is over
            self._token = None
            answer = await self._ask("GET", f"xapi/v1/{what}", params=params, headers=await self._signed())
        return _object(answer)

    async def _signed(self) -> dict[str, str]:
        if self._token is None:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._settings.client_id,
                "client_secret": self._settings.secret,
            }
            answer = await self._ask("POST", "connect/token", data=form)
            if answer.status_code in (400, 401, 403):
                raise CredentialsLost("client_refused")
            token = _object(answer).get("access_token")
            if not isinstance(token, str):
                raise Temporary("unreadable_answer")
            self._token = token
        return {"Authorization": f"Bearer {self._token}"}

    async def _ask(self, method: str, place: str, **more: Any) -> httpx2.Response:
        try:
            return await self._client().request(method, place, **more)
        except httpx2.TimeoutException:
            raise Temporary("timeout") from None
        except httpx2.HTTPError as error:
            raise Temporary(f"unreachable: {type(error).__name__}") from None

    def _client(self) -> httpx2.AsyncClient:
        if self._http is None:
            settings = self._settings
            self._http = httpx2.AsyncClient(
                base_url=f"{settings.url.rstrip('/')}/",
                timeout=settings.timeout,
                proxy=settings.proxy,
                verify=ssl.create_default_context(cafile=settings.ca_file),
                headers={"Accept": "application/json"},
            )
        return self._http


def _object(answer: httpx2.Response) -> dict[str, Any]:
    wish = answer.headers.get("retry-after", "")
    require_good(answer.status_code, wish, unauthorised="token_refused", forbidden="role_too_small")
    return json_object(answer.content)
