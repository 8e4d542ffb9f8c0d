"""Tasks v1: one default list for each person. `due` keeps the date and loses the time."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from noshowd.demo.vendors.google.call import Call, Handler, stamp
from noshowd.demo.vendors.google.paging import Pager
from noshowd.demo.vendors.google.refusals import invalid, not_found

Json = dict[str, Any]
_LONGEST = {"title": 1024, "notes": 8192}


class Tasks:
    """Everybody's tasks. There is no client id and no search, as in the real service."""

    def __init__(self, pager: Pager) -> None:
        self._pager = pager
        self._tasks: dict[str, dict[str, Json]] = {}
        self._numbers = itertools.count(1)

    def handlers(self) -> dict[str, Handler]:
        return {
            "tasks.tasklists.list": self.lists,
            "tasks.tasks.list": self.listing,
            "tasks.tasks.insert": self.insert,
            "tasks.tasks.get": self._task,
            "tasks.tasks.patch": self.patch,
            "tasks.tasks.delete": self.delete,
        }

    def of(self, user: str) -> list[Json]:
        """What this person sees in their list, oldest first."""
        return [t for t in self._tasks.get(user, {}).values() if not t.get("deleted")]

    def complete(self, user: str, task_id: str, at: datetime) -> None:
        """The person ticks a task off on the web, which also hides it."""
        self._tasks[user][task_id] |= {"status": "completed", "completed": stamp(at), "hidden": True}

    def lists(self, call: Call) -> Json:
        return {
            "kind": "tasks#taskLists",
            "items": [{"kind": "tasks#taskList", "id": f"L-{call.user}", "title": "Tasks"}],
        }

    def listing(self, call: Call) -> Json:
        query = call.query
        rows = [t for t in self._of(call).values() if _shown(t, query)]
        size = query.get("maxResults", 20)
        if not 0 < size <= 100:
            raise invalid("maxResults must lie between 1 and 100", location="maxResults")
        here, beside = self._pager.page(query, rows, size=size)
        return {"kind": "tasks#tasks", **({"items": here} if here else {}), **beside}

    def insert(self, call: Call) -> Json:
        task_id = f"task{next(self._numbers)}"
        task = {
            "kind": "tasks#task",
            "id": task_id,
            "status": "needsAction",
            **_accepted(call.body),
            "updated": stamp(call.now),
            "webViewLink": f"https://tasks.google.com/task/{task_id}",
        }
        self._of(call)[task_id] = task
        return task

    def patch(self, call: Call) -> Json:
        task = self._task(call)
        task |= {**_accepted(call.body), "updated": stamp(call.now)}
        return task

    def delete(self, call: Call) -> None:
        task = self._task(call)
        if task.get("deleted"):
            raise not_found("Task not found.")
        task |= {"deleted": True, "updated": stamp(call.now)}

    def _of(self, call: Call) -> dict[str, Json]:
        if call.path["tasklist"] not in ("@default", f"L-{call.user}"):
            raise not_found("Task list not found.")
        return self._tasks.setdefault(call.user, {})

    def _task(self, call: Call) -> Json:
        task = self._of(call).get(call.path["task"])
        if task is None:
            raise not_found("Task not found.")
        return task


def _accepted(body: Json) -> Json:
    """What is kept of a written task. A 400 for what is too long or no instant."""
    for name, longest in _LONGEST.items():
        if len(body.get(name) or "") > longest:
            raise invalid(f"{name} is longer than {longest} characters", location=name)
    kept: Json = {k: body[k] for k in ("title", "notes", "status") if k in body}
    if body.get("due"):
        try:
            kept["due"] = f"{datetime.fromisoformat(body['due']):%Y-%m-%d}T00:00:00.000Z"
        except ValueError:
            raise invalid(f"due is no RFC 3339 instant: {body['due']}", location="due") from None
    return kept


def _shown(task: Json, query: Json) -> bool:
    if task.get("deleted") and not query.get("showDeleted"):
        return False
    if task.get("hidden") and not query.get("showHidden"):
        return False
    if task["status"] == "completed" and query.get("showCompleted") is False:
        return False
    since = query.get("updatedMin")
    return since is None or datetime.fromisoformat(task["updated"]) >= datetime.fromisoformat(since)
