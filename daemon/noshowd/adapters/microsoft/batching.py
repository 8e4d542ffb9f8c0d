"""Several mailboxes in one call: what waits while others are under way leaves together, each answer judged alone."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

from noshowd.adapters.microsoft.refusals import Answer
from noshowd.ports.errors import VendorError

#: Microsoft's limit, and how many parts it runs against one mailbox at once.
MOST = 20
_OF_ONE_MAILBOX = 4
#: Batches under way at once; what comes meanwhile fills the next one.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One reading call. `mailbox` is whose limits it counts against."""

    path: str
    query: Mapping[str, str]
    prefer: str
    mailbox: str
    deadline: datetime


#: Carries one part out by itself, and several as one.
Alone = Callable[[Part], Awaitable[Answer]]
Together = Callable[[list[dict[str, Any]]], Awaitable[Any]]


class Batches:
    """Collects reading calls. Nothing waits for company: a call that comes while little is under way leaves at once."""

    def __init__(self, alone: Alone, together: Together) -> None:
        self._alone = alone
        self._together = together
        self._numbers = count()
        self._waiting: list[tuple[datetime, int, Part, asyncio.Future[Answer]]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def get(self, part: Part) -> Answer:
        """The answer to this part, whatever became of others in the same call."""
        found: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (part.deadline, next(self._numbers), part, found))
        self._start()
        return await found

    def close(self) -> None:
        for task in self._under_way:
            task.cancel()

    def _start(self) -> None:
        while self._waiting and len(self._under_way) < _AT_ONCE:
            task = asyncio.get_running_loop().create_task(self._leave(self._taken()))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            self._start()

    def _taken(self) -> list[tuple[Part, asyncio.Future[Answer]]]:
        """The most urgent, as many as fit in one call."""
        taken: list[tuple[Part, asyncio.Future[Answer]]] = []
        left, mailboxes = [], Counter[str]()
        while self._waiting and len(taken) < MOST:
            entry = heapq.heappop(self._waiting)
            part, found = entry[2:]
            if found.done():
                continue
            if mailboxes[part.mailbox] >= _OF_ONE_MAILBOX:
                left.append(entry)
                continue
            mailboxes[part.mailbox] += 1
            taken.append((part, found))
        for entry in left:
            heapq.heappush(self._waiting, entry)
        return taken

    async def _leave(self, taken: list[tuple[Part, asyncio.Future[Answer]]]) -> None:
        try:
            if len(taken) == 1:
                answers = [await self._alone(taken[0][0])]
            else:
                requests = [_request(number, part) for number, (part, _) in enumerate(taken)]
                answers = _by_number(await self._together(requests), len(taken))
        except VendorError as error:
            for _, found in taken:
                if not found.done():
                    found.set_exception(copy(error))  # each caller raises one of its own
            return
        except BaseException:
            for _, found in taken:
                found.cancel()
            raise
        for (_, found), answer in zip(taken, answers, strict=True):
            if not found.done():
                found.set_result(answer)


def _request(number: int, part: Part) -> dict[str, Any]:
    query = f"?{urlencode(part.query)}" if part.query else ""
    return {"id": str(number), "method": "GET", "url": f"{part.path}{query}", "headers": {"Prefer": part.prefer}}


def _by_number(answer: Any, parts: int) -> list[Answer]:
    """The parts in our order; one that is missing, or is no answer, failed and may be asked for again."""
    found: dict[str, Answer] = {}
    responses = answer.get("responses") if isinstance(answer, dict) else None
    for one in responses if isinstance(responses, list) else []:
        if isinstance(one, dict) and isinstance(one.get("status"), int):
            headers = {str(name).lower(): str(value) for name, value in (one.get("headers") or {}).items()}
            found[str(one.get("id"))] = Answer(status=one["status"], headers=headers, body=one.get("body"))
    missing = Answer(status=500, body={"error": {"code": "missing in the batch"}})
    return [found.get(str(number), missing) for number in range(parts)]
