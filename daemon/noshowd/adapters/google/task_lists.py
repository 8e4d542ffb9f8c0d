"""The task lists of people, by their title: Google Tasks knows them by its own ids only."""

from __future__ import annotations

from asyncio import Lock
from collections import defaultdict
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method, made_id
from noshowd.adapters.google.scopes import Scope

_LIST = Method(api="tasks", name="tasklists.list", scope=Scope.TASKS)
_INSERT = Method(api="tasks", name="tasklists.insert", scope=Scope.TASKS, writing=True)
#: Google's own word for the list that everybody has.
DEFAULT = "@default"


class TaskLists:
    """Lists with one title, made where it is missing; without a title everybody's default list."""

    def __init__(self, client: GoogleClient, title: str | None) -> None:
        self._client = client
        self._title = title
        self._known: dict[str, str] = {}
        self._making: defaultdict[str, Lock] = defaultdict(Lock)

    async def of(self, owner: str) -> str:
        """The id of the owner's list. Raises vendor errors."""
        if self._title is None:
            return DEFAULT
        async with self._making[owner]:
            if owner not in self._known:
                found = await self.all_of(owner)
                self._known[owner] = found[0] if found else await self._make(owner, self._title)
            return self._known[owner]

    async def all_of(self, owner: str) -> list[str]:
        """Ids of all lists with the title: titles are not unique, and a person may have made another."""
        if self._title is None:
            return [DEFAULT]
        pages = self._client.pages(_LIST, subject=owner, maxResults=1000, fields="items(id,title),nextPageToken")
        return [one["id"] async for page in pages for one in page.get("items", ()) if one.get("title") == self._title]

    def forget(self, owner: str) -> None:
        """The list is gone: its owner has deleted it."""
        self._known.pop(owner, None)

    async def _make(self, owner: str, title: str) -> str:
        body: dict[str, Any] = {"title": title}
        return made_id(await self._client.call(_INSERT, subject=owner, body=body, fields="id"))
