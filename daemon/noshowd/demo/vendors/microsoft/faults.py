"""Faults on order: what the simulated Graph does wrong, to whom and how often."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from noshowd.demo.vendors.microsoft.answers import Answer, Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One wrong answer to a call whose path contains `path` (and has `method` and `query`, if given).

    `after` carries the request out first and then answers wrongly (the answer was lost on the way);
    `truncated` cuts the true answer off in the middle, `text` answers that instead of JSON.
    """

    path: str = ""
    method: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 503
    code: str = "serviceNotAvailable"
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False
    truncated: bool = False
    text: str | None = None

    def meant_for(self, call: Call) -> bool:
        asked = self.query.items() <= call.query.items()
        return asked and self.path in call.path and self.method in (None, call.method)

    def answer(self, call: Call, truly: Callable[[Call], Answer]) -> Answer:
        """The wrong answer; `truly` gives the right one and is asked only where the call takes effect."""
        if self.truncated:
            whole = json.dumps(truly(call).body)
            return Answer(text=whole[: len(whole) // 2])
        if self.after:
            truly(call)
        error = {"code": self.code, "message": "Simulated fault."}
        return Answer(status=self.status, body={"error": error}, headers=self.headers, text=self.text)


def throttled(path: str = "", *, retry_after: int | None = 2) -> Fault:
    """429, with the `Retry-After` that may also be missing."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Fault(path=path, status=429, code="ApplicationThrottled", headers=headers)


def lost_answer(path: str, *, method: str = "POST") -> Fault:
    """The request takes effect, its sender sees a gateway time-out."""
    return Fault(path=path, method=method, status=504, code="gatewayTimeout", after=True)


def cut_off(path: str) -> Fault:
    """The answer ends in the middle."""
    return Fault(path=path, truncated=True)


def proxy_page(path: str) -> Fault:
    """Something on the way answers 200 with a page of its own."""
    return Fault(path=path, status=200, text="<html><body>Please sign in to the network.</body></html>")


@dataclass(slots=True)
class Faults:
    """The faults still to happen, each once, in the order in which they were ordered."""

    waiting: list[Fault] = field(default_factory=list)
    #: Happens to every call it is meant for until it is taken away.
    standing: Fault | None = None

    def order(self, *faults: Fault) -> None:
        self.waiting.extend(faults)

    def take(self, call: Call) -> Fault | None:
        """The fault that happens to this call, if any; one that was waiting is used up."""
        for fault in self.waiting:
            if fault.meant_for(call):
                self.waiting.remove(fault)
                return fault
        return self.standing if self.standing and self.standing.meant_for(call) else None
