"""Asks Twilio's REST API, with its errors put into our words."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2

from noshowd.adapters.twilio.settings import TwilioSettings
from noshowd.ports.errors import Temporary
from noshowd.ports.http_errors import json_object, require_good

_PAGE = 500
#: A list longer than this for one look is a fault of somebody.
_MOST_PAGES = 50


class TwilioClient:
    """One account."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._http: httpx2.AsyncClient | None = None

    async def calls(self, since: datetime) -> list[dict[str, Any]]:
        """Every call that began on that day (UTC) or later, running ones too. Raises a vendor error."""
        day = since.astimezone(UTC).date().isoformat()
        return [call async for call in self._entries("Calls", {"StartTime>": day})]

    async def numbers(self) -> set[str]:
        """The account's own telephone numbers, E.164. Raises a vendor error."""
        return {str(one.get("phone_number")) async for one in self._entries("IncomingPhoneNumbers", {})}

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _entries(self, what: str, query: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        base = f"/2010-04-01/Accounts/{self._settings.account_sid}/{what}.json"
        key = {"Calls": "calls", "IncomingPhoneNumbers": "incoming_phone_numbers"}[what]
        place: str | None = base
        params: dict[str, str] | None = {**query, "PageSize": str(_PAGE)}
        for _ in range(_MOST_PAGES):
            page = await self._page(place or base, params)
            try:
                entries, place = list(page[key]), page["next_page_uri"]
            except (KeyError, TypeError):
                raise Temporary("unreadable_answer") from None
            for entry in entries:
                yield entry
            if not place:
                return
            # the address of the next page is whole
            params = None
        raise Temporary("list_incomplete")

    async def _page(self, place: str, params: dict[str, str] | None) -> dict[str, Any]:
        try:
            answer = await self._client().get(place, params=params)
        except httpx2.TimeoutException:
            raise Temporary("timeout") from None
        except httpx2.HTTPError as error:
            raise Temporary(f"unreachable: {type(error).__name__}") from None
        wish = answer.headers.get("retry-after", "")
        require_good(answer.status_code, wish, unauthorised="key_refused", forbidden="calls_not_allowed")
        return json_object(answer.content)

    def _client(self) -> httpx2.AsyncClient:
        if self._http is None:
            settings = self._settings
            self._http = httpx2.AsyncClient(
                base_url=settings.url.rstrip("/"),
                auth=(settings.key_sid, settings.key),
                timeout=settings.timeout,
                proxy=settings.proxy,
                verify=ssl.create_default_context(cafile=settings.ca_file),
                headers={"Accept": "application/json"},
            )
        return self._http
