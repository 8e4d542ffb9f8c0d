"""Microsoft To Do of the simulated tenant: lists, and tasks with linked resources."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from noshowd.demo.vendors.microsoft.answers import (
    Answer,
    Call,
    Refusal,
    Route,
    instant,
    paged,
    route,
)
from noshowd.demo.vendors.microsoft.people import People

_ROLE = "Tasks.ReadWrite.All"
_LISTS = (("flaggedEmails", "Flagged Emails"), ("defaultList", "Tasks"))


class ToDo:
    """Every task of the tenant, by mailbox; no transaction id, so writing twice makes two."""

    def __init__(self, people: People, now: Callable[[], datetime], lock: threading.RLock) -> None:
        self.people = people
        self.now = now
        self.lock = lock
        #: Lists by their owner's address, in order: id -> name and what Microsoft calls it.
        self._lists: dict[str, dict[str, dict[str, str]]] = {}
        #: Tasks by the id of their list.
        self._tasks: dict[str, dict[str, dict[str, Any]]] = {}
        self._count = 0

    def tasks(self, address: str) -> tuple[dict[str, Any], ...]:
        """The tasks in all lists of this person, oldest first within each."""
        with self.lock:
            return tuple(task for one in self._of(address) for task in self._tasks[one].values())

    def _of(self, address: str) -> dict[str, dict[str, str]]:
        if address not in self._lists:
            self._lists[address] = {}
            for name, shown in _LISTS:
                self._add_list(address, f"{name}-{address}", shown, name)
        return self._lists[address]

    def _add_list(self, address: str, list_id: str, shown: str, known_as: str) -> dict[str, str]:
        made = {"id": list_id, "displayName": shown, "wellknownListName": known_as}
        self._lists[address][list_id] = made
        self._tasks[list_id] = {}
        return made

    def routes(self) -> list[Route]:
        lists, tasks = "/users/{}/todo/lists", "/users/{}/todo/lists/{}/tasks"
        return [
            route("GET", lists, _ROLE, self._all_lists),
            route("POST", lists, _ROLE, self._new_list),
            route("GET", tasks, _ROLE, self._list),
            route("POST", tasks, _ROLE, self._create),
            route("GET", f"{tasks}/{{}}", _ROLE, self._get),
            route("PATCH", f"{tasks}/{{}}", _ROLE, self._patch),
            route("DELETE", f"{tasks}/{{}}", _ROLE, self._delete),
        ]

    def _all_lists(self, call: Call, reference: str) -> Answer:
        return paged(self._of(self.people.find(reference).address).values(), call, default=20, most=100)

    def _new_list(self, call: Call, reference: str) -> Answer:
        address = self.people.find(reference).address
        list_id = f"list-{len(self._of(address))}-{address}"
        return Answer(status=201, body=self._add_list(address, list_id, call.body["displayName"], "none"))

    def _in(self, reference: str, list_id: str) -> dict[str, dict[str, Any]]:
        if list_id not in self._of(self.people.find(reference).address):
            raise Refusal(404, "itemNotFound", "The specified list was not found.")
        return self._tasks[list_id]

    def _list(self, call: Call, reference: str, list_id: str) -> Answer:
        shown = (_shown(task, call) for task in list(self._in(reference, list_id).values()))
        return paged(shown, call, default=20, most=100)

    def _create(self, call: Call, reference: str, list_id: str) -> Answer:
        if not call.body.get("title"):
            raise Refusal(400, "invalidRequest", "The title of a task must not be empty.")
        with self.lock:
            self._count += 1
            task = {
                "id": f"task-{self._count}",
                "status": "notStarted",
                "createdDateTime": instant(self.now()),
            } | call.body
            self._in(reference, list_id)[task["id"]] = task
        return Answer(status=201, body=task)

    def _get(self, call: Call, reference: str, list_id: str, task_id: str) -> Answer:
        return Answer(body=_shown(self._find(reference, list_id, task_id), call))

    def _patch(self, call: Call, reference: str, list_id: str, task_id: str) -> Answer:
        if "linkedResources" in call.body:
            raise Refusal(400, "invalidRequest", "Linked resources have a path of their own.")
        task = self._find(reference, list_id, task_id)
        task.update(call.body)
        return Answer(body=_shown(task, call))

    def _delete(self, _call: Call, reference: str, list_id: str, task_id: str) -> Answer:
        self._find(reference, list_id, task_id)
        with self.lock:
            del self._in(reference, list_id)[task_id]
        return Answer(status=204)

    def _find(self, reference: str, list_id: str, task_id: str) -> dict[str, Any]:
        task = self._in(reference, list_id).get(task_id)
        if task is None:
            raise Refusal(404, "itemNotFound", "The specified task was not found.")
        return task


def _shown(task: dict[str, Any], call: Call) -> dict[str, Any]:
    """A relation is answered only where it is expanded."""
    expanded = "linkedResources" in call.query.get("$expand", "")
    return {k: v for k, v in task.items() if expanded or k != "linkedResources"}
