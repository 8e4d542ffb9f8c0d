"""A recall task in somebody's Google Tasks, found again by our key in its notes.

Google Tasks has neither ids of ours nor a search, and of `due` it keeps the date only (facts, 5).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from noshowd.adapters.google.client import GoogleClient, Method, made_id
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.hold import CallBackHold
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.task_lists import TaskLists
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Unreachable

Json = dict[str, Any]
_INSERT = Method(api="tasks", name="tasks.insert", scope=Scope.TASKS, writing=True)
_LIST = Method(api="tasks", name="tasks.list", scope=Scope.TASKS)
_PATCH = Method(api="tasks", name="tasks.patch", scope=Scope.TASKS)
_DELETE = Method(api="tasks", name="tasks.delete", scope=Scope.TASKS, answers=False)
_LONGEST_TITLE = 1024
_LONGEST_NOTES = 8192
#: How far back a task of unknown fate is looked for.
_LOOK_BACK = timedelta(days=30)


class GoogleTasks:
    """Puts tasks into a list of whoever they are for. Receipts name person, list, task and time kept free."""

    carries = frozenset({Carries.TASKS})
    recovery = Recovery.VERIFY
    edits = True

    def __init__(
        self,
        client: GoogleClient,
        clock: Clock,
        *,
        name: str = "google_tasks",
        title: str | None = None,
        hold: timedelta | None = None,
    ) -> None:
        """Into the list with this title, made where it is missing; without one into everybody's default list.

        With `hold`, so long is kept free in the person's calendar when the task is due.
        """
        self.name = name
        #: Signing in and asking; finding or making the list, twice where it was deleted since; the time kept free.
        self.timeout = ((2 if title is None else 6) + (0 if hold is None else 2)) * client.account.timeout
        self._lists = TaskLists(client, title)
        self._hold = CallBackHold(client, hold)
        self._client = client
        self._clock = clock

    async def send(self, parcel: Parcel) -> Receipt:
        owner = self._owner(parcel)
        place = await self._lists.of(owner)
        # the hold first: it has an id of our own and is made once, however often this is tried
        hold = await self._hold.put(owner, parcel)
        try:
            task = await self._insert(owner, place, parcel)
        except Refused as refused:
            if refused.status != 404:
                raise
            self._lists.forget(owner)
            place = await self._lists.of(owner)
            task = await self._insert(owner, place, parcel)
        return self._receipt(owner, place, made_id(task), hold)

    async def verify(self, parcel: Parcel) -> Receipt | None:
        """Also finds what was ticked off since; not what was deleted, nor what was moved to another list."""
        owner = self._owner(parcel)
        for place in await self._lists.all_of(owner):
            task_id = await self._found(owner, place, parcel)
            if task_id is not None:
                return self._receipt(owner, place, task_id, await self._hold.put(owner, parcel))
        return None

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        owner, place, task_id, *holds = _parts(receipt)
        await self._client.call(_PATCH, subject=owner, tasklist=place, task=task_id, body=_task(parcel), fields="id")
        for hold in holds:
            await self._hold.renew(owner, hold, parcel)
        return self._receipt(owner, place, task_id, *holds)

    async def retract(self, receipt: Receipt) -> None:
        owner, place, task_id, *holds = _parts(receipt)
        try:
            await self._client.call(_DELETE, subject=owner, tasklist=place, task=task_id)
        except Refused as refused:
            if refused.status not in (404, 410):
                raise
        for hold in holds:
            await self._hold.remove(owner, hold)

    async def _insert(self, owner: str, place: str, parcel: Parcel) -> Json:
        return await self._client.call(_INSERT, subject=owner, tasklist=place, body=_task(parcel), fields="id")

    async def _found(self, owner: str, place: str, parcel: Parcel) -> str | None:
        """The task with our key in its notes."""
        pages = self._client.pages(
            _LIST,
            subject=owner,
            tasklist=place,
            maxResults=100,
            showCompleted=True,
            showHidden=True,
            updatedMin=(self._clock.now() - _LOOK_BACK).isoformat(),
            fields="items(id,notes),nextPageToken",
        )
        mark = _mark(parcel)
        tasks = (task async for page in pages for task in page.get("items", ()))
        return await anext((str(t["id"]) async for t in tasks if mark in t.get("notes", "").splitlines()), None)

    def _owner(self, parcel: Parcel) -> str:
        address = parcel.recipient.address
        if not address:
            raise Unreachable("recipient_without_address")
        if not self._client.sign_ins.can_act_as(address):
            raise Unreachable("no_access_to_this_persons_tasks")
        return self._client.sign_ins.subject(address)

    def _receipt(self, owner: str, place: str, task_id: str, hold: str | None = None) -> Receipt:
        ref = " ".join(filter(None, (owner, place, task_id, hold)))
        return Receipt(channel=self.name, ref=ref, at=self._clock.now())


def _parts(receipt: Receipt) -> list[str]:
    """Owner, list, task, and the time kept free where there is any."""
    return receipt.ref.split(" ")


def _mark(parcel: Parcel) -> str:
    return f"noshowd:{parcel.key}"


def _task(parcel: Parcel) -> Json:
    """Title with the time of day, which `due` would lose; notes end with our mark."""
    title, task = " ".join(parcel.subject.split()), {}
    if parcel.due:
        due = parcel.due.astimezone(ZoneInfo(parcel.zone or "UTC"))
        task["due"] = f"{due:%Y-%m-%d}T00:00:00.000Z"
        if f"{due:%H:%M}" not in title:
            title = f"{due:%H:%M} {title}"
    tail = "\n".join(["", *filter(None, [parcel.link]), _mark(parcel)])
    return {
        **task,
        "title": _cut(title, _LONGEST_TITLE),
        "notes": _cut(parcel.text, _LONGEST_NOTES - len(tail)) + tail,
    }


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
