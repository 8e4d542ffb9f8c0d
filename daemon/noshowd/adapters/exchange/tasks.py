"""Tasks in the task folder of each mailbox, found again by our mark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from exchangelib import EWSDate, EWSDateTime, Task
from exchangelib.folders import SHALLOW, FolderCollection, Tasks
from exchangelib.restriction import Q
from exchangelib.services import CreateFolder

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.errors import NotThere
from noshowd.adapters.exchange.marks import FIELD
from noshowd.adapters.exchange.words import plain_text, single_line
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Unreachable

Found = TypeVar("Found")

_FIELDS = ("subject", "body", "due_date", "reminder_due_by", "reminder_is_set")


class ExchangeTasks:
    """A task lies in a list of its owner's own, made when it is missing; without a title in their default list."""

    carries = frozenset({Carries.TASKS})
    recovery = Recovery.VERIFY
    edits = True

    def __init__(self, client: ExchangeClient, clock: Clock, *, name: str, title: str | None = None) -> None:
        self.name = name
        self.timeout = client.settings.timeout * 4  # folder, list, look-up, task
        self._title = title
        self._client = client
        self._clock = clock

    async def send(self, parcel: Parcel) -> Receipt:
        def create(account: Any) -> str:
            made = Task(account=account, folder=self._list(account), **{FIELD: parcel.key}, **_content(parcel))
            return str(made.save().id)

        owner = self._owner(parcel)
        return self._receipt(owner, await self._client.run(owner, create, acts=True))

    async def verify(self, parcel: Parcel) -> Receipt | None:
        def look(account: Any) -> list[str]:
            return [task.id for task in self._list(account).filter(**{FIELD: parcel.key}).only("subject")]

        owner = self._owner(parcel)
        found = await self._client.run(owner, look)
        return self._receipt(owner, found[0]) if found else None

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        content = _content(parcel)

        def change(task: Any) -> str:
            for name, value in content.items():
                setattr(task, name, value)
            task.save(update_fields=list(content))
            return str(task.id)  # which a change may change

        owner, _, _ = receipt.ref.partition("|")
        return self._receipt(owner, await self._on(receipt, change))

    async def retract(self, receipt: Receipt) -> None:
        try:
            await self._on(receipt, lambda task: task.delete())
        except NotThere:
            return

    async def _on(self, receipt: Receipt, work: Callable[[Any], Found]) -> Found:
        owner, _, identifier = receipt.ref.partition("|")

        def found(account: Any) -> Found:
            task = next(iter(account.fetch([(identifier, None)], folder=self._list(account), only_fields=_FIELDS)))
            if isinstance(task, Exception):
                raise task
            return work(task)

        return await self._client.run(owner, found, acts=True)

    def _list(self, account: Any) -> Any:
        """The list below the mailbox's tasks. Not remembered: exchangelib ties a folder to its account."""
        if self._title is None:
            return account.tasks
        parent = account.tasks
        for found in FolderCollection(account=account, folders=[parent]).find_folders(
            depth=SHALLOW, q=Q(name=self._title), additional_fields=set()
        ):
            return Tasks(root=account.root, _id=found._id, name=self._title)  # noqa: SLF001 - there is no other way
        # not by save(), which would first read every folder of the mailbox
        made = CreateFolder(account=account).get(parent_folder=parent, folders=[Tasks(parent=parent, name=self._title)])
        return Tasks(root=account.root, _id=made._id, name=self._title)  # noqa: SLF001 - there is no other way

    def _owner(self, parcel: Parcel) -> str:
        address = parcel.recipient.address
        if not address or not self._client.settings.owns(address):
            raise Unreachable("tasks go to the mailboxes of this account only")
        return address

    def _receipt(self, owner: str, identifier: str) -> Receipt:
        return Receipt(channel=self.name, ref=f"{owner}|{identifier}", at=self._clock.now())


def _content(parcel: Parcel) -> dict[str, Any]:
    """Subject, text and, where it is due, the person's own day and a reminder at the instant."""
    content: dict[str, Any] = {
        "subject": single_line(parcel.subject)[:255],
        "body": plain_text(parcel),
    }
    if parcel.due is not None:
        day = parcel.due.astimezone(ZoneInfo(parcel.zone) if parcel.zone else UTC)
        content |= {
            "due_date": EWSDate(day.year, day.month, day.day),
            "reminder_due_by": EWSDateTime.from_datetime(parcel.due.astimezone(UTC)),
            "reminder_is_set": True,
        }
    return content
