"""Tasks v1: everybody's default list and those they made. `due` keeps the date and loses the time."""

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
        #: Each person's lists, by id, in order; and what is in them.
        self._lists: dict[str, dict[str, str]] = {}
        self._tasks: dict[str, dict[str, Json]] = {}
        self._numbers = itertools.count(1)

    def handlers(self) -> dict[str, Handler]:
        return {
            "tasks.tasklists.list": self.lists,
            "tasks.tasklists.insert": self.insert_list,
            "tasks.tasks.list": self.listing,
            "tasks.tasks.insert": self.insert,
            "tasks.tasks.get": self._task,
            "tasks.tasks.patch": self.patch,
            "tasks.tasks.delete": self.delete,
        }

    def of(self, user: str, title: str | None = None) -> list[Json]:
        """What this person sees in all their lists, or in those of a title, oldest first."""
        wanted = [name for name, called in self._lists_of(user).items() if title in (None, called)]
        rows = [task for name in wanted for task in self._tasks.get(name, {}).values()]
        return [task for task in rows if not task.get("deleted")]

    def titles(self, user: str) -> list[str]:
        """Of this person's lists, the default one first."""
        return list(self._lists_of(user).values())

    def add_list(self, user: str, title: str, *, first: bool = False) -> str:
        """One more list, which may have the title of another; the id of it."""
        made, lists = f"L{next(self._numbers)}-{user}", self._lists_of(user)
        self._lists[user] = {made: title, **lists} if first else {**lists, made: title}
        return made

    def delete_list(self, user: str, title: str) -> None:
        """The person deletes their lists with this title and what is in them."""
        for name in [name for name, called in self._lists_of(user).items() if called == title]:
            del self._lists[user][name]
            self._tasks.pop(name, None)

    def complete(self, user: str, task_id: str, at: datetime) -> None:
        """The person ticks a task off on the web, which also hides it."""
        done = {"status": "completed", "completed": stamp(at), "hidden": True}
        next(task for task in self.of(user) if task["id"] == task_id).update(done)

    def lists(self, call: Call) -> Json:
        rows = [
            {"kind": "tasks#taskList", "id": name, "title": title} for name, title in self._lists_of(call.user).items()
        ]
        here, beside = self._pager.page(call.query, rows, size=call.query.get("maxResults", 1000))
        return {"kind": "tasks#taskLists", "items": here, **beside}

    def insert_list(self, call: Call) -> Json:
        title = call.body.get("title", "")
        if len(title) > _LONGEST["title"]:
            raise invalid("title is too long", location="title")
        return {"kind": "tasks#taskList", "id": self.add_list(call.user, title), "title": title}

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

    def _lists_of(self, user: str) -> dict[str, str]:
        return self._lists.setdefault(user, {_default(user): "Tasks"})

    def _of(self, call: Call) -> dict[str, Json]:
        asked = call.path["tasklist"]
        name = _default(call.user) if asked == "@default" else asked
        if name not in self._lists_of(call.user):
            raise not_found("Task list not found.")
        return self._tasks.setdefault(name, {})

    def _task(self, call: Call) -> Json:
        task = self._of(call).get(call.path["task"])
        if task is None:
            raise not_found("Task not found.")
        return task


def _default(user: str) -> str:
    return f"L-{user}"


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
