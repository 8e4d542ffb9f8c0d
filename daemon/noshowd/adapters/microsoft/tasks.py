"""Tasks in Microsoft To Do; the linked resource of a task carries our key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from noshowd.adapters.microsoft.graph import Graph, member, segment
from noshowd.adapters.microsoft.mail_wire import plain_text, single_line
from noshowd.adapters.microsoft.refusals import NotThere
from noshowd.adapters.microsoft.wire import utc
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent, Unreachable

_APPLICATION = "noshowd"
_PAGE = "100"


class ToDoTasks:
    """A list of each mailbox's owner, made when it is missing; without a title their default list.

    Needs the application right Tasks.ReadWrite.All, which reaches the whole tenant and cannot be limited.
    """

    carries = frozenset({Carries.TASKS})
    recovery = Recovery.VERIFY
    edits = True

    def __init__(self, graph: Graph, clock: Clock, *, name: str, title: str | None = None) -> None:
        self.name = name
        self.timeout = graph.settings.timeout * 4  # sign-in, finding and making the list, task
        self._title = title
        self._graph = graph
        self._clock = clock
        self._lists: dict[str, str] = {}

    async def send(self, parcel: Parcel) -> Receipt:
        tasks = await self._tasks(self._owner(parcel))
        linked = {
            "applicationName": _APPLICATION,
            "displayName": single_line(parcel.subject),
            "externalId": parcel.key,
        }
        if parcel.link:
            linked["webUrl"] = parcel.link
        made = await self._graph.post(tasks, _task(parcel) | {"linkedResources": [linked]})
        return self._receipt(tasks, made)

    async def verify(self, parcel: Parcel) -> Receipt | None:
        """Look through the whole list: whether Graph filters by linked resources is not documented."""
        tasks = await self._tasks(self._owner(parcel))
        async for page in self._graph.pages(tasks, {"$expand": "linkedResources", "$top": _PAGE}):
            for task in page:
                if any(one.get("externalId") == parcel.key for one in task.get("linkedResources") or ()):
                    return self._receipt(tasks, task)
        return None

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        await self._graph.patch(receipt.ref, _task(parcel))
        return Receipt(channel=self.name, ref=receipt.ref, at=self._clock.now())

    async def retract(self, receipt: Receipt) -> None:
        try:
            await self._graph.delete(receipt.ref)
        except NotThere:
            return

    def _owner(self, parcel: Parcel) -> str:
        address = parcel.recipient.address
        if not address or not self._graph.settings.owns(address):
            raise Unreachable("tasks go to the mailboxes of this account only")
        return address

    async def _tasks(self, owner: str) -> str:
        """The path of the owner's list; remembered, because its id never changes."""
        if owner not in self._lists:
            lists = f"{self._graph.user(owner)}/todo/lists"
            found = [one async for page in self._graph.pages(lists) for one in page]
            chosen = next((one for one in found if self._is_ours(one)), None)
            if chosen is None:
                if self._title is None:
                    raise Permanent("Microsoft To Do has no default list for this person")
                chosen = await self._graph.post(lists, {"displayName": self._title})
            self._lists[owner] = f"{lists}/{segment(member(chosen, 'id'))}/tasks"
        return self._lists[owner]

    def _is_ours(self, one: dict[str, Any]) -> bool:
        if self._title is None:
            return one.get("wellknownListName") == "defaultList"
        return one.get("displayName") == self._title

    def _receipt(self, tasks: str, task: dict[str, Any]) -> Receipt:
        return Receipt(channel=self.name, ref=f"{tasks}/{segment(member(task, 'id', acts=True))}", at=self._clock.now())


def _task(parcel: Parcel) -> dict[str, Any]:
    """Title, text and, where it is due, the person's own day and a reminder at the instant."""
    task: dict[str, Any] = {
        "title": single_line(parcel.subject),
        "body": {"contentType": "text", "content": plain_text(parcel)},
    }
    if parcel.due is not None:
        task |= {
            "dueDateTime": _day(parcel.due, parcel.zone),
            "reminderDateTime": utc(parcel.due),
            "isReminderOn": True,
        }
    return task


def _day(due: datetime, zone: str | None) -> dict[str, str]:
    """To Do keeps only the date of what is due: that of the person's zone."""
    day = due.astimezone(ZoneInfo(zone) if zone else UTC)
    return {"dateTime": day.strftime("%Y-%m-%dT00:00:00"), "timeZone": "UTC"}
