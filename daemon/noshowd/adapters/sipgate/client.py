"""Asks sipgate's REST API, with its errors put into our words."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2

from noshowd.adapters.sipgate.settings import SipgateSettings
from noshowd.ports.errors import Temporary
from noshowd.ports.http_errors import json_object, require_good

_PAGE = 100
#: A history longer than this for one look is a fault of somebody, not a history.
_MOST_PAGES = 50


class SipgateClient:
    """One account's history, read with its token."""

    def __init__(self, settings: SipgateSettings) -> None:
        self._settings = settings
        self._http: httpx2.AsyncClient | None = None

    async def history(self, *, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Every entry made between the two instants. Raises a vendor error rather than giving a part."""
        return [entry async for entry in self._entries(since, until)]

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _entries(self, since: datetime, until: datetime) -> AsyncIterator[dict[str, Any]]:
        offset = 0
        for _ in range(_MOST_PAGES):
            page = await self._page(since, until, offset)
            try:
                items, total = list(page["items"]), int(page["totalCount"])
            except (KeyError, TypeError, ValueError):
                raise Temporary("unreadable_answer") from None
            for item in items:
                yield item
            offset += len(items)
            if offset >= total:
                return
            if not items:
                break
        raise Temporary("history_incomplete")

    async def _page(self, since: datetime, until: datetime, offset: int) -> dict[str, Any]:
        params: list[tuple[str, str | int | float | bool | None]] = [
            ("types", "CALL"),
            ("types", "VOICEMAIL"),
            ("from", _stamp(since)),
            ("to", _stamp(until)),
            ("offset", str(offset)),
            ("limit", str(_PAGE)),
        ]
        try:
            answer = await self._client().get("history", params=params)
        except httpx2.TimeoutException:
            raise Temporary("timeout") from None
        except httpx2.HTTPError as error:
            raise Temporary(f"unreachable: {type(error).__name__}") from None
        wish = answer.headers.get("retry-after", "")
        require_good(answer.status_code, wish, unauthorised="token_refused", forbidden="history_not_allowed")
        return json_object(answer.content)

    def _client(self) -> httpx2.AsyncClient:
        if self._http is None:
            settings = self._settings
            self._http = httpx2.AsyncClient(
                base_url=f"{settings.url.rstrip('/')}/",
                auth=(settings.token_id, settings.token),
                timeout=settings.timeout,
                proxy=settings.proxy,
                verify=ssl.create_default_context(cafile=settings.ca_file),
                headers={"Accept": "application/json"},
            )
        return self._http


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
