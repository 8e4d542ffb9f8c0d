"""Trouble on demand: the next requests to a method fail in a chosen way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from noshowd.demo.vendors.google.refusals import Refusal


class Manner(StrEnum):
    """How a request fails."""

    #: An error answer (`code`, `reason`).
    REFUSE = "refuse"
    #: The right answer, cut in the middle of its JSON.
    TRUNCATE = "truncate"
    #: No answer for as long as the client waits; nothing was done.
    HANG = "hang"
    #: The request is carried out and the answer begins; then nothing more for as long as the client waits.
    STALL = "stall"
    #: The request is carried out, then the connection ends without an answer.
    DROP_AFTER = "drop_after"
    #: A list without its items, as if there were none.
    EMPTY = "empty"
    #: A list whose items do not say when they ended.
    ENDLESS = "endless"
    #: A list's page without items and with a `nextPageToken`.
    EMPTY_PAGE = "empty_page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failure. `retry_after` is in seconds."""

    manner: Manner = Manner.REFUSE
    code: int = 503
    reason: str = "backendError"
    retry_after: int | None = None

    def refusal(self) -> Refusal:
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return Refusal(self.code, self.reason, f"{self.reason} (scripted)", headers=headers)


TOO_MANY_REQUESTS = Fault(code=429, reason="rateLimitExceeded", retry_after=7)
RATE_LIMIT = Fault(code=403, reason="userRateLimitExceeded")
QUOTA_EXCEEDED = Fault(code=403, reason="quotaExceeded")
INTERNAL = Fault(code=500, reason="backendError")
UNAVAILABLE = Fault(code=503, reason="backendError")


@dataclass(slots=True, kw_only=True)
class _Scripted:
    on: str
    fault: Fault
    #: Requests that are still let through before it strikes.
    after: int


class FaultScript:
    """Which faults are still to come, by method id; a method id may be a prefix (`calendar.events`)."""

    def __init__(self) -> None:
        self._scripted: list[_Scripted] = []
        #: Asked about each request (by method id) for which nothing is scripted.
        self.weather: Callable[[str], Fault | None] = _fair

    def add(self, fault: Fault, *, on: str, times: int = 1, after: int = 0) -> None:
        """The next `times` requests fail, once `after` others went well."""
        self._scripted += [_Scripted(on=on, fault=fault, after=after) for _ in range(times)]

    def clear(self) -> None:
        self._scripted.clear()
        self.weather = _fair

    def take(self, method_id: str) -> Fault | None:
        """The fault for this request, used up by asking."""
        for scripted in [s for s in self._scripted if method_id.startswith(s.on)]:
            if scripted.after == 0:
                self._scripted.remove(scripted)
                return scripted.fault
            scripted.after -= 1
        return self.weather(method_id)


def _fair(_method_id: str) -> Fault | None:
    return None
